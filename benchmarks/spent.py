"""What a peer's runs took, and how it tells `benchmarks.sweep`. Imports nothing that takes time."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Spent:
    """Seconds of training steps (no tracing, so not the first step) and of measuring test images."""

    train_seconds: float = 0.0
    measure_seconds: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.train_seconds + other.train_seconds, self.measure_seconds + other.measure_seconds)


def tell(spent: Iterable[Spent]) -> None:
    """Print the sum in one line."""
    print(json.dumps(asdict(sum(spent, Spent()))))


def reported(output: str) -> Spent:
    """What a peer has reported among what it printed; nothing for a command that keeps it elsewhere."""
    lines = [line for line in output.splitlines() if line.startswith('{"train_seconds"')]
    return Spent(**json.loads(lines[-1])) if lines else Spent()
