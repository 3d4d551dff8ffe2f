"""Device: where a network computes, and in which precision."""

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
# Instructions with which bfloat16 is faster than float32 on a CPU; without them it is slower.
BF16_INSTRUCTIONS = ("amx_bf16", "avx512_bf16")


@dataclass(frozen=True)
class Device:
    """A torch device, and whether networks run on it in bfloat16 autocast.

    Losses and distances are always float32.
    """

    torch_device: torch.device
    bfloat16: bool

    def autocast(self) -> AbstractContextManager[None]:
        """Open the context for a forward pass of a network."""
        return torch.autocast(self.torch_device.type, torch.bfloat16, enabled=self.bfloat16)

    def move(self, module: M) -> M:
        """Move a module to the device, its weights channels last."""
        return module.to(self.torch_device).to(memory_format=torch.channels_last)

    @property
    def name(self) -> str:
        """Name on screen, such as `CPU, 4 threads`."""
        if self.torch_device.type == "cuda":
            return torch.cuda.get_device_name(self.torch_device)
        threads = torch.get_num_threads()
        return f"CPU, {threads} thread{'s' if threads > 1 else ''}"

    @property
    def precision(self) -> str:
        """Precision of networks, on screen and in records."""
        return "bfloat16 autocast" if self.bfloat16 else "float32"


def find_device(config: Config) -> Device:
    """Find the device of a config, and set the number of threads.

    ConfigError if torch does not see the device.
    """
    set_threads(config)
    keep_freed_memory()
    name = config.device
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    elif name.startswith("cpu"):
        name = "cpu"  # a number behind it is a queue, not a processor
    torch_device = torch.device(name)
    if torch_device.type == "cuda" and (torch_device.index or 0) >= torch.cuda.device_count():
        raise ConfigError(
            f"device: {name} is not here; torch sees {torch.cuda.device_count()} GPUs. "
            f"Set device=cpu or auto"
        )
    if config.precision == "auto":
        return Device(torch_device, has_bfloat16(torch_device))
    return Device(torch_device, config.precision == "bfloat16")


def set_threads(config: Config) -> None:
    """Use as many threads as the config says, since another number rounds sums differently.

    Call it again after other libraries, which change the number.
    """
    torch.set_num_threads(config.threads or os.cpu_count() or 1)


def keep_freed_memory() -> None:
    """Let the C library keep up to 2 GB of freed tensors for the tensors of the next step.

    By default glibc gives large blocks back at once and gets them again page by page, which took a
    third of a float32 training step (benchmarks/training_step.py). Other C libraries are left as
    they are.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


def has_bfloat16(torch_device: torch.device) -> bool:
    """Whether networks are faster in bfloat16 on a device."""
    if torch_device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in BF16_INSTRUCTIONS)
