"""From a figure as data to SVG: text stays text, and sizes are in pixels, so that letters stay legible."""

import re
from collections.abc import Iterator
from functools import cache
from html import escape

from ablation.analysis.data.factors import Floats
from ablation.report.figures.plot import Marks, Plot
from ablation.report.figures.short_text import columns
from ablation.report.figures.strokes import (
    MAX_POINTS,
    escaped,
    marks_svg,
    point_svg,
    px,
    text_svg,
)
from ablation.report.figures.ticks import Axis
from ablation.report.once import once

LETTER, LINE = 6.8, 18.0
"""Pixels of a letter and of a line of text."""


@cache
def style() -> str:
    """Of all figures in a page: `figure.css`."""
    from importlib.resources import files

    return (files("ablation.report.figures") / "figure.css").read_text(encoding="utf-8")


def svg(plot: Plot) -> str:
    """A file of its own, with its style; the same every time."""
    head, rest = inline(plot).split(">", 1)
    return f'{head} xmlns="http://www.w3.org/2000/svg"><style>{file_style()}</style>{rest}'


@cache
def file_style() -> str:
    """The same for a file, on white: not every program that reads SVG knows variables."""
    return re.sub(r"var\([^,()]+, *([^()]+)\)", r"\1", style())


@once  # a file and the page
def inline(plot: Plot) -> str:
    """The whole figure, for a page that has `figure.css`."""
    frame = Frame(plot)
    w, h = px(plot.width), px(frame.bottom + frame.foot)
    is_crowded = sum(len(marks.x) for marks in plot.marks if marks.kind == "points") > MAX_POINTS
    parts = [*frame.axes(), *(part for marks in plot.marks for part in marks_svg(marks, frame, is_crowded))]
    for note in plot.notes:
        x, y = frame.x(note.x) + note.dx, frame.y(note.y) + note.dy
        parts.append(text_svg(float(x), float(y), note.text, note.anchor, note.look))
    label = escape(plot.alt, quote=True)
    size = f'width="{w}" height="{h}"'
    head = f'<svg class="fig" viewBox="0 0 {w} {h}" {size} role="img" aria-label="{label}">'
    return f"{head}{''.join(parts)}</svg>"


class Frame:
    """Where things of a plot stand, in pixels."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.legend, n_lines = _legend(plot)
        self.top = LINE * (n_lines + bool(plot.heading) + bool(plot.y.label)) + 8
        self.left = max((LETTER * columns(text) for _, text in plot.y.ticks), default=0.0) + 10
        self.right = plot.width - 12
        self.bottom = self.top + plot.height
        room = (self.right - self.left) / max(len(plot.x.ticks), 1)
        widest = max((LETTER * columns(text) for _, text in plot.x.ticks), default=0.0)
        self.is_slanted = plot.x.is_named and widest > room - 4
        self.foot = (min(0.55 * widest, 110) + 16 if self.is_slanted else 20) + (LINE if plot.x.label else 0)

    def x(self, values: Floats | float) -> Floats:
        """Pixels from the left."""
        return self.left + self.plot.x.share(values) * (self.right - self.left)

    def y(self, values: Floats | float) -> Floats:
        """Pixels from the top."""
        share = self.plot.y.share(values)
        return self.top + (share if self.plot.is_down else 1 - share) * self.plot.height

    def axes(self) -> Iterator[str]:
        """Words on top, lines and ticks."""
        plot, y = self.plot, 13.0
        if plot.heading:
            yield text_svg(2, y, plot.heading, look="strong")
            y += LINE
        for line in self.legend:
            yield from (part.replace("@", px(y)) for part in line)
            y += LINE
        if plot.y.label:
            yield text_svg(2, y, plot.y.label, look="q")
        yield from self._ticks(plot.x, plot.y)
        if plot.x.label:
            yield text_svg(
                (self.left + self.right) / 2, self.bottom + self.foot - 5, plot.x.label, "mid", "q"
            )

    def _ticks(self, x: Axis, y: Axis) -> Iterator[str]:
        lines = []
        for value, text in y.ticks:
            at = float(self.y(value))
            lines.append(f"M{px(self.left)} {px(at)}H{px(self.right)}")
            yield text_svg(self.left - 6, at + 4, text, "end", "" if y.is_named else "q")
        named = []
        for value, text in x.ticks:
            at = float(self.x(value))
            if not x.is_named:
                lines.append(f"M{px(at)} {px(self.top)}V{px(self.bottom)}")
            named.append((at, text))
        yield f'<path class="grid" d="{"".join(lines)}"/>' if lines else ""
        yield f'<path class="axis" d="M{px(self.left)} {px(self.bottom)}H{px(self.right)}"/>'
        for at, text in named:
            if self.is_slanted:
                turn = f' transform="rotate(-30 {px(at)} {px(self.bottom + 14)})"'
                yield text_svg(at + 4, self.bottom + 14, text, "end", "q", turn)
            else:
                yield text_svg(at, self.bottom + 15, text, "mid", "" if x.is_named else "q")


def _legend(plot: Plot) -> tuple[list[list[str]], int]:
    """Lines of the legend; '@' stands for their height."""
    lines: list[list[str]] = []
    at = plot.width
    for marks in plot.marks:
        if not marks.label:
            continue
        width = 22 + LETTER * columns(marks.label)
        if at + width > plot.width:
            lines.append([])
            at = 2.0
        lines[-1].append(f'<g transform="translate({px(at + 7)} @)">{_key(marks)}</g>')
        lines[-1].append(f'<text x="{px(at + 18)}" y="@">{escaped(marks.label)}</text>')
        at += width + 8
    return lines, len(lines)


def _key(marks: Marks) -> str:
    """A mark of the legend, around (0, 0) of the line of text."""
    if marks.kind == "points":
        return point_svg(marks, 0, -4)
    if marks.kind == "band":
        return '<rect class="band" x="-7" y="-9" width="14" height="10"/>'
    across = "M0-10V2" if marks.kind == "bars" else "M-7-4H7"
    both = point_svg(marks, 0, -4) if marks.kind == "line" and marks.symbol else ""
    return f'<path class="line {marks.look}" d="{across}"/>{both}'
