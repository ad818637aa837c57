"""What the process trains on: threads, GPU memory, and its name for the table; on any backend."""

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec

from ablation.app.training.backends import BACKENDS, Device, device
from ablation.errors import UsageError

_AFTER_TENSORFLOW = (3, 14)
"""The first Python that TensorFlow has no release for, as `pyproject.toml` has it."""

_UNUSED = ("pandas", "pyarrow", "matplotlib", "scipy", "PIL", "h5py", "tensorboard", "jax")
"""What TensorFlow and Keras import where it is there, and training does not need: a third of their memory."""


def prepare_device(threads: int | None) -> str:
    """Set threads and GPU memory of Keras' backend, before it has done anything.

    Args:
        threads: of this process. None takes OMP_NUM_THREADS, which joblib sets to each process's share of
            the cores, or else leaves it to the backend.

    Returns:
        The device's name, such as "CPU, 1 thread" or "NVIDIA H200".

    Raises:
        UsageError: Keras runs on a backend that cannot train here, or it or its backend is not installed.
    """
    threads = threads or _threads_of_environment()
    try:
        backend = import_backend()
    except ModuleNotFoundError as error:
        raise UsageError(_no_backend(error)) from error
    if not gc.get_freeze_count():
        # What was imported stays. Walking through its 400,000 objects would cost every cell half a second:
        # Keras collects garbage before it builds a network, and so do joblib's processes after each job.
        gc.freeze()
    return backend.prepare(threads)


def import_backend(whole: bool = True) -> Device:
    """Import Keras and its backend, without starting it.

    Args:
        whole: False hides from TensorFlow and Keras what training does not need.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    name = os.environ.get("KERAS_BACKEND") or next(iter(BACKENDS))
    with _silent_stderr(), _hidden(_UNUSED if name == "tensorflow" and not whole else ()):
        return device()


def _no_backend(error: ModuleNotFoundError) -> str:
    there = [name for name in ("jax", "torch") if find_spec(name)]
    received = str(error)
    if is_without_tensorflow := sys.version_info >= _AFTER_TENSORFLOW:
        received += f", and TensorFlow has no release for Python {sys.version_info[0]}.{sys.version_info[1]}"
    ways = [] if is_without_tensorflow else ["Install one: pip install 'ablation-study[cpu]'"]
    for name in there or (["jax"] if is_without_tensorflow else []):
        has = ", which is there" if name in there else ""
        ways.append(f"use {name}{has}: pip install 'ablation-study[{name}]', then KERAS_BACKEND={name}")
    text = "; or ".join(ways)
    return f"Expected a deep-learning backend. Received: {received}. {text[0].upper()}{text[1:]}"


def _threads_of_environment() -> int | None:
    """OMP_NUM_THREADS, which may give a number for each level of nested parallelism: 4,2."""
    first = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    return int(first) or None if first.isdecimal() else None


@contextmanager
def _hidden(names: Sequence[str]) -> Iterator[None]:
    """Meanwhile, modules that are not imported yet seem not to be installed."""
    hidden = dict.fromkeys(name for name in names if name not in sys.modules)
    sys.modules.update(hidden)  # type: ignore[arg-type]  # None makes an import fail
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """TensorFlow's libraries write to stderr, below Python, before any log level is read."""
    stderr = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)
