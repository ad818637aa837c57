"""What a report calls factors, levels and cells: short where that is unambiguous."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from ablation.design import short_names
from ablation.words import OFF, ON

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
    found = [level for levels in factors.values() for level in set(levels)]
    return {level for level in found if found.count(level) > 1}


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
    return flat if len(flat) <= length else f"{flat[: length - 1]}…"


def _harmless(character: str) -> str:
    """Without what would turn the direction of a line, or choke a terminal."""
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
