"""How many processes train at once: the resolvers `${workers:}` and `${cores:}` of launchers."""

import os

from ablation.gpus import count_gpus
from ablation.sweep.stable import register_resolver

_BYTES_PER_PROCESS = 1.5 * 2**30  # TensorFlow with a small network holds about 0.8 GiB


def register_workers() -> None:
    """Make `${workers:}` and `${cores:}` known to OmegaConf."""
    register_resolver("workers", n_workers)
    register_resolver("cores", n_cores)


def n_workers() -> int:
    """One process per GPU; without GPUs one per core."""
    return count_gpus() or n_cores()


def n_cores() -> int:
    """Usable cores, as far as the memory goes for a process on each."""
    import joblib

    return max(1, min(int(joblib.cpu_count()), int(_memory_bytes() // _BYTES_PER_PROCESS)))


def _memory_bytes() -> float:
    """Memory of the machine, where the system tells."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (ValueError, OSError):
        return float("inf")
