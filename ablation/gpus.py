"""Which NVIDIA GPUs there are and which process takes which, without a library that would take one."""

import os
import re
import subprocess
import tempfile
from itertools import takewhile
from pathlib import Path
from typing import IO

_held: dict[str, tuple[int, IO[str]]] = {}  # the lock lives as long as the open file, so as the process


def visible_gpus() -> list[str]:
    """The NVIDIA GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        # CUDA takes the list up to the first entry that names no GPU.
        named = map(str.strip, visible.split(","))
        return list(takewhile(lambda gpu: gpu not in ("", "-1"), named))
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [str(i) for i in range(sum(line.startswith("GPU ") for line in listed.stdout.splitlines()))]


def count_gpus() -> int:
    """How many NVIDIA GPUs this process may use."""
    return len(visible_gpus())


def take_slot(n: int, name: str) -> int:
    """A number from 0 to n - 1 that no other living process of this user holds.

    The process keeps it until it ends, however it ends. A second call returns the same number.

    Returns:
        The lowest free number; a number to be shared when all are taken.
    """
    import fcntl  # there is none on Windows, where nothing trains

    if name in _held:
        return _held[name][0]
    for number in range(n):
        path = Path(tempfile.gettempdir()) / re.sub(
            r"[^\w.-]", "-", f"ablation-{os.getuid()}-{name}-{number}"
        )
        file = path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
        else:
            _held[name] = number, file
            return number
    return os.getpid() % n
