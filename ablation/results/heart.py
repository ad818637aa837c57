"""The heartbeats of all claims that a process holds, from one thread: one each would outlast a short run."""

import os
import threading
import time
from collections.abc import Callable

Beat = Callable[[], None]


class Heart:
    """Calls functions repeatedly, each at its own interval."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Start over, as in a forked child, which has neither the thread nor the claims."""
        self._changed = threading.Condition()
        self._beats: dict[
            int, tuple[Beat, float, float]
        ] = {}  # number → what, every how many seconds, when next
        self._number, self._waits_until, self._is_running = 0, 0.0, False

    def start(self, beat: Beat, every_seconds: float) -> int:
        """Call a function at an interval of seconds; return the handle for `stop`."""
        due = time.monotonic() + every_seconds
        with self._changed:
            self._number += 1
            self._beats[self._number] = beat, every_seconds, due
            if not self._is_running:
                self._is_running, self._waits_until = True, due
                threading.Thread(target=self._run, name="claims", daemon=True).start()
            elif due < self._waits_until:
                self._changed.notify()
            return self._number

    def stop(self, number: int) -> None:
        """Stop calling it: when this returns, no call is under way. The thread notices later."""
        with self._changed:
            self._beats.pop(number, None)

    def _run(self) -> None:
        with self._changed:
            try:
                while self._beats:
                    self._waits_until = min(due for _, _, due in self._beats.values())
                    self._changed.wait(max(self._waits_until - time.monotonic(), 0))
                    self._call_due()
            finally:
                self._is_running = False

    def _call_due(self) -> None:
        now = time.monotonic()
        for number, (beat, every_seconds, due) in list(self._beats.items()):
            if due <= now:
                beat()
                self._beats[number] = beat, every_seconds, time.monotonic() + every_seconds


HEART = Heart()
os.register_at_fork(after_in_child=HEART.forget)
