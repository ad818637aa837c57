"""What people typed, made fit for a figure: one line, short, unambiguous."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from ablation.naming import plain
from ablation.words import OFF, ON

IN_FIGURE, IN_ALT = 28, 80
"""Longest name in a figure and in its alt text, in characters."""

SEPARATOR = " · "
"""Between the words of a cell's name."""


def short(text: object, limit: int = IN_FIGURE) -> str:
    """A name cut to `limit` columns, with … where it was cut; of a cell's name, the longest words are cut."""
    name = plain(text)
    parts = name.split(SEPARATOR)
    room = limit - len(SEPARATOR) * (len(parts) - 1)
    return SEPARATOR.join(cut_together(parts, room)) if room > 3 * len(parts) else _cut(name, limit)


def cut_together(names: Sequence[str], limit: int) -> list[str]:
    """Names that together take `limit` columns: the longest give way."""
    widths = [columns(name) for name in names]
    while sum(widths) > limit and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    return [_cut(name, width) for name, width in zip(names, widths, strict=True)]


def columns(text: str) -> int:
    """How wide a text is; Chinese, Japanese and Korean characters take two columns."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _cut(name: str, limit: int) -> str:
    """The start of a name; the end too where it ends in a number, which tells it from its neighbours."""
    if columns(name) <= limit:
        return name
    end = re.search(r"[\w.]{0,3}\d[\w.%]{0,2}$", name)
    tail = end[0] if end and columns(end[0]) < limit - 3 else ""
    head = name[: limit + 1]
    while columns(head) + columns(tail) > limit - 1:
        head = head[:-1]
    return f"{head.rstrip()}…{tail}"


def contrast_name(factor: str, level: str, reference: str, n_levels: int, limit: int = IN_FIGURE) -> str:
    """What a contrast compares: 'dropout', 'attention=spatial', 'activation: relu − elu'."""
    if n_levels == 2 and reference.lower() in OFF:
        if level.lower() in ON:
            return short(factor, limit)
        return "=".join(cut_together([plain(factor), plain(level)], limit - 1))
    name, here, there = cut_together([plain(factor), plain(level), plain(reference)], limit - 5)
    return f"{name}: {here} − {there}"


def stem(text: str) -> str:
    """A piece of a file name; two texts that differ stay different."""
    slug = re.sub(r"[^0-9A-Za-z_]+", "_", text).strip("_")[:40]
    if slug == text:
        return slug
    return f"{slug}_{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:6]}".lstrip("_")
