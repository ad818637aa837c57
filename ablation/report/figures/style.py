"""How matplotlib draws pictures of images: text that stays text, the colours of the other figures."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from matplotlib import rc_context, rcParamsDefault

WIDTH = 6.0
"""Inches. Text of 11 points on it is still read when a phone shows it 330 pixels wide."""

INK, MUTED, FAINT, PAPER = "#1f2937", "#5b6470", "#d5d9df", "#ffffff"

COLOURS = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#882255", "#999933", "#332288",
    "#000000",
)  # fmt: skip
"""Okabe & Ito's colours that show on white, then four of Paul Tol's; the reference has the first."""

SIGNED, POSITIVE = "RdBu_r", "magma"
"""Colour maps of signed and of positive maps."""

SMALL = 9.5
"""Points; nothing is written smaller."""

_OURS: dict[Any, Any] = {
    "text.parse_math": False,  # a level called $x$ is no formula
    "text.usetex": False,
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],  # every name more is looked up for every text; see `svg.FONTS`
    "font.size": 11.0,
    "axes.titlesize": 11.0,
    "axes.labelsize": 11.0,
    "xtick.labelsize": 10.0,
    "ytick.labelsize": 10.0,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "legend.handletextpad": 0.5,
    "legend.columnspacing": 1.2,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "savefig.bbox": None,
    "svg.fonttype": "none",  # text stays text: it can be searched, read aloud and copied
    "svg.image_inline": True,
}

_FAMILIES = {
    "axes", "errorbar", "figure", "font", "grid", "image", "legend", "lines", "markers", "mathtext", "patch",
    "path", "savefig", "scatter", "svg", "text", "xaxis", "xtick", "yaxis", "ytick",
}  # fmt: skip

_BASE: dict[Any, Any] = {k: v for k, v in rcParamsDefault.items() if k.split(".")[0] in _FAMILIES}


@contextmanager
def drawing(salt: str = "ablation") -> Iterator[None]:
    """Draw in this style, whatever the user's matplotlibrc says, and leave their settings as they were.

    Args:
        salt: what ids in an SVG are derived from, instead of chance.
    """
    settings = {**_BASE, **_OURS, "svg.hashsalt": salt}
    # Ticks of an axis to 1e300 go beyond what a number can hold, and are not drawn.
    with warnings.catch_warnings(), rc_context(settings), np.errstate(over="ignore"):
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the reader's browser may have it
        yield
