"""What people call factors, levels and cells, and how a name that they give is found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from ablation.errors import UsageError
from ablation.words import OFF, ON, listed

LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
"""Of factors in generators and words: I is the identity, so it names no factor."""

ELSEWHERE = "none"
"""What the level of a nested factor is called where it has none, in designs and in tables of runs."""


def short_name(factor: str) -> str:
    """The last part of a config key; of a group's `name`, the group.

    >>> short_name("flags.batch_norm"), short_name("model.name")
    ('batch_norm', 'model')
    """
    parts = factor.split(".")
    return parts[-2] if len(parts) > 1 and parts[-1] == "name" else parts[-1]


def short_names(factors: Iterable[str]) -> list[str]:
    """The short name of each factor, or the whole key where two would be called the same.

    >>> short_names(["flags.batch_norm", "model.depth", "decoder.depth"])
    ['batch_norm', 'model.depth', 'decoder.depth']
    """
    keys = list(factors)
    short = [short_name(key) for key in keys]
    return [name if short.count(name) == 1 else key for key, name in zip(keys, short, strict=True)]


def letters(n_factors: int) -> list[str]:
    """A, B, … H, J, … Z, then a, b, …; numbered from there on."""
    known = LETTERS + LETTERS.lower()
    return [known[i] if i < len(known) else f"x{i + 1}" for i in range(n_factors)]


def find_factor(name: str, factors: Sequence[str], where: str) -> str:
    """The factor that is called so, by its key or by a short name that only it has.

    Args:
        name: as the user wrote it.
        factors: the study's.
        where: what the name was given to, such as `exclude`, for the message.

    Raises:
        UsageError: with the names that exist.
    """
    matches = [f for f in factors if f == name] or [f for f in factors if short_name(f) == name]
    if len(matches) == 1:
        return matches[0]
    choice = ", ".join(short_names(factors)) or "none"
    problem = f"fits {len(matches)} factors: name one in full" if matches else "is no factor of the study"
    raise UsageError(f"{where}: expected one of the factors {choice}. Received: {name!r}, which {problem}")


def parents_first(parents: Mapping[str, str], where: str) -> list[str]:
    """Nested factors, each after the one that it is nested in.

    Args:
        parents: nested factor → its parent.
        where: what was to say so, for the message.

    Raises:
        UsageError: factors are nested in a circle.
    """
    ordered: list[str] = []
    while len(ordered) < len(parents):
        left = [name for name in parents if name not in ordered]
        ready = [name for name in left if parents[name] not in left]
        if not ready:
            circle = listed(list(map(short_name, left)))
            raise UsageError(f"{where}: expected factors nested in others. Received: {circle}, in a circle")
        ordered += ready
    return ordered


def level_text(level: object) -> str:
    """A level as configurations write it.

    >>> level_text(True), level_text(None), level_text(0.5)
    ('true', 'null', '0.5')
    """
    if level is None:
        return "null"
    return str(level).lower() if isinstance(level, bool) else str(level)


def find_level(value: object, factor: str, levels: Sequence[object], where: str) -> int:
    """The position of the level that is meant: the same value, the same text, or the same number.

    Args:
        value: as the user wrote it; `true` finds both `True` and `"true"`.
        factor: whose level it is.
        levels: of that factor.
        where: what the value was given to, for the message.

    Raises:
        UsageError: with the levels that exist.
    """
    same = [i for i, level in enumerate(levels) if repr(level) == repr(value)]
    same = same or [i for i, level in enumerate(levels) if level_text(level) == level_text(value)]
    same = same or [i for i, level in enumerate(levels) if _number(level) == _number(value) is not None]
    if len(same) == 1:
        return same[0]
    choice = ", ".join(map(level_text, levels))
    received = f"{short_name(factor)}={level_text(value)}"
    raise UsageError(f"{where}: expected a level of '{factor}': {choice}. Received: {received}")


def cell_text(factors: Sequence[str], levels: Iterable[object]) -> str:
    """A cell as people read it, such as `batch_norm=true activation=relu`."""
    return " ".join(f"{n}={level_text(v)}" for n, v in zip(short_names(factors), levels, strict=True))


def levels_text(levels: Mapping[str, object]) -> str:
    """A cell of a sweep as people read it, which may have no factors."""
    return cell_text(list(levels), levels.values()) or "(no factors)"


def _number(value: object) -> float | None:
    """The number that a level is or says."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


LONG = 48
"""Names beyond this many characters are cut where they stand in a line with others."""


def factor_labels(factors: Iterable[str]) -> dict[str, str]:
    """The last part of each factor's name, or all of it where two end alike.

    >>> factor_labels(["flags.norm", "encoder.units", "decoder.units"])
    {'flags.norm': 'norm', 'encoder.units': 'encoder.units', 'decoder.units': 'decoder.units'}
    """
    names = list(dict.fromkeys(factors))
    return dict(zip(names, short_names(names), strict=True))


def cell_label(
    levels: Mapping[str, str], factors: Mapping[str, Sequence[str]], labels: Mapping[str, str]
) -> str:
    """A cell in few words: switches that are on, and the levels of the other factors.

    Args:
        levels: factor → the cell's level, as text.
        factors: factor → all its levels, the reference first.
        labels: factor → what to call it.

    >>> factors = {"flags.norm": ["False", "True"], "flags.act": ["relu", "elu", "selu"]}
    >>> names = factor_labels(factors)
    >>> cell_label({"flags.norm": "True", "flags.act": "elu"}, factors, names)
    'norm · elu'
    >>> cell_label({"a": "x", "b": "x"}, {"a": ["x", "y", "z"], "b": ["x", "w"]}, {"a": "a", "b": "b"})
    'a=x · b=x'
    >>> cell_label({"flags.norm": "False"}, {"flags.norm": ["False", "True"]}, names)
    'reference'
    """
    shared = _shared(factors)
    parts = [_part(labels[name], level, factors[name], shared) for name, level in levels.items()]
    return clipped(" · ".join(part for part in parts if part), 3 * LONG) or "reference"


def _shared(factors: Mapping[str, Sequence[str]]) -> set[str]:
    """Levels that two factors have, so that a name needs the factor as well."""
    all_levels = [level for levels in factors.values() for level in set(levels)]
    return {level for level in all_levels if all_levels.count(level) > 1}


def _part(label: str, level: str, levels: Sequence[str], shared: set[str]) -> str:
    """What one factor adds to a cell's name; nothing for a part that is off, or a factor with one level."""
    if len(levels) < 2:
        return ""
    if len(levels) == 2 and levels[0].lower() in OFF:
        if level == levels[0]:
            return ""
        return label if level.lower() in ON else level_label(label, level)
    return f"{label}={clipped(level)}" if level in shared else level_label(label, level)


def level_label(label: str, level: str) -> str:
    """A level that can stand alone: 'relu', but 'depth=2'."""
    is_word = re.match(r"[^\W\d]", level) and level.lower() not in ON | OFF
    return clipped(level) if is_word else f"{label}={clipped(level)}"


def is_switch(reference: str, level: str) -> bool:
    """Whether two levels are a part's absence and presence."""
    return reference.lower() in OFF and level.lower() in ON


def plain(text: object) -> str:
    """One line, without characters that XML or a terminal would choke on."""
    return " ".join("".join(map(_harmless, str(text))).split())


def clipped(text: str, length: int = LONG) -> str:
    """Text of a bounded length, in one line."""
    flat = plain(text)
    return flat if len(flat) <= length else f"{flat[: length - 1 - length // 3]}…{flat[-(length // 3) :]}"


def _harmless(character: str) -> str:
    """A character, or a substitute for one that would reverse a line or upset a terminal."""
    kind = unicodedata.category(character)
    if kind == "Cf":
        return character if character in "\u200c\u200d" else ""  # joiners shape letters
    return {"Cc": " ", "Cs": "\ufffd", "Cn": "\ufffd"}.get(kind, character)


def slug(text: str, length: int = 40) -> str:
    """A part of a file name or anchor.

    >>> slug("contrast AUROC / test"), slug("%")
    ('contrast-AUROC-test', 'x')
    """
    return re.sub(r"[^A-Za-z0-9_]+", "-", text).strip("-")[:length] or "x"


def unique(name: str, taken: Iterable[str]) -> str:
    """The name, numbered if it is taken whatever the case of its letters."""
    used, chosen, n = {other.lower() for other in taken}, name, 1
    while chosen.lower() in used:
        n += 1
        chosen = f"{name}-{n}"
    return chosen
