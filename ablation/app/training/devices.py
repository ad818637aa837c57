"""What the process trains on: threads, GPU memory, and its name for the table; on any backend."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

from ablation.app.training.backends import device


def prepare_device(threads: int | None) -> str:
    """Set threads and GPU memory of Keras' backend, before it has done anything.

    Args:
        threads: of this process. None takes OMP_NUM_THREADS, which joblib sets to each process's share of
            the cores, or else leaves it to the backend.

    Returns:
        The device's name, such as "CPU, 1 thread" or "NVIDIA H200".

    Raises:
        UsageError: Keras runs on a backend that cannot train here.
        ModuleNotFoundError: Keras or its backend is not installed.
    """
    threads = threads or _threads_of_environment()
    with _silent_stderr():
        backend = device()
    if not gc.get_freeze_count():
        # What was imported stays. Walking through its 400,000 objects would cost every cell half a second:
        # Keras collects garbage before it builds a network, and so do joblib's processes after each job.
        gc.freeze()
    return backend.prepare(threads)


def _threads_of_environment() -> int | None:
    """OMP_NUM_THREADS, which may give a number for each level of nested parallelism: 4,2."""
    first = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    return int(first) or None if first.isdecimal() else None


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """TensorFlow's libraries write to stderr, below Python, before any log level is read."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
