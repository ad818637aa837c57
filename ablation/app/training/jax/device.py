"""JAX's threads, GPU and memory, and where it keeps compiled programs."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jax

from ablation.errors import UsageError
from ablation.gpus import count_gpus, take_slot
from ablation.words import counted

_threads: int | None = None  # that JAX has started with


def prepare(threads: int | None) -> str:
    """Set threads, GPU and memory; see `backends.Device`.

    Raises:
        UsageError: there is a GPU, and a JAX that cannot use it.
    """
    global _threads
    if _threads is None:
        n_threads = threads or os.cpu_count() or 1
        # Memory grows with need; else the first process would take three quarters of the GPU.
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
        n_gpus = count_gpus()
        if n_gpus:
            slot = take_slot(n_gpus, "gpu-" + os.environ.get("CUDA_VISIBLE_DEVICES", "all"))
            jax.config.update("jax_cuda_visible_devices", str(slot))
        with _number_of_cores(n_threads):
            device = jax.local_devices()[0]
        if n_gpus and device.platform == "cpu" and not jax.config.jax_platforms:
            raise UsageError(
                f"Expected JAX to use the {counted(n_gpus, 'GPU')} of this machine. Received: a JAX for "
                "CPUs. Install it for GPUs: pip install 'ablation-study[gpu-jax]'; or train on the CPU: "
                "JAX_PLATFORMS=cpu"
            )
        _keep_programs(device)
        _threads = n_threads
    device = jax.local_devices()[0]
    if device.platform == "cpu":
        return f"CPU, {counted(_threads, 'thread')}"
    return str(device.device_kind)


_NO_MEMORY = (
    "RESOURCE_EXHAUSTED",
    "CUDA_ERROR_OUT_OF_MEMORY",
    "cudaErrorMemoryAllocation",
    "CUDNN_STATUS_ALLOC_FAILED",
)


def is_out_of_memory(error: Exception) -> bool:
    """Whether XLA, or a library that it calls, had no memory left."""
    return isinstance(error, MemoryError) or any(text in str(error) for text in _NO_MEMORY)


@contextmanager
def _number_of_cores(n: int) -> Iterator[None]:
    """Make XLA see this many cores while it starts its threads; it has no setting for them."""
    before = os.environ.get("NPROC")
    os.environ["NPROC"] = str(n)
    try:
        yield
    finally:
        os.environ.pop("NPROC")
        if before is not None:
            os.environ["NPROC"] = before


def _keep_programs(device: jax.Device) -> None:
    """Keep compiled programs in the user's cache folder, unless the user has named another."""
    if jax.config.jax_compilation_cache_dir is None:
        import pooch

        # A program for a CPU may use instructions that another machine with the same home lacks.
        owner = platform.node() if device.platform == "cpu" else device.platform
        folder = Path(pooch.os_cache("ablation")) / "jax" / owner
        jax.config.update("jax_compilation_cache_dir", str(folder))
