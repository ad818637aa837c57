"""Heatmaps of the same test images, a column per cell, with one colour scale per kind of map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ablation.report.figures.names import IN_ALT, listed, number, short, stem
from ablation.report.figures.picture import Picture
from ablation.report.figures.show import show_tiles
from ablation.report.figures.style import MUTED, POSITIVE, SIGNED, SMALL, WIDTH, drawing, new_figure
from ablation.report.figures.tiles import GAP, Image, as_images, centres, grey, tiled

MAX_ROWS, MAX_COLUMNS = 5, 8
"""Test images shown, and cells beside each other; further cells go into a strip below."""

MAX_TILES = 200


@dataclass(frozen=True)
class Strip:
    """Some cells' maps of one kind: the kind, and cell -> (n, height, width)."""

    kind: str
    maps: dict[str, Image]


@drawing()
def heatmaps(cells: Mapping[str, Mapping[str, np.ndarray]], input: str | None) -> Picture | None:
    """Draw the test images, and beside them each cell's map of them; a map without contrast says so.

    Args:
        cells: the cell's label -> `input` and `heatmap.<map>`, or `input.<input>` and
            `heatmap.<input>.<map>`; images (n, height, width[, channels]), maps (n, height, width).
        input: which of several inputs is shown; None: the only one.
    """
    kinds = _read(cells, input)
    if not kinds:
        return None
    shape = next(iter(next(iter(kinds.values())).values())).shape[1:]
    images = _input(cells, "input" if input is None else f"input.{input}", shape)
    n_cells = sum(len(maps) for maps in kinds.values())
    smallest = min(len(maps) for each in kinds.values() for maps in each.values())
    n = max(
        1,
        min(smallest, MAX_ROWS, MAX_TILES // (n_cells + 1), len(images) if images is not None else MAX_ROWS),
    )
    strips = [
        Strip(kind, dict(list(maps.items())[start : start + MAX_COLUMNS]))
        for kind, maps in kinds.items()
        for start in range(0, len(maps), MAX_COLUMNS)
    ]
    n_columns = max(len(strip.maps) for strip in strips) + (images is not None)
    tile = min(0.95, 5.4 / n_columns)
    heights = [n * tile * shape[0] / shape[1] + 1.5 for _ in strips]
    figure = new_figure(sum(heights), WIDTH)
    grid = figure.subplots(len(strips), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, strip in zip(grid, strips, strict=True):
        limits, signed = scale_of(kinds[strip.kind])
        _draw(axes, strip, images, n, n_columns, limits, signed)
    where = f" of {short(input, IN_ALT)}" if input is not None else ""
    name = "heatmaps" if input is None else f"heatmaps_{stem(input)}"
    title = f"Heatmaps{where}: the same {n} test image{'s' if n > 1 else ''} in every cell"
    return Picture(name, title, _alt(kinds, n, where), figure)


def _read(cells: Mapping[str, Mapping[str, np.ndarray]], input: str | None) -> dict[str, dict[str, Image]]:
    """Kind of map -> cell -> maps, those of the size of the first one."""
    prefix = "heatmap." if input is None else f"heatmap.{input}."
    kinds: dict[str, dict[str, Image]] = {}
    size: tuple[int, ...] | None = None
    for label, arrays in cells.items():
        for name, array in arrays.items():
            kind = name.removeprefix(prefix)
            if not name.startswith(prefix) or not kind or (input is None and "." in kind):
                continue
            maps = as_images(array)
            if maps is None or (size is not None and maps.shape[1:3] != size):
                continue
            size = maps.shape[1:3]
            kinds.setdefault(kind, {})[label] = grey(maps)
    return kinds


def _input(cells: Mapping[str, Mapping[str, np.ndarray]], name: str, shape: tuple[int, ...]) -> Image | None:
    for arrays in cells.values():
        images = as_images(arrays[name]) if name in arrays else None
        if images is not None and images.shape[1:3] == shape[:2]:
            return images
    return None


def scale_of(maps: Mapping[str, Image]) -> tuple[tuple[float, float], bool]:
    """Ends of the colour scale that all cells share, and whether it is signed (then symmetric)."""
    values = np.concatenate([images[np.isfinite(images)].ravel() for images in maps.values()])
    if not len(values):
        return (0.0, 1.0), False
    low, high = float(values.min()), float(values.max())
    if low < 0:
        end = max(-low, high)
        return (-end, end), True
    return (min(0.0, low), high if high > 0 else 1.0), False


def is_flat(image: Image) -> bool:
    """Whether a map has no contrast: constant up to rounding, or nothing known."""
    known = image[np.isfinite(image)]
    return not len(known) or float(np.ptp(known)) <= 1e-6 * max(float(np.abs(known).max()), 1e-30)


def _draw(
    axes: object, strip: Strip, images: Image | None, n: int, n_columns: int,
    limits: tuple[float, float], signed: bool,
) -> None:  # fmt: skip
    from matplotlib.axes import Axes

    assert isinstance(axes, Axes)
    maps = list(strip.maps.values())
    first = 0 if images is None else 1
    height, width = maps[0].shape[1:3]
    rows: list[list[Image | None]] = [
        [None] * first
        + [None if is_flat(m[i]) else m[i] for m in maps]
        + [None] * (n_columns - first - len(maps))
        for i in range(n)
    ]
    blank = np.full((height, width), np.nan, np.float32)
    rows[0] = [blank if image is None else image for image in rows[0]]
    bar = show_tiles(axes, tiled(rows), SIGNED if signed else POSITIVE, limits)
    if images is not None:
        _draw_input(axes, images[:n])
    places = centres(n_columns, width)
    for column, m in enumerate(maps, start=first):
        for i in range(n):
            if is_flat(m[i]):
                words = "constant" if np.isfinite(m[i]).any() else "unknown"
                axes.text(
                    places[column], centres(n, height)[i], words, ha="center", va="center", fontsize=SMALL,
                    color=MUTED, rotation=45,
                )  # fmt: skip
    names = ["input"] * first + [short(name, 24) for name in strip.maps]
    axes.set_xticks(
        places[: len(names)], names, fontsize=SMALL, rotation=30, ha="left", rotation_mode="anchor"
    )
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    figure = axes.figure
    scale = figure.colorbar(bar, ax=axes, location="bottom", aspect=40, fraction=0.06, pad=0.03)
    ends = [limits[0], 0.0, limits[1]] if signed else list(limits)
    scale.set_ticks(ends, labels=[number(v) for v in ends])
    scale.ax.tick_params(labelsize=SMALL)
    scale.set_label(short(strip.kind, 40), fontsize=10)


def _draw_input(axes: object, images: Image) -> None:
    from matplotlib.axes import Axes

    assert isinstance(axes, Axes)
    column = tiled([[image] for image in images])
    height, width = column.shape[:2]
    keep = axes.get_xlim(), axes.get_ylim()
    if column.ndim == 3:
        column = np.nan_to_num(np.clip(column, 0, 1), nan=1.0)
    axes.imshow(
        column, cmap="gray", vmin=0, vmax=1, interpolation="none", zorder=3,
        extent=(-0.5, width - 0.5, height - 0.5, -0.5),
    )  # fmt: skip
    axes.set(xlim=keep[0], ylim=keep[1])
    for row in range(len(images) - 1):  # gaps between the inputs, which the grey map would paint
        y = (row + 1) * ((height + GAP) / len(images)) - GAP - 0.5
        axes.axhspan(y, y + GAP, 0, width / (keep[0][1] + 0.5), color="white", lw=0, zorder=4)


def _alt(kinds: dict[str, dict[str, Image]], n: int, where: str) -> str:
    parts = []
    for kind, maps in kinds.items():
        limits, _ = scale_of(maps)
        flat = [name for name, images in maps.items() if all(is_flat(image) for image in images[:n])]
        text = f"{short(kind, IN_ALT)} from {number(limits[0])} to {number(limits[1])} in "
        text += listed([short(name, IN_ALT) for name in maps])
        parts.append(text + (f" (constant: {listed([short(f, IN_ALT) for f in flat])})" if flat else ""))
    return f"Heatmaps{where} of {n} test images: {'. '.join(parts)}."
