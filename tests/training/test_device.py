"""Freed memory is kept, and the device of a config is found."""

import ctypes
import subprocess
import sys

import pytest
import torch

from mtal.config import Config
from mtal.training.device import find_device

PAGES_OF_ANOTHER_TENSOR = """
import resource, sys, torch
from mtal.training.device import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
def fill():
    torch.ones(64 << 18)  # 64 MB, freed at once
for _ in range(20):  # free blocks must lie side by side before one holds an aligned tensor
    fill()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
fill()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(memory: str) -> int:
    """Page faults of another tensor, in a process of its own."""
    command = [sys.executable, "-c", PAGES_OF_ANOTHER_TENSOR, memory]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(result.stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="not glibc")
def test_freed_memory_is_used_again_without_asking_for_its_pages():
    assert faults("keep") < faults("default") / 2


@pytest.mark.parametrize("device", ["cpu", "cpu:0", "cpu:3"])
def test_queues_share_one_processor(device):
    assert find_device(Config(device=device, threads=1)).torch_device == torch.device("cpu")
