"""How many processes train at once: the resolver `${workers:}` of launcher configurations."""

import os

from omegaconf import OmegaConf

from ablation.gpus import count_gpus

_BYTES_PER_PROCESS = 1.5 * 2**30  # TensorFlow with a small network holds about 0.8 GiB


def register_workers() -> None:
    """Make `${workers:}` known to OmegaConf."""
    OmegaConf.register_new_resolver("workers", n_workers, replace=True)


def n_workers() -> int:
    """One process per GPU; without GPUs one per usable core, as far as the memory goes."""
    n_gpus = count_gpus()
    if n_gpus:
        return n_gpus
    import joblib

    return max(1, min(int(joblib.cpu_count()), int(_memory_bytes() // _BYTES_PER_PROCESS)))


def _memory_bytes() -> float:
    """Memory of the machine, where the system tells."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (ValueError, OSError):
        return float("inf")
