"""Numbers that processes of one machine share out among themselves: which GPU is whose."""

import fcntl
import os
import re
import tempfile
from pathlib import Path
from typing import IO

_held: dict[str, tuple[int, IO[str]]] = {}  # the lock lives as long as the open file, so as the process


def take_slot(n: int, name: str) -> int:
    """A number from 0 to n - 1 that no other living process of this user holds.

    The process keeps it until it ends, however it ends; asked again, it gets the same.

    Args:
        n: how many there are.
        name: of what is shared out.

    Returns:
        The lowest free number; when all are taken, one by chance, to be shared.
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
