"""Input, reconstruction and residual of the same test images, a row per cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ablation.analysis.notices import counted
from ablation.report.figures.names import IN_ALT, listed, number, short
from ablation.report.figures.picture import Picture
from ablation.report.figures.show import name_rows, show_tiles
from ablation.report.figures.style import SIGNED, SMALL, WIDTH, drawing, new_figure
from ablation.report.figures.tiles import Image, as_images, grey, tiled

MAX_COLUMNS, MAX_TILES = 8, 200
"""Test images shown, and tiles in all: more make the page heavy."""


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
    n, names = shown.n, [short(name, 26) for name in shown.outputs]
    outputs = [images[:n] for images in shown.outputs.values()]
    bands = [("input", ["test image"], [shown.inputs[:n]])] if shown.inputs is not None else []
    bands.append(("reconstruction", names, outputs))
    gone = [] if shown.inputs is None else [grey(image) - grey(shown.inputs[:n]) for image in outputs]
    ratio = outputs[0].shape[1] / outputs[0].shape[2]
    tile = min(0.5, 3.7 / n) * ratio
    heights = [len(images) * tile for _, _, images in bands] + ([len(gone) * tile] if gone else [])
    figure = new_figure(sum(heights) + 0.35 * len(heights) + (0.7 if gone else 0.1), WIDTH)
    grid = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, (title, labels, images) in zip(grid, bands, strict=False):
        show_tiles(axes, tiled([list(row) for row in images]), "gray", (0.0, 1.0))
        name_rows(axes, labels, images[0].shape[1])
        axes.set_title(title, fontsize=10, loc="left", pad=3)
    if gone:
        limit = max(float(np.nanmax(np.abs(image), initial=0.0)) for image in gone) or 1.0
        axes = grid[-1]
        bar = show_tiles(axes, tiled([list(row) for row in gone]), SIGNED, (-limit, limit))
        name_rows(axes, names, gone[0].shape[1])
        axes.set_title("residual", fontsize=10, loc="left", pad=3)
        scale = figure.colorbar(bar, ax=axes, location="bottom", aspect=40, fraction=0.05, pad=0.02)
        scale.set_ticks(
            [-limit, 0, limit], labels=[f"−{number(limit)} too dark", "0", f"+{number(limit)} too bright"]
        )
        scale.ax.tick_params(labelsize=SMALL)
    title = f"Reconstructions of {counted(n, 'test image')} by {counted(len(names), 'cell')}"
    return Picture("reconstructions", title, _alt(shown, gone), figure)


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
