"""What a sweep was asked for: `hydra.sweeper` and the command line, checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ablation.errors import UsageError

ON_FAILURE = ("continue", "stop")
_ROMAN = {"III": 3, "IV": 4, "V": 5, "VI": 6}


@dataclass(frozen=True)
class SweepRequest:
    """The command line and `hydra.sweeper`; `hydra_plugins.ablation_sweeper` describes its keys."""

    arguments: Sequence[str]
    params: Mapping[str, Any] = field(default_factory=dict)
    design: str = "full_factorial"
    resolution: Any = None
    runs: int | None = None
    generators: Sequence[str] = ()
    foldover: Any = False
    reference: Mapping[str, Any] = field(default_factory=dict)
    exclude: Sequence[Any] = ()
    replicates: int = 1
    until: str | None = None
    max_replicates: int = 20
    hopeless: bool = False
    dropping: bool = True
    order: int | None = 0
    retries: int = 1
    on_failure: str = "continue"
    recycle: int = 40
    plan_only: bool = False
    sweep: str = ""

    def __post_init__(self) -> None:
        """Refuse numbers and words that mean nothing."""
        scalar = self.resolution is None or isinstance(self.resolution, int | str)
        _expect(scalar, "resolution", "III, IV or V", self.resolution)
        object.__setattr__(self, "resolution", _ROMAN.get(self.resolution, self.resolution))
        _expect(self.order is None or self.order >= 0, "order", "0 or more, or null", self.order)
        _expect(self.replicates >= 1, "replicates", "at least 1", self.replicates)
        _expect(self.until in (None, "settled"), "until", "settled, or null", self.until)
        _expect(self.retries >= 0, "retries", "0 or more", self.retries)
        _expect(self.recycle >= 1, "recycle", "at least 1", self.recycle)
        _expect(self.on_failure in ON_FAILURE, "on_failure", " or ".join(ON_FAILURE), self.on_failure)


def _expect(holds: bool, key: str, expected: str, received: object) -> None:
    if not holds:
        raise UsageError(f"hydra.sweeper.{key}: expected {expected}. Received: {received}")
