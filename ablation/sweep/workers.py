"""How many processes train at once: the resolvers `${workers:}` and `${cores:}` of launchers."""

import os

import omegaconf
from omegaconf import OmegaConf

from ablation.gpus import count_gpus

_BYTES_PER_PROCESS = 1.5 * 2**30  # TensorFlow with a small network holds about 0.8 GiB


def register_workers() -> None:
    """Make `${workers:}` and `${cores:}` known to OmegaConf."""
    # OmegaConf 2.4 warns of the name that 2.3 has; of 2.3's `register_resolver`, 2.4 has another kind.
    is_old = omegaconf.__version__.startswith("2.3")
    register = getattr(OmegaConf, "register_new_resolver" if is_old else "register_resolver")
    register("workers", n_workers, replace=True)
    register("cores", n_cores, replace=True)


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
