"""Which process of a machine takes which GPU."""

import fcntl
import os
import re
import tempfile
from pathlib import Path
from typing import IO

_held: dict[str, tuple[int, IO[str]]] = {}  # the lock lives as long as the open file, so as the process


def take_slot(n: int, name: str) -> int:
    """A number from 0 to n - 1 that no other living process of this user holds.

    The process keeps it until it ends, however it ends. A second call returns the same number.

    Args:
        n: how many GPUs there are.
        name: of the set of GPUs.

    Returns:
        The lowest free number; a number to be shared when all are taken.
    """
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
