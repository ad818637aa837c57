"""Input, reconstruction and residual of the same test images, a row per cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ablation.analysis.notices import counted
from ablation.report.figures.names import IN_ALT, listed, number, short
from ablation.report.figures.picture import Picture
from ablation.report.figures.show import BAR_ROOM, NAME_ROOM, Sheet, name_rows, show_tiles
from ablation.report.figures.style import SIGNED, WIDTH, drawing
from ablation.report.figures.tiles import Image, as_images, grey, tiled

MAX_COLUMNS, MAX_TILES = 10, 220
"""Test images shown, and tiles in all: more make the page heavy."""

LEFT, ROW_NAME = 2.05, 27
"""Room for the names of cells, in inches and in characters."""


@dataclass(frozen=True)
class Shown:
    """What is drawn: the inputs, and for each cell what came out (n, height, width[, 3])."""

    inputs: Image | None
    outputs: dict[str, Image]

    @property
    def n(self) -> int:
        """Number of test images to show."""
        n = min(len(images) for images in self.outputs.values())
        return max(1, min(n, MAX_COLUMNS, MAX_TILES // (2 * len(self.outputs) + 1)))


@drawing()
def reconstructions(cells: Mapping[str, Mapping[str, np.ndarray]]) -> Picture | None:
    """Draw the inputs, then the reconstructions, then the residuals with one signed scale for all cells.

    Args:
        cells: label -> `input` and `reconstruction`, each (n, height, width[, channels]) in [0, 1].
    """
    shown = _read(cells)
    if shown is None:
        return None
    n, outputs = shown.n, list(shown.outputs.values())
    names = [short(name, ROW_NAME) for name in shown.outputs]
    gone = (
        [grey(images[:n]) - grey(shown.inputs[:n]) for images in outputs] if shown.inputs is not None else []
    )
    height, width = outputs[0].shape[1:3]
    across = min(0.5, (WIDTH - LEFT - 0.1) / n)
    down = across * height / width
    n_bands = 1 + bool(gone)
    rows = n_bands * len(names) + (shown.inputs is not None)
    sheet = Sheet(rows * down + n_bands * (NAME_ROOM + 0.2) + (BAR_ROOM if gone else 0) + 0.05, LEFT)

    def band(
        name: str, images: list[Image], labels: list[str], cmap: str, limits: tuple[float, float]
    ) -> None:
        sheet.skip(0.15 + NAME_ROOM if name else 0.05)
        axes = sheet.axes(n * across, len(images) * down)
        show_tiles(axes, tiled([list(row[:n]) for row in images]), cmap, limits)
        name_rows(axes, labels, height)
        axes.set_title(name, fontsize=10, loc="left", pad=4)

    if shown.inputs is not None:
        band("", [shown.inputs], ["input"], "gray", (0.0, 1.0))
    band("reconstruction", outputs, names, "gray", (0.0, 1.0))
    if gone:
        limit = max(float(np.nanmax(np.abs(images), initial=0.0)) for images in gone) or 1.0
        band("residual: reconstruction − input", gone, names, SIGNED, (-limit, limit))
        ends = {-limit: f"−{number(limit)}, too dark", 0.0: "0", limit: f"too bright, +{number(limit)}"}
        sheet.colour_bar(n * across, SIGNED, (-limit, limit), ends)
    title = f"Reconstructions of {counted(n, 'test image')} by {counted(len(names), 'cell')}"
    return Picture("reconstructions", title, _alt(shown, gone), sheet.figure)


def _read(cells: Mapping[str, Mapping[str, np.ndarray]]) -> Shown | None:
    """Cells whose reconstructions have the shape of the first one's."""
    outputs: dict[str, Image] = {}
    inputs: Image | None = None
    for label, arrays in cells.items():
        output = as_images(arrays["reconstruction"]) if "reconstruction" in arrays else None
        if output is None or any(output.shape[1:] != other.shape[1:] for other in outputs.values()):
            continue
        outputs[label] = output
        given = as_images(arrays["input"]) if "input" in arrays else None
        if inputs is None and given is not None and given.shape == output.shape:
            inputs = given
    if inputs is not None:
        outputs = {label: images for label, images in outputs.items() if len(images) <= len(inputs)}
    return Shown(inputs, outputs) if outputs else None


def _alt(shown: Shown, gone: list[Image]) -> str:
    text = f"The same {shown.n} test images through {len(shown.outputs)} cells"
    if not gone:
        return f"{text}: {listed([short(name, IN_ALT) for name in shown.outputs])}."
    said = [f"{short(name, IN_ALT)} {_mean(image)}" for name, image in zip(shown.outputs, gone, strict=True)]
    return f"{text}; mean absolute residual (of a brightness from 0 to 1): {listed(said)}."


def _mean(image: Image) -> str:
    known = np.abs(image[np.isfinite(image)])
    return number(float(known.mean())) if len(known) else "unknown"
