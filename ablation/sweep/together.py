"""Levels that belong together: factors nested in others, and keys whose levels change as one factor."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from ablation.design.nested import one_parent
from ablation.errors import UsageError
from ablation.naming import find_factor, level_text, parents_first, short_name, short_names

Level = TypeVar("Level")

Condition = tuple[str, Any]
"""A parent, and its level or levels."""

_NESTED = "{levels: [0.1, 0.3], when: {dropout: true}}"


def split_when(
    factors: Mapping[str, Any], when: Mapping[str, Any], where: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Levels and conditions of factors; some have both, `{levels: [0.1, 0.3], when: {dropout: true}}`.

    Args:
        factors: factor → its levels, or such a mapping.
        when: conditions that are said elsewhere, which win.
        where: before a factor's name, for messages.

    Returns:
        Factor → its levels, and nested factor → its condition.

    Raises:
        UsageError: such a mapping has something else in it, or lacks one of the two.
    """
    if not isinstance(when, Mapping):
        raise UsageError(f"{where}when: expected {{dropout_rate: {{dropout: true}}}}. Received: {when!r}")
    levels, conditions = {}, {}
    for name, entry in factors.items():
        levels[name] = entry
        if isinstance(entry, Mapping) and "when" in entry:
            if set(entry) != {"levels", "when"}:
                raise UsageError(f"{where}{name}: expected {_NESTED}. Received: {dict(entry)!r}")
            _refuse_one_level(f"{where}{name}", entry["levels"])
            levels[name], conditions[str(name).lstrip("+")] = entry["levels"], entry["when"]
    return levels, {**conditions, **when}


def _refuse_one_level(name: str, levels: object) -> None:
    """Refuse a condition of one level: as a setting it would hold in all cells."""
    listed = levels if isinstance(levels, Sequence) and not isinstance(levels, str) else [levels]
    if len(listed) == 1 and "," not in str(listed[0]):
        raise UsageError(
            f"{name}: expected two levels or more, as {_NESTED}. Received: {level_text(listed[0])} alone, "
            "which is no factor. Let the program take it where it needs it, or give another level"
        )


def refuse_fixed_factors(factors: Iterable[str], settings: Collection[str], nested: Collection[str]) -> None:
    """Refuse factors that are also fixed to one value, unless they have levels only in some cells.

    Raises:
        UsageError: naming one.
    """
    if both := [name for name in factors if name in settings and name not in nested]:
        raise UsageError(
            f"settings: expected names that are no factors. Received: {both[0]}, which has levels. "
            "Leave it out of one of the two"
        )


def valid_when(when: Mapping[str, Any], factors: Sequence[str], fixed: Sequence[str]) -> dict[str, Condition]:
    """The conditions of keys that have levels; the condition of a fixed key means nothing.

    Args:
        when: nested factor → {its parent: levels of that}; or null for one that has its levels in all cells.
        factors: keys with levels, and names of factors that are made of several.
        fixed: keys with one value.

    Raises:
        UsageError: the parent has no levels, or there is no such factor.
    """
    conditions = {}
    for name, condition in when.items():
        if condition is None or _is_fixed(name, factors, fixed):
            continue
        key = find_factor(name, factors, "when")
        parent, value = one_parent(key, condition)
        if _is_fixed(parent, factors, fixed):
            raise UsageError(
                f"when.{name}: expected {parent} to have levels. Received: one value of it. Give it levels, "
                f"or let {name} have its own in all cells: hydra.sweeper.when={{{name}: null}}"
            )
        conditions[key] = find_factor(parent, factors, f"when.{name}"), value
    return conditions


def _is_fixed(name: str, factors: Sequence[str], fixed: Sequence[str]) -> bool:
    """Whether a key, or a short name, is one of those with one value."""
    is_factor, is_one = (any(name in (key, short_name(key)) for key in keys) for keys in (factors, fixed))
    return is_one and not is_factor


def in_order(factors: Sequence[str], when: Mapping[str, Condition]) -> list[str]:
    """Factors, parents before those that are nested in them."""
    nested = parents_first({key: parent for key, (parent, _) in when.items()}, "when")
    return [*(key for key in factors if key not in nested), *nested]


def zipped(
    zips: Mapping[str, Any], levels: Mapping[str, Sequence[Level]]
) -> dict[str, dict[str, dict[str, Level]]]:
    """Factors that are made of several keys, whose levels change together.

    >>> zipped({"size": ["width", "depth"]}, {"width": [64, 128], "depth": [2, 4], "lr": [0.1]})
    {'size': {'width=64 depth=2': {'width': 64, 'depth': 2}, 'width=128 depth=4': {'width': 128, 'depth': 4}}}

    Args:
        zips: name of a factor → its keys.
        levels: key → its levels.

    Returns:
        Factor → its levels in words → the level of each key.

    Raises:
        UsageError: keys without levels or with different numbers of them, or used twice.
    """
    if not isinstance(zips, Mapping):
        raise UsageError(f"zip: expected {{size: [width, depth]}}. Received: {zips!r}")
    factors: dict[str, dict[str, dict[str, Level]]] = {}
    taken: set[str] = set()
    for name, raw in zips.items():
        if isinstance(raw, str) or not isinstance(raw, Sequence) or len(raw) < 2:
            raise UsageError(
                f"zip.{name}: expected two keys or more, such as [width, depth]. Received: {raw!r}"
            )
        keys = [find_factor(str(key), list(levels), f"zip.{name}") for key in raw]
        counts = {key: len(levels[key]) for key in keys}
        if len(set(counts.values())) > 1:
            received = ", ".join(f"{n} of {key}" for key, n in counts.items())
            raise UsageError(f"zip.{name}: expected as many levels of each key. Received: {received}")
        twice = [key for key in keys if key in taken or keys.count(key) > 1]
        if twice or name in levels:
            received = f"{twice[0]} twice" if twice else f"the name of a factor, {name}"
            raise UsageError(f"zip.{name}: expected a new name, and each key once. Received: {received}")
        taken |= set(keys)
        rows = [dict(zip(keys, row, strict=True)) for row in zip(*(levels[key] for key in keys), strict=True)]
        factors[name] = {_label(row): row for row in rows}
    return factors


def _label(row: Mapping[str, object]) -> str:
    return " ".join(f"{n}={level_text(v)}" for n, v in zip(short_names(row), row.values(), strict=True))
