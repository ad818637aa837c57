"""The effect of a verdict as a small drawing for a row of a table, and the axis above."""

from collections.abc import Sequence
from html import escape

import numpy as np

from ablation.analysis.data.factors import Floats
from ablation.report.figures.forest import Effect, row_marks
from ablation.report.figures.plot import Marks
from ablation.report.figures.strokes import marks_svg, px, text_svg
from ablation.report.figures.ticks import Axis
from ablation.report.sentences import Wording

WIDTH, HEIGHT = 300.0, 26.0
"""Pixels."""


def bar(effect: Effect, axis: Axis, band: tuple[float, float] | None, words: Wording) -> str:
    """The interval of one verdict on the axis that the rows share, with the effect of each seed."""
    marks = [Marks("band", x=band[:1], high=band[1:])] if band else []
    return drawn_row(
        [*marks, Marks("down", x=[0.0], look="mute thin"), *row_marks(effect, 0.0, axis, words)], axis
    )


def drawn_row(marks: Sequence[Marks], axis: Axis) -> str:
    """Marks of one row, at y from 0 to 0.3."""
    places = _Places(axis)
    inner = "".join(part for one in marks for part in marks_svg(one, places))
    return f'<svg class="fig effect" {_size(HEIGHT)} aria-hidden="true">{inner}</svg>'


def bar_axis(axis: Axis, words: Wording) -> str:
    """Ticks, and which side is better, for the head of that column."""
    places = _Places(axis)
    left, right = ("← better", "worse →") if words.direction == "lower" else ("← worse", "better →")
    parts = [text_svg(0, 11, left, "", "q"), text_svg(WIDTH, 11, right, "end", "q")]
    for value, text in axis.ticks:
        x = float(places.x(value))
        parts.append(text_svg(min(max(x, 14), WIDTH - 14), 27, text, "mid", "q"))
        parts.append(f'<path class="axis" d="M{px(x)} 31V34"/>')
    label = f"{axis.label}; {left}, {right}"
    inner = "".join(parts)
    return f'<svg class="fig effect" {_size(34)} role="img" aria-label="{escape(label)}">{inner}</svg>'


def _size(height: float) -> str:
    w, h = px(WIDTH), px(height)
    return f'viewBox="0 0 {w} {h}" width="{w}" height="{h}"'


class _Places:
    """Places in the drawing of one effect."""

    left, right, top, bottom = 0.0, WIDTH, 0.0, HEIGHT

    def __init__(self, axis: Axis) -> None:
        self.axis = axis

    def x(self, values: Floats | float) -> Floats:
        """Pixels from the left."""
        return 8 + self.axis.share(values) * (WIDTH - 16)

    def y(self, values: Floats | float) -> Floats:
        """Pixels from the top."""
        return 9 + np.asarray(values, dtype=np.float64) * 40
