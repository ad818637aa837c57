"""Factors that have levels only at some levels of another, such as the rate of dropout."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ablation.design.coding import Codes, Inside
from ablation.errors import UsageError
from ablation.naming import ELSEWHERE, find_factor, find_level, level_text, parents_first, short_name

EXAMPLE = "{dropout_rate: {dropout: true}}"

Nesting = Mapping[str, tuple[str, tuple[Any, ...]]]
"""Nested factor → its parent, and the levels of the parent at which it has levels; parents come first."""


def read_when(when: Mapping[str, Any], factors: Mapping[str, Sequence[Any]]) -> Nesting:
    """Check which factors have levels only at some levels of another.

    Args:
        when: nested factor → {its parent: a level of it, or a list of levels}. Short names will do.
        factors: factor → its levels.

    Raises:
        UsageError: it is something else, or names what is not there; or a factor has one level.
    """
    if not isinstance(when, Mapping):
        raise UsageError(f"when: expected {EXAMPLE}. Received: {when!r}")
    nesting: dict[str, tuple[str, tuple[Any, ...]]] = {}
    for name, condition in when.items():
        factor = find_factor(str(name), list(factors), "when")
        parent, value = one_parent(factor, condition)
        parent = find_factor(parent, list(factors), f"when.{short_name(factor)}")
        nesting[factor] = parent, _active(factor, parent, value, factors)
        _check_levels(factor, factors[factor], nesting)
    return {name: nesting[name] for name in parents_first({f: on for f, (on, _) in nesting.items()}, "when")}


def one_parent(factor: str, condition: object) -> tuple[str, Any]:
    """The one entry {parent: its level or levels} of a condition.

    Raises:
        UsageError: it is no such mapping.
    """
    if not isinstance(condition, Mapping) or len(condition) != 1:
        raise UsageError(
            f"when.{short_name(factor)}: expected one factor and its level, such as {{dropout: true}}, or "
            f"several of its levels, {{optimizer: [sgd, rmsprop]}}. Received: {condition!r}"
        )
    ((parent, value),) = condition.items()
    return str(parent), value


def levels_meant(value: Any, levels: Sequence[Any]) -> list[Any]:
    """A level or a list of levels as a list; a level may be a list itself."""
    is_several = isinstance(value, list | tuple) and repr(value) not in map(repr, levels)
    return list(value) if is_several else [value]


def _active(factor: str, parent: str, value: Any, factors: Mapping[str, Sequence[Any]]) -> tuple[Any, ...]:
    known, where = factors[parent], f"when.{short_name(factor)}"
    at = {find_level(each, parent, known, where) for each in levels_meant(value, known)}
    if not 0 < len(at) < len(known):
        raise UsageError(
            f"{where}: expected some levels of {short_name(parent)}, not {'all' if at else 'none'}. A factor "
            "that has levels in every cell needs no condition"
        )
    return tuple(known[i] for i in sorted(at))


def _check_levels(factor: str, levels: Sequence[Any], nesting: Nesting) -> None:
    place = place_text(factor, nesting)
    if len(levels) < 2:
        raise UsageError(
            f"{factor}: expected at least two levels within {place}. Received: {level_text(levels[0])}. "
            f"A value that is the same in all cells is no factor: {factor}={level_text(levels[0])}"
        )
    if ELSEWHERE in map(level_text, levels):
        raise UsageError(
            f"{factor}: expected levels with other names than {ELSEWHERE}, which stands where there is none. "
            f"Received: {', '.join(map(level_text, levels))}"
        )


def place_text(factor: str, nesting: Nesting) -> str:
    """Where a nested factor has levels, such as `dropout=true` or `optimizer=sgd|rmsprop`."""
    parent, active = nesting[factor]
    return f"{short_name(parent)}={'|'.join(map(level_text, active))}"


def inside(nesting: Nesting, factors: Mapping[str, Sequence[Any]]) -> Inside:
    """The same by positions of factors and levels."""
    at = list(factors)
    return {
        at.index(factor): (at.index(parent), frozenset(_positions(active, factors[parent])))
        for factor, (parent, active) in nesting.items()
    }


def _positions(some: Sequence[Any], levels: Sequence[Any]) -> list[int]:
    known = list(map(repr, levels))
    return [known.index(repr(level)) for level in some]


def collapsed(codes: Codes, nested: Inside, elsewhere: Mapping[int, int]) -> Codes:
    """Cells in which nested factors have the code `elsewhere` where their parent asks for no level."""
    codes = codes.copy()
    for child, (parent, active) in nested.items():
        codes[~np.isin(codes[:, parent], list(active)), child] = elsewhere[child]
    return codes


def activated(codes: Codes, nested: Inside, reference: Sequence[int]) -> Codes:
    """Cells in which a factor that differs from the reference cell has the parent that it needs."""
    codes = codes.copy()
    for child, (parent, active) in reversed(list(nested.items())):
        idle = (codes[:, child] != reference[child]) & ~np.isin(codes[:, parent], list(active))
        codes[idle, parent] = min(active)
    return codes


def nested_notes(nesting: Nesting) -> list[str]:
    """What can be concluded about nested factors and their parents."""
    return [
        f"{short_name(factor)} has levels within {place_text(factor, nesting)} alone: they are compared "
        f"there, and the effect of {short_name(parent)} is averaged over them, and told at each."
        for factor, (parent, _) in nesting.items()
    ]
