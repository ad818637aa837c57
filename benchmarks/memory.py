"""How much memory a process and its descendants hold at most."""

import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self


class PeakMemory:
    """Looks twice a second while its `with` block runs; Linux only.

    Args:
        pid: of the process.
    """

    def __init__(self, pid: int) -> None:
        self.pid, self.peak_bytes = pid, 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(0.5):
            self.peak_bytes = max(self.peak_bytes, sum(map(_own_bytes, _tree(self.pid))))


def _tree(pid: int) -> Iterator[int]:
    """The process and all that descend from it."""
    yield pid
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return  # it has ended
    for child in children:
        yield from _tree(child)


def _own_bytes(pid: int) -> int:
    """Memory of a process, that which it shares with others divided among them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
