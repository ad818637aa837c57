"""A figure as data: axes, marks at values, words. `draw` makes SVG of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ablation.analysis.data.factors import Floats, Ints
from ablation.report.figures.ticks import Axis

Values = NDArray[np.floating[Any]] | Sequence[float]
Indices = Sequence[int] | Ints
Kind = Literal["points", "line", "area", "bars", "spans", "across", "down", "band"]

SYMBOLS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p")
N_COLOURS = 10
"""Okabe & Ito's colours, then Paul Tol's; figure.css has them, for light and dark ground."""


@dataclass(frozen=True, eq=False)
class Marks:
    """What is drawn of some values.

    Attributes:
        kind: `points`; `line` through them; `area` from y to `high`; `bars` at x from y to `high`; `spans`
            at y from x to `high`; `across` and `down`, lines through the whole figure at y and at x; `band`,
            all between x (or y) and `high`.
        x, y: values on the axes, (n,).
        look: CSS classes, such as `s0` for the first colour and `hollow`.
        symbol: of points.
        size: half of a point's width, in pixels.
        label: its entry in the legend.
        high: the other ends, (n,).
        runs, cells: the run or the cell that each point is.
        tips: what is said of each.
    """

    kind: Kind
    x: Values = ()
    y: Values = ()
    look: str = "ink"
    symbol: str = "o"
    size: float = 3.5
    label: str = ""
    high: Values = ()
    runs: Indices = ()
    cells: Indices = ()
    tips: Sequence[str] = ()


@dataclass(frozen=True)
class Note:
    """A text beside a point: `anchor` is as of `text_svg`; dx and dy are pixels away from it."""

    x: float
    y: float
    text: str
    anchor: str = ""
    dx: float = 7.0
    dy: float = 4.0
    look: str = ""


@dataclass(frozen=True, eq=False)
class Plot:
    """A figure with what people and programs call it.

    Attributes:
        name: file stem, unique among the figures of a page.
        title: heading or caption, plain text.
        alt: what it shows, in words with numbers, plain text.
        x, y: its axes; y goes up, and down where `is_down`.
        marks: what is drawn, the later above.
        notes: what is written beside marks.
        heading: a line on top.
        height: of the area between the axes, in pixels; the width follows.
        width: of the whole.
        is_down: whether y grows downwards, as in a list.
    """

    name: str
    title: str
    alt: str
    x: Axis
    y: Axis
    marks: Sequence[Marks]
    notes: Sequence[Note] = ()
    heading: str = ""
    height: float = 200.0
    width: float = 380.0
    is_down: bool = False


def colour(index: int) -> str:
    """The class of the level at a place in its factor; the reference has the first."""
    return f"s{index % N_COLOURS}"


def symbol(index: int) -> str:
    """Its symbol; beyond ten levels colours return with other symbols."""
    return SYMBOLS[(index + index // N_COLOURS) % len(SYMBOLS)]


def jitter(n: int) -> Floats:
    """Offsets in −0.5 … 0.5 that keep neighbours apart, the same every time (golden-ratio sequence)."""
    return np.arange(1, n + 1, dtype=np.float64) * 0.6180339887498949 % 1 - 0.5
