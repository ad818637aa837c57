"""A claim: the word of a living process that it is training a run."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from types import TracebackType


class Claim:
    """One attempt's hold on a key; as a context manager, it beats from a thread and releases at the end.

    A claim saves compute, nothing more: only the commit decides whose row counts. A holder that has been
    stopped for longer than the lease may find that another one has trained the run meanwhile.

    Attributes:
        key: The run's key.
        attempt: Number of this attempt at the run, from 1.
        every_seconds: Seconds between two heartbeats.
    """

    def __init__(
        self,
        key: str,
        attempt: int,
        every_seconds: float,
        beat: Callable[[], None],
        release: Callable[[], None],
    ) -> None:
        self.key = key
        self.attempt = attempt
        self.every_seconds = every_seconds
        self._beat = beat
        self._release = release
        self._process = os.getpid()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def beat(self) -> None:
        """Say that the holder is alive. A beat that fails costs at most a repeated run."""
        self._beat()

    def release(self) -> None:
        """Give the claim back; done twice, or by a forked child, it does nothing."""
        if self._ended.is_set() or os.getpid() != self._process:
            return
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        self._release()

    def __enter__(self) -> Claim:
        self._thread = threading.Thread(target=self._keep_beating, name=f"claim-{self.key[:8]}", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _keep_beating(self) -> None:
        while not self._ended.wait(self.every_seconds):
            self._beat()
