"""What the process trains on: threads, GPU memory, and its name for the table."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ablation.training.slots import take_slot


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """TensorFlow's libraries greet on stderr, below Python, before any log level is read."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


with _silent_stderr():
    import tensorflow as tf


def prepare_tensorflow(threads: int | None) -> str:
    """Set threads and memory growth, before TensorFlow has done anything; later calls change nothing.

    Args:
        threads: of this process. None takes OMP_NUM_THREADS, which joblib sets to each process's share of
            the cores, or else leaves it to TensorFlow.

    Returns:
        The device's name, such as "CPU, 1 thread" or "NVIDIA H200".
    """
    threads = threads or int(os.environ.get("OMP_NUM_THREADS", 0))
    if threads:
        with suppress(RuntimeError):  # it has started, and keeps the threads that it has
            tf.config.threading.set_intra_op_parallelism_threads(threads)
            tf.config.threading.set_inter_op_parallelism_threads(threads)
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        return _prepare_gpu(gpus)
    used = tf.config.threading.get_intra_op_parallelism_threads() or os.cpu_count()
    return f"CPU, {used} thread{'s' if used != 1 else ''}"


def _prepare_gpu(gpus: list[Any]) -> str:
    """Take one GPU for this process, and of its memory only what is needed; return its name."""
    with suppress(RuntimeError):  # it has started, and keeps the GPU that it has
        gpu = gpus[take_slot(len(gpus), "gpu-" + os.environ.get("CUDA_VISIBLE_DEVICES", "all"))]
        tf.config.set_visible_devices(gpu, "GPU")
        tf.config.experimental.set_memory_growth(gpu, True)
    own = tf.config.get_visible_devices("GPU")[0]
    return str(tf.config.experimental.get_device_details(own).get("device_name", "GPU"))
