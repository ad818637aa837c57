"""How many processes train in parallel, and of which kind; the resolver `${cores:}` of launchers."""

import os
import sys

from ablation.gpus import count_gpus
from ablation.sweep.stable import register_resolver

_BYTES_PER_PROCESS = 1.5 * 2**30  # TensorFlow with a small network holds about 0.8 GiB
_BYTES_PER_FORK = 0.9 * 2**30  # of its own: 0.2 GiB with a small network, 0.9 with the article's


def register_workers() -> None:
    """Make `${cores:}` known to OmegaConf."""
    register_resolver("cores", n_cores)


def can_fork() -> bool:
    """Whether a process may do one job and end: elsewhere forks are not safe, and GPUs take long to start."""
    return sys.platform == "linux" and not count_gpus()


def n_workers() -> int:
    """One process per GPU; without GPUs one per core."""
    return count_gpus() or n_cores(_BYTES_PER_FORK if can_fork() else _BYTES_PER_PROCESS)


def n_cores(bytes_per_process: float = _BYTES_PER_PROCESS) -> int:
    """Usable cores, as far as the memory goes for a process on each."""
    import joblib

    return max(1, min(int(joblib.cpu_count()), int(_memory_bytes() // bytes_per_process)))


def _memory_bytes() -> float:
    """Memory of the machine, where the system tells."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (ValueError, OSError):
        return float("inf")
