"""Input, reconstruction and residual of the same test images, a row per cell."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ablation.numbers import plain
from ablation.report.figures.picture import Picture
from ablation.report.figures.sheet import BAR_ROOM, NAME_ROOM, Sheet, show_tiles
from ablation.report.figures.short_text import IN_ALT, short
from ablation.report.figures.style import SIGNED, SMALL, WIDTH, drawing
from ablation.report.figures.tiles import Image, as_images, centres, grey, tiled
from ablation.words import counted, listed

MAX_COLUMNS, MAX_TILES = 10, 220
"""Test images shown, and tiles in all: more make the page heavy."""

MANY, BESIDE = 8, 4
"""With more cells than this, residuals stand beside reconstructions, of at most so many test images."""

LEFT, ROW_NAME = 2.05, 27
"""Room for the names of cells, in inches and in characters."""

GUTTER, MIN_BAR = 0.2, 2.8
"""Between bands side by side, and the narrowest colour bar whose numbers do not touch, in inches."""


@dataclass(frozen=True)
class Shown:
    """What is drawn: the inputs, and for each cell what came out (n, height, width[, 3])."""

    inputs: Image | None
    outputs: dict[str, Image]

    @property
    def n(self) -> int:
        """Number of test images to show."""
        n = min(len(images) for images in self.outputs.values())
        widest = BESIDE if self.is_long else MAX_COLUMNS
        return max(1, min(n, widest, MAX_TILES // (2 * len(self.outputs) + 1)))

    @property
    def is_long(self) -> bool:
        """Whether there are so many cells that residuals stand beside reconstructions, not below."""
        return len(self.outputs) > MANY

    @property
    def residuals(self) -> list[Image]:
        """Reconstruction − input of each cell in one channel; none where the inputs are not known."""
        if self.inputs is None:
            return []
        return [grey(images[: self.n]) - grey(self.inputs[: self.n]) for images in self.outputs.values()]

    @property
    def size(self) -> tuple[int, int]:
        """Pixels of an image from top to bottom and from left to right."""
        height, width = next(iter(self.outputs.values())).shape[1:3]
        return height, width


@drawing()
def reconstructions(cells: Mapping[str, Mapping[str, np.ndarray]]) -> Picture | None:
    """Draw the inputs, then the reconstructions, then the residuals with one signed scale for all cells.

    Args:
        cells: label -> `input` and `reconstruction`, each (n, height, width[, channels]) in [0, 1].
    """
    shown = _read(cells)
    if shown is None:
        return None
    n, gone = shown.n, shown.residuals
    n_wide = n * (2 if shown.is_long and gone else 1)
    across = min(0.5, (WIDTH - LEFT - 0.1 - GUTTER) / n_wide)
    down = across * shown.size[0] / shown.size[1]
    n_bands = 2 if gone and not shown.is_long else 1
    rows = n_bands * len(shown.outputs) + (shown.inputs is not None)
    sheet = Sheet(rows * down + n_bands * (NAME_ROOM + 0.2) + (BAR_ROOM if gone else 0) + 0.05, LEFT)
    if shown.inputs is not None:
        _band(sheet, across, [shown.inputs[:n]], "", ["input"])
    names = [short(name, ROW_NAME) for name in shown.outputs]
    start = sheet.used
    _band(sheet, across, [images[:n] for images in shown.outputs.values()], "reconstruction", names)
    if gone:
        if shown.is_long:
            sheet.used, sheet.left, names = start, LEFT + n * across + GUTTER, []
        _draw_residuals(sheet, across, gone, names)
    title = f"Reconstructions of {counted(n, 'test image')} by {counted(len(shown.outputs), 'cell')}"
    return Picture("reconstructions", title, _alt(shown, gone), sheet.figure)


def _band(
    sheet: Sheet, across: float, images: list[Image], title: str, names: list[str],
    cmap: str = "gray", limits: tuple[float, float] = (0.0, 1.0),
) -> None:  # fmt: skip
    """Rows of images, each image `across` inches wide, under a title and with names at their left."""
    n, height, width = images[0].shape[:3]
    sheet.skip(0.15 + NAME_ROOM if title else 0.05)
    axes = sheet.axes(n * across, len(images) * across * height / width)
    show_tiles(axes, tiled([list(row) for row in images]), cmap, limits)
    axes.set_yticks(centres(len(names), height), names, fontsize=SMALL)
    axes.set_title(title, fontsize=10, loc="left", pad=4)


def _draw_residuals(sheet: Sheet, across: float, gone: list[Image], names: list[str]) -> None:
    """The residuals and their colour bar, which starts at the left again."""
    limit = max(float(np.nanmax(np.abs(images), initial=0.0)) for images in gone) or 1.0
    _band(sheet, across, gone, "residual", names, SIGNED, (-limit, limit))
    sheet.left = LEFT
    ends = {-limit: f"−{plain(limit)}, too dark", 0.0: "0", limit: f"too bright, +{plain(limit)}"}
    sheet.colour_bar(max(len(gone[0]) * across, MIN_BAR), SIGNED, (-limit, limit), ends)


def _read(cells: Mapping[str, Mapping[str, np.ndarray]]) -> Shown | None:
    """Cells whose reconstructions have the shape of the first one's."""
    outputs: dict[str, Image] = {}
    inputs: Image | None = None
    for label, arrays in cells.items():
        output = as_images(arrays["reconstruction"]) if "reconstruction" in arrays else None
        if output is None or any(output.shape[1:] != other.shape[1:] for other in outputs.values()):
            continue
        outputs[label] = output
        test_images = as_images(arrays["input"]) if "input" in arrays else None
        if inputs is None and test_images is not None and test_images.shape == output.shape:
            inputs = test_images
    if inputs is not None:
        outputs = {label: images for label, images in outputs.items() if len(images) <= len(inputs)}
    return Shown(inputs, outputs) if outputs else None


def _alt(shown: Shown, gone: list[Image]) -> str:
    text = f"The same {shown.n} test images through {len(shown.outputs)} cells"
    if not gone:
        return f"{text}: {listed([short(name, IN_ALT) for name in shown.outputs], between='; ')}."
    said = [f"{short(name, IN_ALT)} {_mean(image)}" for name, image in zip(shown.outputs, gone, strict=True)]
    return f"{text}; mean absolute residual (of a brightness from 0 to 1): {listed(said, between='; ')}."


def _mean(image: Image) -> str:
    known = np.abs(image[np.isfinite(image)])
    return plain(float(known.mean())) if len(known) else "unknown"
