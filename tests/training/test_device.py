"""What a process that computes does to itself."""

import ctypes
import subprocess
import sys

import pytest
import torch

from mtal.config import Config
from mtal.training.device import find_machine

PAGES_OF_ANOTHER_TENSOR = """
import resource, sys, torch
from mtal.training.device import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
def fill():
    torch.ones(64 << 18)                                    # 64 MB, freed at once
for _ in range(20):                                         # free blocks must lie side by side before one holds an aligned tensor
    fill()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
fill()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="not glibc")
def test_freed_memory_is_used_again_without_asking_for_its_pages():
    fresh, kept = (
        int(
            subprocess.run(
                [sys.executable, "-c", PAGES_OF_ANOTHER_TENSOR, way],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
        for way in ("default", "keep")
    )
    assert kept < fresh / 2


@pytest.mark.parametrize("device", ["cpu", "cpu:0", "cpu:3"])
def test_places_in_the_queue_are_one_processor(device):
    assert find_machine(Config(device=device, threads=1)).device == torch.device("cpu")
