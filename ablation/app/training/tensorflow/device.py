"""TensorFlow's threads, GPU and memory."""

import os
from contextlib import suppress
from typing import Any

import tensorflow as tf

from ablation.gpus import take_slot
from ablation.words import counted


def prepare(threads: int | None) -> str:
    """Set threads and memory growth; see `backends.Device`."""
    if threads:
        with suppress(RuntimeError):  # it has started, and keeps the threads that it has
            tf.config.threading.set_intra_op_parallelism_threads(threads)
            tf.config.threading.set_inter_op_parallelism_threads(threads)
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        return _prepare_gpu(gpus)
    used = tf.config.threading.get_intra_op_parallelism_threads() or os.cpu_count() or 1
    return f"CPU, {counted(used, 'thread')}"


def is_out_of_memory(error: Exception) -> bool:
    """Whether TensorFlow had no memory left."""
    return isinstance(error, tf.errors.ResourceExhaustedError)


def _prepare_gpu(gpus: list[Any]) -> str:
    """Take one GPU for this process, and of its memory only what is needed; return its name."""
    with suppress(RuntimeError):  # it has started, and keeps the GPU that it has
        gpu = gpus[take_slot(len(gpus), "gpu-" + os.environ.get("CUDA_VISIBLE_DEVICES", "all"))]
        tf.config.set_visible_devices(gpu, "GPU")
        tf.config.experimental.set_memory_growth(gpu, True)
    own = tf.config.get_visible_devices("GPU")[0]
    return str(tf.config.experimental.get_device_details(own).get("device_name", "GPU"))
