"""The plan of an adaptive study: fixed before its first run, and stored with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from ablation.analysis.sequential.boundary import RHO
from ablation.errors import UsageError

_WHY = {
    "maximum": "The boundaries of all looks follow from it",
    "margin": "A margin set after a look can always be met",
    "response": "The response that comes out best would be chosen by its noise",
    "alpha": "The error that each look may spend follows from it",
    "scale": "The scale that settles more would be chosen by its noise",
}


@dataclass(frozen=True)
class AdaptivePlan:
    """The rules by which an adaptive study ends.

    Args:
        response: that is judged.
        direction: which response is better, as for `analyze`.
        margin: smallest effect that matters, as for `analyze`.
        factors: factor → its levels as text, the reference first.
        scale: `log`, `identity` or `auto`.
        alpha: error rate.
        interactions: highest order in the model.
        numeric: factor that enters as a number → `linear` or `log`; none of its levels is ever dropped.
        first: seeds at the first look.
        maximum: seeds at the last look.
        hopeless: whether it also ends when no open verdict is likely to be settled.
        dropping: whether levels that nothing open needs get no more seeds.
        one_factor: whether the design changes one factor at a time from one cell.
        start: of such a design, factor → the level of that cell.
        rho: exponent of the spending function.
        planned: seeds at each look, rising to the maximum; empty for every number from the first.
        nested: factor with levels only at some levels of another → {that one: these levels}. Neither of the
            two ever loses a level.
    """

    response: str
    direction: str | None
    margin: float
    factors: Mapping[str, Sequence[str]]
    scale: str = "auto"
    alpha: float = 0.05
    interactions: int = 2
    numeric: Mapping[str, str] = field(default_factory=dict)
    first: int = 2
    maximum: int = 20
    hopeless: bool = False
    dropping: bool = True
    one_factor: bool = False
    start: Mapping[str, str] = field(default_factory=dict)
    rho: float = RHO
    planned: tuple[int, ...] = ()
    nested: Mapping[str, Mapping[str, Sequence[Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse numbers of seeds that make no looks."""
        if not 2 <= self.first <= self.maximum:
            raise UsageError(
                "hydra.sweeper.replicates: expected 2 or more seeds for the first look, and no more than "
                f"max_replicates={self.maximum}. Received: {self.first}."
            )

    @property
    def looks(self) -> list[int]:
        """Number of seeds at each look."""
        return list(self.planned or range(self.first, self.maximum + 1))

    def as_record(self) -> dict[str, Any]:
        """For the study's record."""
        factors = {name: list(levels) for name, levels in self.factors.items()}
        nested = {name: {on: list(at) for on, at in where.items()} for name, where in self.nested.items()}
        mappings = {"start": dict(self.start), "numeric": dict(self.numeric), "nested": nested}
        return {**asdict(self), "factors": factors, **mappings}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> AdaptivePlan:
        """As `as_record` gave it; entries of a newer version are left out."""
        known = {f.name for f in fields(cls)}
        planned = {"planned": tuple(record.get("planned", ()))}
        return cls(**{key: value for key, value in record.items() if key in known} | planned)

    def check_unchanged(self, earlier: AdaptivePlan) -> None:
        """Refuse to go on under another plan.

        Raises:
            UsageError: naming what has changed, and why that would not be valid.
        """
        for name in (f.name for f in fields(self)):
            before, now = getattr(earlier, name), getattr(self, name)
            if before != now:
                why = _WHY.get(name, "Its error rates hold for the plan it began with")
                raise UsageError(
                    f"Expected the plan that this adaptive study began with: {name}={_text(before)}. "
                    f"Received: {name}={_text(now)}. {why}. Continue with the old one, or begin a study "
                    "of another name with fresh seeds (name=…, seeds=[…])."
                )


def _text(value: object) -> str:
    return str(dict(value)) if isinstance(value, Mapping) else str(value)
