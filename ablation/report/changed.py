"""Two studies, and what has changed between them in each response that both have."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from ablation.analysis.compare import Comparison, compare
from ablation.errors import UsageError
from ablation.naming import factor_labels
from ablation.report.held import differences, fixed_levels
from ablation.report.sentences import Wording
from ablation.report.subject import ResponseResult, Subject
from ablation.words import listed, quoted


@dataclass(frozen=True, eq=False)
class ChangedResponse:
    """One response of both.

    Attributes:
        first, second: what each study says of it.
        comparison: what has changed.
        words: how sentences and figures name and number things.
    """

    first: ResponseResult
    second: ResponseResult
    comparison: Comparison
    words: Wording


@dataclass(frozen=True, eq=False)
class Changed:
    """Two studies side by side.

    Attributes:
        first, second: the studies, the former first.
        responses: those that both have, the main one first.
        notes: why others are not compared.
    """

    first: Subject
    second: Subject
    responses: Sequence[ChangedResponse]
    notes: Sequence[str] = ()

    @property
    def name(self) -> str:
        """Its heading."""
        names = self.first.name, self.second.name
        places = self.first.source, self.second.source
        return " → ".join(names if names[0] != names[1] else places)

    @cached_property
    def settings(self) -> pd.DataFrame:
        """Settings in which they differ: setting, first, second."""
        return differences(self.first, self.second)


def compare_studies(
    first: Subject, second: Subject, response: str = "", paired: bool | None = None
) -> Changed:
    """Compare two studies in every response that both have.

    Args:
        first: the study before.
        second: the study after.
        response: the only one that is compared; all, if not given.
        paired: whether runs are compared in pairs; None: if pairs are at least half of the smaller study.

    Raises:
        UsageError: they have no response or component in common, or opposite directions; or one of them
            allows no analysis.
    """
    answers = [{a.response: a for a in study.answers} for study in (first, second)]
    shared = [name for name, one in answers[0].items() if name in answers[1] and response in _names(one)]
    if not shared:
        received = " and ".join(listed(quoted(known)) for known in answers)
        expected = f"the response '{response}' in both studies" if response else "two studies of one response"
        raise UsageError(
            f"Expected {expected}. Received: {received}. Analyse both for a response that both have measured."
        )
    fixed = fixed_levels(first, second), fixed_levels(second, first)
    compared, notes = [], []
    for name in shared:
        before, after = answers[0][name], answers[1][name]
        try:
            compared.append(_compared(first, before, second, after, fixed, paired))
        except UsageError as obstacle:
            notes.append(f"{name}: not compared. {obstacle}")
            if not compared and name == shared[-1]:
                raise
    return Changed(first, second, compared, notes)


def _names(answer: ResponseResult) -> tuple[str, ...]:
    """The names that choose a response: none, its own, and that of the column that was measured."""
    return "", answer.response, answer.analysis.request.measured if answer.analysis else ""


def _compared(
    first: Subject,
    before: ResponseResult,
    second: Subject,
    after: ResponseResult,
    fixed: tuple[dict[str, object], dict[str, object]],
    paired: bool | None,
) -> ChangedResponse:
    for study, answer in ((first, before), (second, after)):
        if answer.analysis is None:
            raise UsageError(
                f"Expected two studies that can be analysed. Received: {study.name}. {answer.obstacle}"
            )
    assert before.analysis is not None and after.analysis is not None  # noqa: PT018
    comparison = compare(before.analysis, after.analysis, paired, fixed)
    words = replace(
        first.words(before),
        unit=before.unit or after.unit,
        is_log=comparison.scale.is_log,
        shares=comparison.scale if comparison.scale.is_logit else None,
        alpha=comparison.alpha,
        margin=None if comparison.margin is None else before.analysis.request.margin,
        labels=factor_labels([*first.factors, *second.factors]),
        levels={**second.factors, **first.factors},
    )
    return ChangedResponse(before, after, comparison, words)
