"""A claim: a live process is training a run."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import TracebackType

from ablation.results.heart import HEART


class Claim:
    """One attempt's claim on a key; as a context manager, it sends heartbeats and is released at the end.

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
        self._is_ended = False
        self._number: int | None = None

    def beat(self) -> None:
        """Send a heartbeat. If one fails, at worst a run is repeated."""
        self._beat()

    def release(self) -> None:
        """Release the claim; a second call, or one from a forked child, does nothing."""
        if self.end():
            self._release()

    def end(self) -> bool:
        """End the claim without a release, as where the store removed it with the commit of its row.

        Returns:
            Whether it was held until now, and by this process.
        """
        if self._is_ended or os.getpid() != self._process:
            return False
        self._is_ended = True
        if self._number is not None:
            HEART.stop(self._number)
        return True

    def __enter__(self) -> Claim:
        self._number = HEART.start(self._beat, self.every_seconds)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
