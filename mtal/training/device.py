"""Machine: where and in which precision the network computes."""

import ctypes
import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import nn

from mtal.config import Config, ConfigError

M = TypeVar("M", bound=nn.Module)
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # parameters of glibc's mallopt
BF16_INSTRUCTIONS = (
    "amx_bf16",
    "avx512_bf16",
)  # with them bfloat16 is faster on a CPU, without them slower


@dataclass(frozen=True)
class Machine:
    """A device, and whether networks run in bfloat16 autocast (losses and distances are always float32)."""

    device: torch.device
    bfloat16: bool

    def autocast(self) -> AbstractContextManager[None]:
        """For the forward pass of a network."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16)

    def place(self, module: M) -> M:
        """Move a module here, channels last."""
        return module.to(self.device).to(memory_format=torch.channels_last)

    @property
    def name(self) -> str:
        """For people."""
        if self.device.type == "cuda":
            return torch.cuda.get_device_name(self.device)
        threads = torch.get_num_threads()
        return f"CPU, {threads} thread{'s' if threads > 1 else ''}"

    @property
    def precision(self) -> str:
        """For people and records."""
        return "bfloat16 autocast" if self.bfloat16 else "float32"


def find_machine(config: Config) -> Machine:
    """The device of a config. ConfigError if it is not there."""
    set_threads(config)
    keep_freed_memory()
    name = (
        ("cuda" if torch.cuda.is_available() else "cpu")
        if config.device == "auto"
        else config.device
    )
    device = torch.device(
        "cpu" if name.startswith("cpu") else name
    )  # a number behind `cpu` is a place in the queue
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ConfigError(
            f"device: {name} is not here; torch sees {torch.cuda.device_count()} GPUs. Set device=cpu or auto"
        )
    bfloat16 = config.precision == "bfloat16" or (
        config.precision == "auto" and has_bfloat16(device)
    )
    return Machine(device, bfloat16)


def set_threads(config: Config) -> None:
    """As many threads as the config says: with another number sums are rounded otherwise. Libraries beside torch change it."""
    torch.set_num_threads(config.threads or os.cpu_count() or 1)


def keep_freed_memory() -> None:
    """Let the C library keep what tensors free for the tensors of the next step, up to 2 GB.

    By default glibc gives large blocks back at once and gets them again page by page, which took a third of a float32 training
    step (benchmarks/training_step.py). Other C libraries are left as they are.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


def has_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 pays on a device."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in BF16_INSTRUCTIONS)
