"""The arguments of an analysis, checked before any number is computed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ablation.analysis.nested import Nested, read_nested
from ablation.analysis.sequential.looks import Looks
from ablation.errors import UsageError
from ablation.results.direction import read_direction
from ablation.results.model_settings import AUTO, LINEAR, SCALES, between, check_model, one_of, read_order
from ablation.words import listed, quoted

LOGIT, COUNT, ORDINAL = "logit", "count", "ordinal"
"""The scales of shares, of counts and of ratings; a table may ask for them, a sweep has one of `SCALES`."""


@dataclass(frozen=True)
class AnalysisRequest:
    """The arguments of `analyze`, checked.

    Attributes:
        block: what the block is called: of several columns, all their names.
        blocks: the columns that it is made of.
        numeric: factor that enters as a number -> `linear`, or `log` for its logarithm.
        direction: `lower` or `higher`.
        target: the value that the response should be close to; `lower` is then said of the distance.
        measured: the column that such a distance is computed from; empty without a target.
        is_direction_assumed: whether nobody said it, and the response's name does not tell.
        reference: (factor, level) where the reference is not the first level.
        where: the filter of rows; empty without one.
        trials: the column of counts that the response is a share of.
        item: the column of test items, where a row is one of a run.
        nested: factors that have levels only at some levels of another.
    """

    response: str
    factors: tuple[str, ...]
    block: str | None = None
    scale: str = "auto"
    interactions: int | str = AUTO
    anova_type: int = 2
    alpha: float = 0.05
    margin: float | None = None
    direction: str = "lower"
    numeric: Mapping[str, str] = field(default_factory=dict)
    weights: str | None = None
    looks: Looks | None = None
    blocks: tuple[str, ...] = ()
    target: float | None = None
    measured: str = ""
    is_direction_assumed: bool = False
    reference: tuple[tuple[str, str], ...] = ()
    where: str = ""
    trials: str | None = None
    item: str | None = None
    nested: tuple[Nested, ...] = ()

    def __post_init__(self) -> None:
        """Refuse values that mean nothing."""
        own = (LOGIT, COUNT, ORDINAL)
        one_of("scale", self.scale, (*SCALES, *own))
        check_model("auto" if self.scale in own else self.scale, self.interactions, self.alpha, self.numeric)
        one_of("anova_type", self.anova_type, (1, 2, 3))
        if self.margin is not None:
            between("margin", self.margin, 0, float("inf"))
        if self.trials is not None or self.scale in own:
            self._check_glm()

    def _check_glm(self) -> None:
        """Refuse what a model of shares, counts or ratings does not have.

        Raises:
            UsageError: another scale, weights, a target, looks, or a margin of shares of 1 or more.
        """
        is_share = self.scale not in (COUNT, ORDINAL)
        wrong = {
            "scale": self.trials is not None and self.scale not in ("auto", LOGIT) and self.scale,
            "weights": self.weights,
            "direction": self.target is not None and "a value that is best",
            "looks": self.looks is not None and "looks",
            "margin": is_share and self.margin is not None and self.margin >= 1 and f"{self.margin:g}",
        }
        for name, received in wrong.items():
            if received:
                raise UsageError(
                    f"{name}: expected none of its own for shares (logit), counts and ratings (ordinal): "
                    "counts are weights, lower or higher is better, and a margin of shares is below 1. "
                    f"Received: {received}."
                )

    @property
    def interval_alpha(self) -> float:
        """Error rate of the verdicts' intervals; in a growing study one that keeps alpha over all looks."""
        return self.alpha if self.looks is None else self.looks.tail(self.alpha)

    @property
    def columns(self) -> list[str]:
        """Every column of the table that the request names."""
        extra = [name for name in (self.weights, self.trials, self.item) if name is not None]
        return [self.response, *self.factors, *self.blocks, *extra]

    def check(self, table: pd.DataFrame) -> None:
        """Compare the request with the table.

        Raises:
            UsageError: a column is missing, there twice, or used in two roles; or the table is empty.
        """
        if not self.factors:
            raise UsageError(
                "Expected at least one factor. Received: factors=[]. Name the columns that the study varied."
            )
        missing = [name for name in self.columns if name not in table.columns]
        if missing:
            is_count = self.trials in missing and str(self.trials).isdigit()
            raise UsageError(
                f"Expected columns {listed(quoted(missing))} in the table. "
                f"Received: {listed(quoted(table.columns), 30)}. "
                + ("trials= names a column: add one with this number." if is_count else "Check the spelling.")
            )
        twice = [name for name in self.columns if list(table.columns).count(name) > 1]
        twice += [name for name in dict.fromkeys(self.columns) if self.columns.count(name) > 1]
        if twice:
            raise UsageError(
                f"Expected every column once and in one role. Received: {listed(quoted(twice))} twice. "
                "Keep one."
            )
        if len(table) == 0:
            raise UsageError(
                "Expected at least one run. Received: a table without rows. Run the study first."
            )


def read_request(
    factors: Iterable[str] | str,
    numeric: Mapping[str, str] | Iterable[str] | str,
    response: str,
    block: Iterable[str] | str | None = None,
    direction: str | float | None = None,
    reference: Mapping[str, object] | None = None,
    where: str | None = None,
    interactions: int | str = AUTO,
    nested: Mapping[str, Mapping[str, object] | str] | None = None,
    **rest: Any,
) -> AnalysisRequest:
    """Make a request; numeric factors that are not among `factors` are added to them."""
    numbers = dict(numeric) if isinstance(numeric, Mapping) else dict.fromkeys(_names(numeric), LINEAR)
    names = tuple(dict.fromkeys((*_names(factors), *numbers))) if numbers else _names(factors)
    blocks = () if block is None else _names(block)
    better = read_direction(response, direction)
    return AnalysisRequest(
        response=response, factors=names, numeric=numbers, blocks=blocks, block=_joined(blocks),
        direction=better.name, target=better.target, is_direction_assumed=better.is_assumed,
        reference=_references(reference, names, numbers), where=where or "",
        interactions=read_order(interactions), nested=read_nested(nested, names, numbers), **rest,
    )  # fmt: skip


def _names(names: Iterable[str] | str) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _joined(blocks: tuple[str, ...]) -> str | None:
    if len(blocks) == 1:
        return blocks[0]
    return " × ".join(map(str, blocks)) or None


def _references(
    reference: Mapping[str, object] | None, factors: tuple[str, ...], numeric: Collection[str]
) -> tuple[tuple[str, str], ...]:
    """Refuse references of what is no factor with levels."""
    for name in reference or {}:
        if name not in factors or name in numeric:
            choice = listed(quoted(f for f in factors if f not in numeric), 30)
            raise UsageError(f"reference: expected factors with levels, {choice}. Received: '{name}'.")
    return tuple((name, str(level)) for name, level in (reference or {}).items())
