"""Sentences about how a table was read: what was filtered, merged, assumed, or unfinished."""

from collections.abc import Callable, Mapping, Sequence

from ablation.report.sentences.wording import Wording
from ablation.words import counted, listed

SHOWN = 4
"""Columns, levels or spellings that a sentence spells out; the rest is counted."""


def _filtered_rows(_: Wording, rows: int, passed: int, where: str) -> str:
    return f"Only {passed} of {counted(rows, 'row')} are used: those with {where}."


def _last_rows(_: Wording, clock: str, rows: int, runs: int, low: float, high: float) -> str:
    ends = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    return (
        f"The column '{clock}' counts up within runs, so the table has several rows per run. Of {rows} rows "
        f"the last one of each of {counted(runs, 'run')} counts ({clock} {ends}); where='{clock}=…' takes "
        "another."
    )


def _spellings(_: Wording, columns: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> str:
    parts = [
        f"{name} ({listed([f'{text} as {level}' for text, level in pairs], SHOWN)})"
        for name, pairs in columns
    ]
    return f"Several spellings of one number count as one level: {listed(parts, SHOWN, '; ')}."


def _reference(words: Wording, levels: Sequence[tuple[str, str]]) -> str:
    named = listed([words.at(factor, level) for factor, level in levels], SHOWN)
    return (
        f"No reference was named, so the first level in order is taken: {named}. "
        "reference={factor: level} changes it."
    )


def _direction(words: Wording) -> str:
    return (
        f"It was not stated which values of {words.response} are better, and its name does not show it. "
        "Lower is taken to be better; set direction=higher if higher is."
    )


def _target(words: Wording, measured: str, target: float) -> str:
    return (
        f"{measured} is better the closer it is to {target:g}. Every run enters with its distance, "
        f"{words.response}, and lower is better."
    )


def _unfinished_runs(
    wording: Wording,
    unfinished: int,
    runs: int,
    words: Sequence[str],
    levels: Sequence[tuple[str, str, int, int]],
) -> str:
    text = (
        f"{unfinished} of {counted(runs, 'run')} had not finished{status_words(words)} and count "
        "neither as results nor as failures."
    )
    named = [f"{wording.at(factor, level)} ({n} of {all_})" for factor, level, n, all_ in levels]
    if not named:
        return text
    where = listed(named, SHOWN)
    return f"{text} They are more frequent at {where}, whose average may look better than it is."


def status_words(words: Sequence[str]) -> str:
    """' (status FAILED, TIMEOUT)', or nothing where no status was told."""
    return f" (status {', '.join(words)})" if words else ""


SENTENCES: Mapping[str, Callable[..., str]] = {
    "filtered-rows": _filtered_rows,
    "last-rows": _last_rows,
    "spellings": _spellings,
    "reference": _reference,
    "direction": _direction,
    "target": _target,
    "unfinished-runs": _unfinished_runs,
}
