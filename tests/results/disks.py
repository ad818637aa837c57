"""File systems that fail: at one step, in one way; and one that is merely slow at random moments."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from typing import Any

from ablation.files import Disk

STEPS = tuple(name for name in vars(Disk) if not name.startswith("_"))
"""Every operation of the store on a file system: the failpoints."""


class StepDisk(Disk):
    """Calls `before` and `after` around every step.

    Attributes:
        taken: The steps so far, the present one last.
    """

    def __init__(self) -> None:
        self.taken: list[str] = []

    @property
    def now(self) -> int:
        """Number of the present step, from 0."""
        return len(self.taken) - 1

    def before(self) -> None:
        """Do what this disk does before a step."""

    def after(self) -> None:
        """Do what this disk does after a step."""

    def __getattribute__(self, name: str) -> Any:
        step = super().__getattribute__(name)
        if name not in STEPS:
            return step

        def watched(*arguments: Any) -> Any:
            self.taken.append(name)
            self.before()
            result = step(*arguments)
            self.after()
            return result

        return watched


class DyingDisk(StepDisk):
    """Ends the process at one step: before it, after it, or (a write) after half of it."""

    def __init__(self, number: int, when: str) -> None:
        super().__init__()
        self.number, self.when = number, when

    def before(self) -> None:
        if self.now == self.number and self.when == "before":
            os._exit(9)

    def after(self) -> None:
        if self.now == self.number and self.when == "after":
            os._exit(9)

    def write(self, descriptor: int, data: bytes) -> int:
        if self.now == self.number and self.when == "torn":
            os.write(descriptor, data[: len(data) // 2])
            os._exit(9)
        return super().write(descriptor, data)


class RefusingDisk(StepDisk):
    """Raises an error at one step, or from one step on."""

    def __init__(self, error: Callable[[], BaseException], number: int, for_ever: bool = False) -> None:
        super().__init__()
        self.error, self.number, self.for_ever = error, number, for_ever

    def before(self) -> None:
        if self.now == self.number or (self.for_ever and self.now > self.number):
            raise self.error()


class SlowDisk(StepDisk):
    """Waits at random before steps, so that races which are rare on a quick disk happen."""

    def __init__(self, seed: int, seconds: float = 0.002, share: float = 0.3) -> None:
        super().__init__()
        self.generator, self.seconds, self.share = random.Random(seed), seconds, share

    def before(self) -> None:
        if self.generator.random() < self.share:
            time.sleep(self.generator.random() * self.seconds)


class StoppingDisk(StepDisk):
    """Stops the process (SIGSTOP) before the n-th step of one name, once."""

    def __init__(self, name: str, nth: int) -> None:
        super().__init__()
        self.name, self.nth = name, nth

    def before(self) -> None:
        if self.taken[-1] == self.name and self.taken.count(self.name) == self.nth:
            os.kill(os.getpid(), signal.SIGSTOP)


def steps(act: Callable[[Disk], object]) -> list[str]:
    """List the steps that an undisturbed act takes."""
    disk = StepDisk()
    act(disk)
    return disk.taken
