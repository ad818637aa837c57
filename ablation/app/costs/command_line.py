"""The command line of `ablation costs`."""

from collections.abc import Sequence
from dataclasses import dataclass

from ablation.app.study_settings import study_and_settings
from ablation.errors import UsageError

USAGE = "Expected the folder of a study, then settings: ablation costs runs/quick rounds=30"
MIN_ROUNDS = 6
"""Of fewer no interval of a median has level 95 %."""


@dataclass(frozen=True)
class CostRequest:
    """What is measured."""

    study: str
    """The folder of the study."""
    rounds: int = 30
    """How often each cell's latency is taken, in turns with those of all others; at least 6."""
    batches: tuple[int, ...] = (1, 64)
    """Images at once whose latency is taken, such as 1,64."""

    def __post_init__(self) -> None:
        """Refuse too few rounds, and batches of nothing."""
        if self.rounds < MIN_ROUNDS:
            raise UsageError(f"rounds: expected at least {MIN_ROUNDS}. Received: {self.rounds}")
        if not self.batches or min(self.batches) < 1:
            raise UsageError(f"batches: expected numbers of images from 1. Received: {self.batches}")


def parse(arguments: Sequence[str]) -> CostRequest:
    """Read the command line.

    Raises:
        UsageError: no study, or a setting that does not exist.
    """
    study, settings = study_and_settings(arguments, CostRequest, USAGE)
    numbers = {
        name: [_number(name, part) for part in text.strip("[]").split(",")] for name, text in settings.items()
    }
    rounds = numbers.get("rounds", [30])
    if len(rounds) > 1:
        raise UsageError(f"rounds: expected one number. Received: {rounds}")
    return CostRequest(study, rounds[0], tuple(numbers.get("batches", (1, 64))))


def _number(name: str, text: str) -> int:
    if not text.strip().isdecimal():
        raise UsageError(f"{name}: expected numbers. Received: {text!r}")
    return int(text)
