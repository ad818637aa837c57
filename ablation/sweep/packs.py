"""Runs of several cells in one job: the app says which cells train together, the job names the others."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from ablation.results import Outcome
from ablation.sweep.cell import GONE, Cell, difference
from ablation.words import counted

TrainTogether = Callable[[Sequence[tuple[Any, int]]], Iterable[tuple[int, Outcome]]]


@dataclass(frozen=True)
class Packs:
    """How an app trains runs of several cells in one program.

    Args:
        kind: a cell's flat configuration → what it shares with all cells that may train with it; None for a
            cell that trains by itself, whatever the settings.
        off: a cell's flat configuration → why cells train one by one under its settings; empty where they
            train together.
        train: (settings, seed) of each run → its place among these, and its outcome, one by one. When it
            fails, the runs that are left are trained cell by cell.
    """

    kind: Callable[[Mapping[str, Any]], Hashable]
    off: Callable[[Mapping[str, Any]], str]
    train: TrainTogether


@dataclass(frozen=True)
class Partner:
    """A further cell of a job.

    Args:
        id: of the cell.
        change: config key → its value, where that is not the one of the job's first cell.
        seeds: of the runs wanted.
    """

    id: str
    change: Mapping[str, Any]
    seeds: Sequence[int]


def partner(first: Cell, other: Cell, seeds: Sequence[int]) -> Partner:
    """What a job of the first cell needs to know about another."""
    changes = difference(first, other).items()
    changed = {key: value for (part, key), value in changes if part == "config" and value is not GONE}
    return Partner(other.id, changed, seeds)


def grouped(cells: Sequence[Cell], packs: Packs | None, n_parallel: int | None) -> list[list[int]]:
    """The cells of each job, by their places, in the order of the first of each.

    Args:
        cells: that have runs to do.
        packs: of the app, if it has some.
        n_parallel: how many jobs run at once: there are as many jobs, where there are as many cells.
    """
    if packs is None or not cells or packs.off(cells[0].config):
        return [[i] for i in range(len(cells))]
    groups = _by_kind(cells, packs)
    n_parts = ceil((n_parallel or 1) / len(groups))
    return [part for group in groups for part in _parts(group, n_parts)]


def program_lines(cells: Sequence[Cell], packs: Packs | None, n_parallel: int | None) -> list[str]:
    """How many programs the cells of a plan take; nothing for an app that trains each by itself anyway."""
    if packs is None or all(packs.kind(cell.config) is None for cell in cells):
        return []
    n_cells = len(cells)
    if reason := packs.off(cells[0].config):
        fewest = counted(len(_by_kind(cells, packs)), "program")
        return [f"{counted(n_cells, 'program')}, one for each cell, as {reason}; {fewest} would do."]
    programs = counted(len(grouped(cells, packs, n_parallel)), "program")
    return [f"{programs} instead of {n_cells}: cells that differ in numbers alone train in one."]


def _by_kind(cells: Sequence[Cell], packs: Packs) -> list[list[int]]:
    groups: dict[Hashable, list[int]] = {}
    for i, cell in enumerate(cells):
        kind = packs.kind(cell.config)
        groups.setdefault((i,) if kind is None else (kind, None), []).append(i)
    return list(groups.values())


def _parts(group: Sequence[int], n: int) -> list[list[int]]:
    """At most n parts of about one size."""
    size = ceil(len(group) / n)
    return [list(group[i : i + size]) for i in range(0, len(group), size)]
