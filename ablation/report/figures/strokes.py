"""Marks and words as pieces of SVG, at places in pixels."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Protocol

import numpy as np

from ablation.analysis.data.factors import Bools, Floats
from ablation.naming import plain
from ablation.report.figures.plot import Marks

MAX_POINTS = 2000
"""More points in a figure are one path, a place for each pixel, so that a page of 10,000 runs stays small."""

SHAPES = {
    "s": "m-3-3h6v6h-6z",
    "^": "m0-4.2l4 7h-8z",
    "D": "m0-4.3l4.3 4.3-4.3 4.3-4.3-4.3z",
    "v": "m0 4.2l4-7h-8z",
    "P": "m-1.3-3.8h2.6v2.5h2.5v2.6h-2.5v2.5h-2.6v-2.5h-2.5v-2.6h2.5z",
    "X": "m-3.6-2l1.6-1.6 2 2 2-2 1.6 1.6-2 2 2 2-1.6 1.6-2-2-2 2-1.6-1.6 2-2z",
    "<": "m-4.2 0l7-4v8z",
    ">": "m4.2 0l-7-4v8z",
    "p": "m0-4l3.8 2.8-1.4 4.5h-4.8l-1.4-4.5z",
    "x": "m-4-4l8 8m0-8l-8 8",
}
"""Symbols around a point, drawn from it."""


class Places(Protocol):
    """From values to pixels."""

    left: float
    right: float
    top: float
    bottom: float

    def x(self, values: Floats | float) -> Floats:
        """Pixels from the left."""

    def y(self, values: Floats | float) -> Floats:
        """Pixels from the top."""


def marks_svg(marks: Marks, frame: Places, is_crowded: bool = False) -> Iterator[str]:
    """Everything of one kind, in pieces."""
    if marks.kind == "across":
        for y in frame.y(np.asarray(marks.y, float)):
            yield f'<path class="line {marks.look}" d="M{px(frame.left)} {px(y)}H{px(frame.right)}"/>'
        return
    if marks.kind == "down":
        for x in frame.x(np.asarray(marks.x, float)):
            yield f'<path class="line {marks.look}" d="M{px(x)} {px(frame.top)}V{px(frame.bottom)}"/>'
        return
    if marks.kind == "band":
        yield from _band(marks, frame)
        return
    x, y = frame.x(np.asarray(marks.x, float)), frame.y(np.asarray(marks.y, float))
    if marks.kind == "points":
        yield from _points(marks, x, y, is_crowded)
        return
    known = np.isfinite(x) & np.isfinite(y)
    if marks.kind == "line":
        yield _line(marks, x, y, known)
        return
    if marks.kind == "spans":
        ends = frame.x(np.asarray(marks.high, float))
        spans = zip(x, y, ends, strict=True)
        path = "".join(f"M{px(a)} {px(b)}H{px(c)}" for a, b, c in spans if a == a and c == c)
        yield f'<path class="bars {marks.look}" d="{path}"/>'
        return
    high = frame.y(np.asarray(marks.high, float))
    known &= np.isfinite(high)
    if marks.kind == "bars":
        bars = zip(x[known], y[known], high[known], strict=True)
        path = "".join(f"M{px(a)} {px(b)}V{px(c)}" for a, b, c in bars)
        yield f'<path class="bars {marks.look}" d="{path}"/>'
        return
    there = [*zip(x[known], y[known], strict=True), *zip(x[known][::-1], high[known][::-1], strict=True)]
    yield f'<path class="area {marks.look}" d="M{"L".join(f"{px(a)} {px(b)}" for a, b in there)}Z"/>'


def _band(marks: Marks, frame: Places) -> Iterator[str]:
    if len(marks.x):
        a, b = (float(np.clip(frame.x(ends[0]), frame.left, frame.right)) for ends in (marks.x, marks.high))
        place = f'x="{px(a)}" y="{px(frame.top)}" width="{px(b - a)}" height="{px(frame.bottom - frame.top)}"'
    else:
        a, b = (float(np.clip(frame.y(e[0]), frame.top, frame.bottom)) for e in (marks.high, marks.y))
        place = (
            f'x="{px(frame.left)}" y="{px(a)}" width="{px(frame.right - frame.left)}" height="{px(b - a)}"'
        )
    yield f'<rect class="band" {place}/>'


def _line(marks: Marks, x: Floats, y: Floats, known: Bools) -> str:
    """A line with gaps where a value is not known."""
    path, pen = [], "M"
    for a, b, there in zip(x, y, known, strict=True):
        path.append(f"{pen}{px(a)} {px(b)}" if there else "")
        pen = "L" if there else "M"
    return f'<path class="line {marks.look}" d="{"".join(path)}"/>'


def _points(marks: Marks, x: Floats, y: Floats, is_crowded: bool) -> Iterator[str]:
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if is_crowded and len(known) > MAX_POINTS / 100:
        pixels = zip(np.rint(x[known]).astype(int), np.rint(y[known]).astype(int), strict=True)
        places: dict[tuple[int, int], int] = {}
        for place, i in zip(pixels, known.tolist(), strict=True):
            places.setdefault(place, i)
        path = "".join(f"M{a} {b}h0" for a, b in places)
        yield f'<path class="many {marks.look}"{_attributes(marks, list(places.values()))} d="{path}"/>'
        return
    yield f'<g class="{marks.look}">'
    for i in known.tolist():
        data = f' data-r="{marks.runs[i]}"' if len(marks.runs) else ""
        data += f' data-c="{marks.cells[i]}"' if len(marks.cells) else ""
        data += f' data-t="{escape(marks.tips[i], quote=True)}"' if len(marks.tips) else ""
        yield point_svg(marks, x[i], y[i], data, with_look=False)
    yield "</g>"


def _attributes(marks: Marks, shown: Sequence[int]) -> str:
    """Which run or cell each place of a path is, as steps from one to the next; a page reads it on hover."""
    name, of = ("r", marks.runs) if len(marks.runs) else ("c", marks.cells)
    if not len(of):
        return ""
    steps = np.diff(np.asarray(of)[list(shown)], prepend=0)
    return f' data-of="{name}" data-steps="{" ".join(map(str, steps.tolist()))}"'


def point_svg(marks: Marks, x: float, y: float, data: str = "", with_look: bool = True) -> str:
    """One point with its data."""
    look = f' class="{marks.look.replace("run", "")}"' if with_look else ""
    if marks.symbol == "o":
        return f'<circle{look}{data} cx="{px(x)}" cy="{px(y)}" r="{px(marks.size)}"/>'
    return f'<path{look}{data} d="M{px(x)} {px(y)}{SHAPES[marks.symbol]}"/>'


def text_svg(x: float, y: float, text: str, anchor: str = "", look: str = "", more: str = "") -> str:
    """A text: `anchor` is `end`, `mid` or nothing."""
    classes = " ".join(filter(None, (anchor, look)))
    look = f' class="{classes}"' if classes else ""
    return f'<text{look} x="{px(x)}" y="{px(y)}"{more}>{escaped(text)}</text>'


def escaped(text: str) -> str:
    """What a user typed, as text."""
    return escape(plain(text), quote=False)


def px(number: float) -> str:
    """A coordinate to a tenth of a pixel."""
    return f"{number:z.1f}".removesuffix(".0")  # z: no minus zero
