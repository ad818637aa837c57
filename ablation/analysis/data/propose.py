"""A proposal for a table of runs: which columns are outcomes, which were varied, which repeat."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ablation.analysis.data.column_kinds import ROLES, Column, describe, words_of
from ablation.analysis.data.endings import OK, endings, is_unfinished
from ablation.analysis.data.epochs import last_rows
from ablation.analysis.data.factors import Ints, group
from ablation.analysis.data.runs import measured
from ablation.words import listed, quoted

LEFT_OUT = {
    "constant": "the same in every row",
    "mark": "the same in every row",
    "label": "a name or number of rows",
    "time": "a time",
    "place": "where and with what it ran",
    "spread": "describes another column",
    "clock": "counts within or over runs",
}
"""Kinds of columns that take no part -> why."""

_PREFERRED = ({"test"}, {"val", "valid", "validation", "eval", "dev"})
"""Words in the names of responses that come before others."""


@dataclass(frozen=True)
class Proposal:
    """What a table seems to be about.

    Attributes:
        runs: how many rows there are, one per run.
        response: what was measured, first of all; None if nothing looks like it.
        direction: which of its values are better, `lower` or `higher`; None if its name does not tell.
        others: other columns that look like outcomes.
        factors: what was varied: name -> levels, the reference first.
        numeric: those of the factors that are numbers of many values -> `linear`, or `log` over decades.
        blocks: what repeats a cell.
        failed, unfinished: how many runs; `endings` are the columns that say so.
        left_out: column -> why it takes no part.
        doubts: sentences; without any, the analysis can be run as it is proposed.
    """

    runs: int
    response: str | None
    direction: str | None
    others: tuple[str, ...]
    factors: dict[str, tuple[str, ...]]
    numeric: dict[str, str]
    blocks: tuple[str, ...]
    endings: tuple[str, ...]
    failed: int
    unfinished: int
    left_out: dict[str, str]
    doubts: tuple[str, ...]


def propose(frame: pd.DataFrame, response: str | None = None) -> Proposal:
    """Look at a table and say what could be asked of it.

    Columns are judged by their names (`loss`, `seed`, `status`, `epoch` …) and by their values (constant, one
    per row, few levels, numbers). Of columns that move together the first is proposed. Of a log with rows per
    epoch the last row of each run is looked at.

    Args:
        frame: as `analysis.data.reading.read_table` gives it.
        response: what was measured, where somebody has said it.
    """
    columns = describe(frame, response)
    responses = _responses(columns, response)
    if responses:
        roles = [c.name for c in columns if c.kind in ("factor", "numeric", "block", "set")]
        last_of_runs, notices = last_rows(frame, responses[0].name, roles)
        if notices:
            frame, columns = last_of_runs, describe(last_of_runs, response)
            responses = _responses(columns, response) or responses
    partial, unclear = _partial(frame, columns, responses)
    blocks = _blocks(columns)
    factors, twins = _factors([c for c in columns if c.name not in partial], blocks)
    left_out = {c.name: LEFT_OUT[c.kind] for c in columns if c.kind in LEFT_OUT} | twins | partial
    main = responses[0] if responses else None
    ended = endings(frame, [c.name for c in (*responses, *factors)])
    failed, unfinished = _endings(frame, ended, main)
    return Proposal(
        runs=len(frame),
        response=main.name if main else None,
        direction=main.direction if main else None,
        others=tuple(
            c.name for c in (*responses[1:], *(c for c in columns if c.kind == "cost" and c is not main))
        ),
        factors={c.name: c.levels for c in factors},
        numeric={c.name: "log" if c.is_wide else "linear" for c in factors if c.kind == "numeric"},
        blocks=tuple(c.name for c in blocks),
        endings=tuple(c.name for c in columns if c.kind == "ending"),
        failed=failed,
        unfinished=unfinished,
        left_out=left_out,
        doubts=(*frame.attrs.get("doubts", ()), *_doubts(columns, responses, factors, unclear)),
    )


def _responses(columns: Sequence[Column], response: str | None) -> list[Column]:
    """The likeliest first: of a test, of validation, any; costs only where there is nothing else."""
    if response is not None:
        return [column for column in columns if column.name == response]

    def rank(column: Column) -> int:
        words = words_of(column.name)
        return next(
            (i for i, known in enumerate(_PREFERRED) if words & known), len(_PREFERRED) + ("train" in words)
        )

    named = sorted((c for c in columns if c.kind == "response"), key=rank)
    unknown = [c for c in columns if c.kind == "unknown"]
    return named or (unknown if len(unknown) == 1 else []) or [c for c in columns if c.kind == "cost"][:1]


def _partial(
    frame: pd.DataFrame, columns: Sequence[Column], responses: list[Column]
) -> tuple[dict[str, str], list[str]]:
    """What some finished runs lack -> why it takes no part; and what no level of another column explains."""
    if not responses:
        return {}, []
    roles = frame.attrs.get(ROLES, {})
    finished = np.isfinite(measured(frame, responses[0].name, list(roles)))
    flags = [c for c in columns if roles.get(c.name) == "flag" and c.kind in ("factor", "numeric")]
    marks = [c for c in columns if c.kind == "mark"]
    partial = {c.name: c.codes[finished] >= 0 for c in (*flags, *marks) if (c.codes[finished] < 0).any()}
    others = [c.codes[finished] for c in columns if c.kind in ("factor", "set") and c.name not in partial]
    unclear = [
        name
        for name, has in partial.items()
        if all(_n_groups([codes, has.astype(np.intp)]) > _n_groups([codes]) for codes in others)
    ]
    return dict.fromkeys(partial, "not set in every run"), unclear


def _factors(columns: Sequence[Column], blocks: Sequence[Column]) -> tuple[list[Column], dict[str, str]]:
    """What was varied, without columns that move with one before them or a block, or only name its cells."""
    varied: list[Column] = []
    twins: dict[str, str] = {}
    candidates = [c for c in columns if c.kind in ("factor", "numeric")]
    for column in candidates:
        twin = next((one.name for one in (*blocks, *varied) if _same(one, column)), None)
        if twin is not None:
            twins[column.name] = f"moves with '{twin}'"
        else:
            varied.append(column)
    for column in list(varied):
        others = [one.codes for one in varied if one is not column]
        if len(others) > 1 and len(column.levels) == _n_groups([*others, column.codes]) == _n_groups(others):
            twins[column.name] = "names the combinations of the others"
            varied.remove(column)
    return varied, twins


def _same(one: Column, other: Column) -> bool:
    return len(one.levels) == len(other.levels) == _n_groups([one.codes, other.codes])


def _n_groups(codes: list[Ints]) -> int:
    return int(group(codes).max(initial=-1)) + 1


def _blocks(columns: Sequence[Column]) -> list[Column]:
    """Seeds or folds, within the data sets that they were run on."""
    seeds = [c for c in columns if c.kind == "block" and len(c.levels) < len(c.codes)]
    return [*(c for c in columns if c.kind == "set"), *seeds[:1]]


def _endings(frame: pd.DataFrame, ended: np.ndarray | None, main: Column | None) -> tuple[int, int]:
    words = np.full(len(frame), OK, dtype=object) if ended is None else ended
    unfinished = np.array([is_unfinished(word) for word in words], dtype=bool)
    failed = (words != OK) & ~unfinished
    if main is not None:
        numbers = pd.to_numeric(frame[main.name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        failed |= ~np.isfinite(numbers) & ~unfinished
    return int(failed.sum()), int(unfinished.sum())


def _doubts(
    columns: Sequence[Column], responses: list[Column], factors: list[Column], unclear: list[str]
) -> Iterator[str]:
    """What a person should look at before anything is run."""
    if not responses:
        yield "No column looks like an outcome."
    elif responses[0].kind == "unknown":
        yield f"'{responses[0].name}' may be the outcome; its name does not tell."
    elif len(responses) > 1:
        names = listed(quoted(c.name for c in responses))
        yield f"Several columns look like outcomes: {names}."
    if responses and responses[0].direction is None:
        yield f"Whether lower or higher values of '{responses[0].name}' are better."
    if not factors:
        yield "No column looks like something that was varied."
    if unclear:
        yield (
            f"Whether runs without {listed(quoted(unclear))} differ from those with it: they count as alike. "
            "In a table, write what they have as text, such as none."
        )
    unknown = [c.name for c in columns if c.kind == "unknown" and c not in responses]
    if unknown:
        yield f"What {listed(quoted(unknown))} {'is' if len(unknown) == 1 else 'are'}: settings or outcomes."
    seeds = [c.name for c in columns if c.kind == "block"]
    if len(seeds) > 1:
        yield f"Which of {listed(quoted(seeds))} repeats a cell: the first is taken."
