"""From configs to columns: the level of each run, as a category that keeps the level's own type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ablation.results.canonical import canonical

if TYPE_CHECKING:
    import pandas as pd

_ABSENT = object()


def names_in(mappings: Iterable[Mapping[str, object]]) -> list[str]:
    """All names, in the order in which they first appear."""
    names: dict[str, None] = {}
    for mapping in mappings:
        names.update(dict.fromkeys(mapping))
    return list(names)


def config_values(
    configs: Sequence[Mapping[str, object]], name: str, defaults: Mapping[str, object]
) -> list[object]:
    """Return one config entry for every run.

    Returns:
        One value per run; `_ABSENT` for a run that knows neither the entry nor a default.
    """
    try:
        return [config[name] for config in configs]
    except KeyError:
        default = defaults.get(name, _ABSENT)
        return [config.get(name, default) for config in configs]


def varies(values: Sequence[object]) -> bool:
    """Whether runs differ in an entry, types included."""
    kinds = set(map(type, values))
    if len(kinds) == 1 and not kinds & {list, dict}:
        return values.count(values[0]) < len(values)
    return len({None if value is _ABSENT else canonical(value) for value in values}) > 1


def factor_column(values: Sequence[object], levels: Sequence[object]) -> pd.Categorical[Any]:
    """Make the column of a factor.

    Args:
        values: One per run, from `config_values`.
        levels: The study's levels, reference first.

    Returns:
        An ordered categorical: the study's levels as they are stored, then levels that only other runs had.
        Runs without the entry are missing.
    """
    import pandas as pd

    texts = [canonical(level) for level in levels]
    position = {"": -1} | {text: i for i, text in enumerate(texts)}
    everything = list(levels)
    codes = []
    for text, value in zip(_texts(values), values, strict=True):
        if text not in position:
            position[text] = _equal_number(value, everything)
            if position[text] == len(everything):
                everything.append(value)
        codes.append(position[text])
    categories: Any = level_names(everything)
    return pd.Categorical.from_codes(codes, categories=categories, ordered=True)


def plain_column(values: Sequence[object]) -> list[object]:
    """Make the column of a config entry that is not a factor: lists as JSON text, missing entries as None."""
    return [_plain(value) for value in values]


def level_names(levels: Sequence[object]) -> list[bool | int | float | str]:
    """Name levels for a categorical, which needs hashable and distinct ones.

    Args:
        levels: JSON values.

    Returns:
        The levels themselves. null and lists become their JSON text; where two levels would then be equal in
        Python (`1` and `true`, null and `"null"`), every one becomes its JSON text.
    """
    names = [level if isinstance(level, bool | int | float | str) else canonical(level) for level in levels]
    return names if len(set(names)) == len(names) else [canonical(level) for level in levels]


def _texts(values: Sequence[object]) -> list[str]:
    """The canonical text of each value, empty for absence; runs share few values, so each is written once."""
    known: dict[tuple[type, object], str] = {(object, _ABSENT): ""}
    texts = []
    for value in values:
        if isinstance(value, list | dict | float):  # 0.0 and -0.0 are one to a dict, and two levels
            texts.append(canonical(value))
            continue
        place = (type(value), value)
        if place not in known:
            known[place] = canonical(value)
        texts.append(known[place])
    return texts


def _equal_number(value: object, levels: Sequence[object]) -> int:
    """Position of a level that is the same number (`1` and `1.0`); the next free one if there is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        for i, level in enumerate(levels):
            if isinstance(level, int | float) and not isinstance(level, bool) and level == value:
                return i
    return len(levels)


def _plain(value: object) -> object:
    if value is _ABSENT:
        return None
    return canonical(value) if isinstance(value, list | dict) else value
