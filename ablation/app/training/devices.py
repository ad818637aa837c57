"""What the process trains on: threads, GPU memory, and its name for the table; on either backend."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

from ablation.errors import UsageError


def prepare_device(threads: int | None) -> str:
    """Set threads and GPU memory of Keras' backend, before it has done anything.

    Args:
        threads: of this process. None takes OMP_NUM_THREADS, which joblib sets to each process's share of
            the cores, or else leaves it to the backend.

    Returns:
        The device's name, such as "CPU, 1 thread" or "NVIDIA H200".

    Raises:
        UsageError: Keras runs on a backend without a loop here.
        ModuleNotFoundError: Keras or its backend is not installed.
    """
    threads = threads or _told_threads()
    check_backend(os.environ.get("KERAS_BACKEND") or "tensorflow")
    with _silent_stderr():
        import keras
    backend = keras.backend.backend()
    check_backend(backend)  # a file of the user's may name it as well
    if backend == "jax":
        from ablation.app.training.jax.device import prepare_jax as prepare
    else:
        from ablation.app.training.tensorflow.device import prepare_tensorflow as prepare
    if not gc.get_freeze_count():
        # What was imported stays. Walking through its 400,000 objects would cost every cell half a second:
        # Keras collects garbage before it builds a network, and so do joblib's processes after each job.
        gc.freeze()
    return prepare(threads)


def _told_threads() -> int | None:
    """Of OMP_NUM_THREADS, which may give a number for each level of nested parallelism: 4,2."""
    first = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    return int(first) or None if first.isdecimal() else None


def check_backend(name: str) -> None:
    """Refuse a backend of Keras that has no loop here.

    Raises:
        UsageError: naming those that have one.
    """
    if name not in ("tensorflow", "jax"):
        raise UsageError(
            f"Training runs on Keras' backends tensorflow and jax. Received: {name}. "
            "Unset KERAS_BACKEND, or set it to one of them."
        )


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
