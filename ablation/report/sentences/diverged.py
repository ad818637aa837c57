"""Sentences about runs that seem to have diverged, and about a best cell with failed runs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ablation.analysis.verdicts.finding import Finding
from ablation.numbers import value
from ablation.report.sentences.verdicts import component
from ablation.report.sentences.wording import Wording, verdict_words
from ablation.words import counted, listed

SHOWN = 6
"""Runs or verdicts that a sentence spells out; the rest is counted."""


def _diverged_runs(
    words: Wording,
    runs: Sequence[Mapping[str, Any]],
    changed: Sequence[tuple[Finding, Any]],
    known: bool,
) -> str:
    named = [f"{words.run(run, '')}, {words.response} {value(run['size'])}" for run in runs]
    look = "looks" if len(runs) == 1 else "look"
    text = f"{counted(len(runs), 'run')} {look} diverged, far from all others: {listed(named, SHOWN, '; ')}."
    if not known:
        return f"{text} Without them too few runs are left for an analysis."
    if not changed:
        return f"{text} Counted as failed, they change no verdict."
    return f"{text} Counted as failed, they change verdicts: {listed(_changes(words, changed), SHOWN, '; ')}."


def _changes(words: Wording, changed: Sequence[tuple[Finding, Any]]) -> list[str]:
    """'sgd instead of adam: inconclusive with them, hurts (+14.5 %) without'."""
    return [
        f"{component(finding, words)}: {verdict_words(finding.verdict)} with them, "
        + ("unknown" if twin is None else f"{verdict_words(twin.verdict)} ({words.change(twin.estimate)})")
        + " without"
        for finding, twin in changed
    ]


def _best_cell_failed(words: Wording, cell: Mapping[str, str], failed: int, runs: int) -> str:
    return (
        f"The best cell, {words.cell(cell)}, failed in {failed} of its {counted(runs, 'run')}: its mean is "
        "that of the others."
    )


SENTENCES: Mapping[str, Callable[..., str]] = {
    "diverged-runs": _diverged_runs,
    "best-cell-failed": _best_cell_failed,
}
