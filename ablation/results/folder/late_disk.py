"""A file system that is not waited for: what was written reaches the disk behind the runs that follow.

A durable write takes some milliseconds, which is more than a short function. What was written survives the
end of the process all the same, as the kernel has it; of a power cut it takes the last few runs, which are
then damaged or missing, and trained again.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from ablation.files import Disk

_SECONDS = 0.1
"""How long a file waits for others: a disk writes many in hardly more time than one, and holds others up."""

_MOST = 100
"""Files that wait."""

_AT_ONCE = 16


class LateDisk(Disk):
    """Syncs files to the disk from a thread of its own, many at once.

    A refusal is raised by the next operation that should have reached the disk, or by `wait`. In another
    process, where nobody would wait in the end, it is a `Disk` like any other.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._files: list[int] = []
        self._folders: set[Path] = set()
        self._is_running = self._is_over = False
        self._error: OSError | None = None

    def __reduce__(self) -> tuple[type[Disk], tuple[()]]:
        return Disk, ()

    def sync(self, descriptor: int) -> None:
        """Queue a file's content for writing; waits while the queue is full."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._files) < _MOST)
            self._files.append(os.dup(descriptor))
            self._begin()

    def sync_folder(self, path: Path) -> None:
        """Queue a folder's names for writing."""
        with self._changed:
            self._folders.add(path)
            self._begin()

    def wait(self) -> None:
        """Wait until all is on the disk."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._is_running)
            self._refuse()

    def _begin(self) -> None:
        self._refuse()
        if not self._is_running:
            self._is_running, self._is_over = True, False
            threading.Thread(target=self._run, name="disk", daemon=True).start()

    def _refuse(self) -> None:
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _run(self) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while tasks := self._take():
                error = next(filter(None, pool.map(_error_of, tasks)), None)
                with self._changed:
                    self._error = self._error or error

    def _take(self) -> list[Callable[[], None]]:
        """What waits, which may be nothing: then this thread ends."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_over or len(self._files) >= _MOST, _SECONDS)
            files, self._files = self._files, []
            folders, self._folders = self._folders, set()
            self._is_running = bool(files or folders)
            self._changed.notify_all()
        return [
            *(partial(_sync_and_close, descriptor) for descriptor in files),
            *(partial(super(LateDisk, self).sync_folder, folder) for folder in folders),
        ]


def _sync_and_close(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _error_of(task: Callable[[], None]) -> OSError | None:
    try:
        task()
    except OSError as error:
        return error
    return None
