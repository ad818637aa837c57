"""What a report calls factors, levels and cells: short where that is unambiguous."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ablation.analysis.article import ON
from ablation.analysis.factors import OFF
from ablation.design import short_name

LONG = 48
"""Names beyond this many characters are cut where they stand in a line with others."""


def factor_labels(factors: Iterable[str]) -> dict[str, str]:
    """The last part of each factor's name, or all of it where two end alike.

    >>> factor_labels(["flags.norm", "encoder.units", "decoder.units"])
    {'flags.norm': 'norm', 'encoder.units': 'encoder.units', 'decoder.units': 'decoder.units'}
    """
    names = list(factors)
    short = {name: short_name(name) for name in names}
    counts = list(short.values())
    return {name: short[name] if counts.count(short[name]) == 1 else name for name in names}


def cell_label(levels: Mapping[str, str], reference: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """What sets a cell apart from the reference cell.

    Args:
        levels: factor → the cell's level, as text.
        reference: factor → the reference level, as text.
        labels: factor → what to call it.

    >>> names = {"flags.norm": "norm", "flags.act": "act"}
    >>> cell_label({"flags.norm": "True", "flags.act": "elu"}, {"flags.norm": "False", "flags.act": "relu"}, names)
    'norm, act=elu'
    """
    parts = [
        _difference(labels[name], level, reference.get(name, ""))
        for name, level in levels.items()
        if level != reference.get(name)
    ]
    return clipped(", ".join(parts), 3 * LONG) or "reference cell"


def _difference(label: str, level: str, reference: str) -> str:
    is_flag = is_switch(reference, level)
    return label if is_flag else f"{label}={clipped(level)}"


def is_switch(reference: str, level: str) -> bool:
    """Whether two levels are a part's absence and presence."""
    return reference.lower() in OFF and level.lower() in ON


def clipped(text: str, length: int = LONG) -> str:
    """Text of a bounded length, in one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else f"{flat[: length - 1]}…"


def slug(text: str) -> str:
    """A part of a file name or anchor.

    >>> slug("contrast AUROC / test"), slug("%")
    ('contrast-AUROC-test', 'x')
    """
    return re.sub(r"[^A-Za-z0-9_]+", "-", text).strip("-")[:40] or "x"


def unique(name: str, taken: Iterable[str]) -> str:
    """The name, numbered if it is taken whatever the case of its letters."""
    used, chosen, n = {other.lower() for other in taken}, name, 1
    while chosen.lower() in used:
        n += 1
        chosen = f"{name}-{n}"
    return chosen
