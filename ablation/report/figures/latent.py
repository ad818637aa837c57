"""The two-dimensional latent space: a walk through it, and where test images lie."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.patheffects import withStroke

from ablation.analysis.data.factors import Floats
from ablation.numbers import plain
from ablation.report.figures.picture import Picture
from ablation.report.figures.plot import symbol
from ablation.report.figures.sheet import Sheet, show_tiles
from ablation.report.figures.short_text import IN_ALT, short, stem
from ablation.report.figures.style import COLOURS, PAPER, WIDTH, drawing
from ablation.report.figures.ticks import tick
from ablation.report.figures.tiles import Image, as_images
from ablation.words import listed

MAX_LABELS = 20
MAX_VECTOR = 2000

SHADES = 15
"""Shades of grey in a walk, without black."""


@drawing()
def latent_walk(label: str, arrays: Mapping[str, np.ndarray]) -> Picture | None:
    """Draw what the decoder makes of a grid of points in the latent space.

    Args:
        label: of the cell.
        arrays: `walk` (rows, columns, height, width), decoded on a grid from −`walk_limit` to
            +`walk_limit` in both latent variables, row by row from the top left of the plot.
    """
    walk = np.asarray(arrays.get("walk", ()))
    rows, columns, *size = walk.shape if walk.ndim in (4, 5) else (0, 0, 0)
    images = as_images(walk.reshape(rows * columns, *size)) if rows else None
    if images is None:
        return None
    sheet = _sheet(images.reshape(rows, columns, *images.shape[1:]))
    limit = float(np.asarray(arrays.get("walk_limit", np.nan)).ravel()[0])
    height = 4.5 * sheet.shape[0] / sheet.shape[1]
    page = Sheet(height + 0.75, 0.8, 5.5)
    page.skip(0.12)
    axes = page.axes(4.5, height)
    show_tiles(axes, sheet, "gray", (0.0, 1.0))
    if np.isfinite(limit):
        ends = [tick(-limit), "0", tick(limit)]
        axes.set_xticks([0, (sheet.shape[1] - 1) / 2, sheet.shape[1] - 1], ends)
        axes.set_yticks([0, (sheet.shape[0] - 1) / 2, sheet.shape[0] - 1], ends[::-1])
    axes.set_xlabel("first latent variable")
    axes.set_ylabel("second latent variable")
    reach = f" from {tick(-limit)} to {tick(limit)}" if np.isfinite(limit) else ""
    alt = (
        f"What the decoder of {short(label, IN_ALT)} draws at {rows} × {columns} points of "
        f"its two latent variables{reach}; mean brightness {plain(float(np.nanmean(sheet)))}."
    )
    return Picture(
        f"latent_walk_{stem(label)}",
        f"A walk through the latent space: {short(label, IN_ALT)}",
        alt,
        page.figure,
    )


def _sheet(images: Image) -> Image:
    """All decoded images edge to edge, (rows x height, columns x width[, 3])."""
    rows, columns, height, width = images.shape[:4]
    sheet = np.swapaxes(images, 1, 2).reshape(rows * height, columns * width, *images.shape[4:])
    sheet = np.round(sheet * SHADES)  # no eye tells more apart here
    return (sheet / SHADES).astype(np.float32)


@drawing()
def latent_scatter(label: str, arrays: Mapping[str, np.ndarray]) -> Picture | None:
    """Draw the latent means of test images, coloured by their label, with each label written at its median.

    Args:
        label: of the cell.
        arrays: `latent` (m, 2) and, if known, `labels` (m,) integers.
    """
    plane = _plane(arrays)
    if plane is None:
        return None
    points, groups = plane
    values = np.unique(groups)
    labelled = 1 < len(values) <= MAX_LABELS
    figure = MatplotlibFigure(figsize=(WIDTH, 5.4), layout="constrained")
    axes = figure.add_subplot()
    said = []
    for i, value in enumerate(values if labelled else values[:1]):
        here = points[groups == value] if labelled else points
        said.append(_draw_group(axes, here, i, tick(float(value)), labelled, len(points) > MAX_VECTOR))
    axes.margins(0.12)
    axes.grid()
    axes.set_xlabel("first latent variable")
    axes.set_ylabel("second latent variable")
    if labelled:
        figure.legend(loc="outside right upper", title="label", markerscale=1.5, handletextpad=0.1)
    where = f" Medians by label: {listed(said, between='; ')}." if labelled else ""
    name = short(label, IN_ALT)
    alt = f"Latent means of {len(points)} test images in {name}.{where}"
    return Picture(f"latent_scatter_{stem(label)}", f"Test images in the latent space: {name}", alt, figure)


def _plane(arrays: Mapping[str, np.ndarray]) -> tuple[Floats, np.ndarray] | None:
    """Points that are finite, (m, 2), and their labels, (m,), all 0 where none fit."""
    points = np.asarray(arrays.get("latent", ()))
    if points.ndim != 2 or points.shape[1] != 2 or points.dtype.kind not in "fiu":
        return None
    labels = np.asarray(arrays.get("labels", ()))
    if labels.shape != (len(points),):
        labels = np.zeros(len(points))
    known = np.isfinite(points).all(axis=1)
    return (points[known].astype(np.float64), labels[known]) if known.any() else None


def _draw_group(axes: Axes, points: Floats, place: int, name: str, labelled: bool, bitmap: bool) -> str:
    """Points with one label, its name at their median; returns the words for the alt text."""
    colour = COLOURS[place % len(COLOURS)]
    axes.plot(*points.T, symbol(place), ms=4, color=colour, alpha=0.6, mew=0, label=name, rasterized=bitmap)
    x, y = (float(v) for v in np.median(points, axis=0))
    if labelled:
        outline = [withStroke(linewidth=3, foreground=PAPER)]
        axes.text(x, y, name, ha="center", va="center", size=14, weight="bold", path_effects=outline)
    return f"{name} at ({plain(x)}, {plain(y)})"
