"""Heatmaps of the same test images, a column per cell, with one colour scale per kind of map."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from ablation.numbers import plain
from ablation.report.figures.picture import Picture
from ablation.report.figures.sheet import BAR_ROOM, NAME_ROOM, Sheet, show_tiles
from ablation.report.figures.short_text import IN_ALT, short, stem
from ablation.report.figures.style import INK, POSITIVE, SIGNED, SMALL, WIDTH, drawing
from ablation.report.figures.tiles import Image, as_images, centres, grey, tiled
from ablation.words import listed

MAX_ROWS, MAX_COLUMNS = 5, 8
"""Test images shown, and cells beside each other; further cells go into a strip below."""

MAX_TILES = 200

COLUMN_NAMES, OVERHANG = 1.15, 1.5
"""Room for slanted names of columns: above them, and at the right, in inches."""


@dataclass(frozen=True)
class Strip:
    """Maps of one kind of cells that stand beside each other: cell -> (n, height, width)."""

    kind: str
    maps: dict[str, Image]


@drawing()
def heatmaps(
    cells: Mapping[str, Mapping[str, np.ndarray]], input: str | None, rows: int = MAX_ROWS
) -> Picture | None:
    """Draw the test images, and beside them each cell's map of them; a map without contrast says so.

    Args:
        cells: the cell's label -> `input` and `heatmap.<map>`, or `input.<input>` and
            `heatmap.<input>.<map>`; images (n, height, width[, channels]), maps (n, height, width).
        input: which of several inputs is shown; None: the only one.
        rows: test images shown, fewer where there are many maps.
    """
    kinds = _read(cells, input)
    if not kinds:
        return None
    shape = next(iter(next(iter(kinds.values())).values())).shape[1:]
    images = _input(cells, "input" if input is None else f"input.{input}", shape)
    n = _n_rows(kinds, images, rows)
    strips = [
        Strip(kind, dict(list(maps.items())[start : start + MAX_COLUMNS]))
        for kind, maps in kinds.items()
        for start in range(0, len(maps), MAX_COLUMNS)
    ]
    n_columns = max(len(strip.maps) for strip in strips) + (images is not None)
    across = min(0.8, (WIDTH - OVERHANG) / n_columns)
    down = across * shape[0] / shape[1]
    sheet = Sheet(len(strips) * (COLUMN_NAMES + n * down + BAR_ROOM + NAME_ROOM) + 0.05, 0.1)
    for strip in strips:
        limits, signed = scale_of(kinds[strip.kind])
        columns = len(strip.maps) + (images is not None)
        sheet.skip(COLUMN_NAMES)
        axes = sheet.axes(columns * across, n * down)
        cmap = SIGNED if signed else POSITIVE
        _draw(axes, strip.maps, None if images is None else images[:n], n, cmap, limits)
        ends = [limits[0], 0.0, limits[1]] if signed else list(limits)
        bar = sheet.colour_bar(max(columns * across, 2.0), cmap, limits, {v: plain(v) for v in ends})
        bar.set_xlabel(short(strip.kind, 40), fontsize=10, labelpad=1)
        sheet.skip(NAME_ROOM)
    where = f" of {short(input, IN_ALT)}" if input is not None else ""
    name = "heatmaps" if input is None else f"heatmaps_{stem(input)}"
    title = f"Heatmaps{where}: the same {n} test image{'s' if n > 1 else ''} in every cell"
    return Picture(name, title, _alt(kinds, n, where), sheet.figure)


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


def _n_rows(kinds: Mapping[str, Mapping[str, Image]], images: Image | None, rows: int) -> int:
    """How many test images every map has, fewer where there are many maps."""
    maps = [m for each in kinds.values() for m in each.values()]
    known = [len(m) for m in maps] + ([len(images)] if images is not None else [])
    return max(1, min(*known, rows, MAX_TILES // (len(maps) + 1)))


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
    axes: Axes, maps: dict[str, Image], images: Image | None, n: int, cmap: str, limits: tuple[float, float]
) -> None:
    """Maps in their scale, inputs in grey in the column left free, words for what has no contrast."""
    first = 0 if images is None else 1
    flat = {(i, c): is_flat(m[i]) for c, m in enumerate(maps.values(), start=first) for i in range(n)}
    blank = np.full_like(next(iter(maps.values()))[0], np.nan)
    rows = [
        [blank] * first + [blank if flat[i, c] else m[i] for c, m in enumerate(maps.values(), start=first)]
        for i in range(n)
    ]
    show_tiles(axes, tiled(rows), cmap, limits)
    height, width = blank.shape
    across, down = centres(len(rows[0]), width), centres(n, height)
    for i, image in enumerate(images if images is not None else ()):
        _overlay(axes, image, across[0], down[i])
    for (i, c), is_constant in flat.items():
        if is_constant:
            known = np.isfinite(list(maps.values())[c - first][i]).any()
            _overlay(axes, np.full((1, 1), 0.9, np.float32), across[c], down[i], (height, width))
            words = "constant" if known else "unknown"
            axes.text(
                across[c], down[i], words, zorder=4, fontsize=SMALL, color=INK, rotation=45,
                ha="center", va="center",
            )  # fmt: skip
    names = ["input"] * first + [short(name, 24) for name in maps]
    axes.set_xticks(across, names, fontsize=SMALL, rotation=35, ha="left", rotation_mode="anchor")
    axes.xaxis.tick_top()
    axes.tick_params(length=0, pad=2)


def _overlay(axes: Axes, image: Image, x: float, y: float, size: tuple[int, int] | None = None) -> None:
    """A grey or RGB image over the tile whose centre is at (x, y)."""
    height, width = size or image.shape[:2]
    limits = axes.get_xlim(), axes.get_ylim()
    axes.imshow(
        np.clip(image, 0, 1), cmap="gray", vmin=0, vmax=1, interpolation="none", zorder=3, aspect="auto",
        extent=(x - width / 2, x + width / 2, y + height / 2, y - height / 2),
    )  # fmt: skip
    axes.set(xlim=limits[0], ylim=limits[1])


def _alt(kinds: dict[str, dict[str, Image]], n: int, where: str) -> str:
    parts = []
    for kind, maps in kinds.items():
        limits, _ = scale_of(maps)
        flat = [name for name, images in maps.items() if all(is_flat(image) for image in images[:n])]
        text = f"{short(kind, IN_ALT)} from {plain(limits[0])} to {plain(limits[1])} in "
        text += listed([short(name, IN_ALT) for name in maps], between="; ")
        constant = listed([short(name, IN_ALT) for name in flat], between="; ")
        parts.append(f"{text} (constant: {constant})" if flat else text)
    return f"Heatmaps{where} of {n} test images: {'. '.join(parts)}."
