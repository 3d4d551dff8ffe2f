"""Freed memory is kept, and the device of a config is found."""

import ctypes
import subprocess
import sys

import pytest
import torch

from mtal.config import Config
from mtal.training.device import find_device

pytestmark = pytest.mark.slow

PAGES_OF_ANOTHER_TENSOR = """
import resource, torch
from mtal.training.device import keep_freed_memory
def faults():
    for _ in range(20):  # free blocks must lie side by side before one holds an aligned tensor
        torch.ones(64 << 18)  # 64 MB, freed at once
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(64 << 18)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
default = faults()
keep_freed_memory()
print(default, faults())
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="not glibc")
def test_freed_memory_is_used_again_without_asking_for_its_pages():
    """In a process of its own, which has kept nothing yet."""
    command = [sys.executable, "-c", PAGES_OF_ANOTHER_TENSOR]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    default, kept = map(int, result.stdout.split())
    assert kept < default / 2


@pytest.mark.parametrize("device", ["cpu", "cpu:0", "cpu:3"])
def test_queues_share_one_processor(device):
    assert find_device(Config(device=device, threads=1)).torch_device == torch.device("cpu")
