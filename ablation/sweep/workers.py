"""How many processes train at once: the resolver `${workers:}` of launcher configurations."""

import os
import subprocess

from omegaconf import OmegaConf

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


def count_gpus() -> int:
    """NVIDIA GPUs that this process may use."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([gpu for gpu in visible.split(",") if gpu.strip() not in ("", "-1")])
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return sum(line.startswith("GPU ") for line in listed.stdout.splitlines())


def _memory_bytes() -> float:
    """Memory of the machine, where the system tells."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (ValueError, OSError):
        return float("inf")
