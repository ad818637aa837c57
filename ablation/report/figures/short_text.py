"""What people typed, made fit for a figure: one line, short, unambiguous."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import takewhile

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
    return f"{_fitting(name, limit - 1 - columns(tail))}…{tail}"


def _fitting(name: str, room: int) -> str:
    """As much of the start of a name as takes `room` columns."""
    head = name[: room + 1]
    while columns(head) > room:
        head = head[:-1]
    return head.rstrip()


def told_apart(names: Iterable[object], limit: int = IN_FIGURE) -> list[str]:
    """Names cut to `limit` columns, no two alike: those that begin alike show where they part."""
    whole = [plain(name) for name in names]
    fitted = [short(name, limit) for name in whole]
    for cut in {text for text in fitted if text and fitted.count(text) > 1}:
        same = [i for i, text in enumerate(fitted) if text == cut]
        start = _parting([whole[i] for i in same], limit // 2)
        for i in same:
            head = _fitting(whole[i][:start], limit // 2 - 1)
            fitted[i] = f"{head}…{_cut(whole[i][start:].lstrip(), limit - 1 - columns(head))}"
    return [
        _numbered(text, i, limit) if text and fitted.count(text) > 1 else text
        for i, text in enumerate(fitted)
    ]


def _parting(names: Sequence[str], back: int) -> int:
    """Where names part: at the last mark between words before it, if one is near."""
    each = zip(*names, strict=False)
    shared = len([*takewhile(lambda letters: len(set(letters)) == 1, each)])
    at = max(names[0].rfind(mark, max(shared - back, 0), shared) for mark in " _-./")
    return at if at >= 0 else max(shared - 1, 0)


def _numbered(text: str, i: int, limit: int) -> str:
    """What nothing else tells apart within its room gets its place in the list."""
    tail = f" ({i + 1})"
    return _cut(text, limit - len(tail)) + tail


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
