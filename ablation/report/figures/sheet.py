"""Tiles placed to the point: rows of images that line up, with names and a colour bar."""

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ablation.report.figures.style import SMALL, WIDTH
from ablation.report.figures.tiles import Image

BAR = 0.12
"""Height of a colour bar, inches; `BAR_ROOM` with its numbers and name."""

BAR_ROOM, NAME_ROOM = 0.48, 0.2


class Sheet:
    """A figure that is filled from top to bottom; all sizes in inches.

    Args:
        height: of the figure.
        left: margin at the left of everything placed.
        width: of the figure.
    """

    def __init__(self, height: float, left: float, width: float = WIDTH) -> None:
        self.figure = Figure(figsize=(width, height))
        self.left = left
        self.used = 0.0

    def skip(self, height: float) -> None:
        """Leave room."""
        self.used += height

    def axes(self, width: float, height: float) -> Axes:
        """Axes of this size below what is there."""
        whole_width, whole_height = self.figure.get_size_inches()
        bottom = whole_height - self.used - height
        self.used += height
        return self.figure.add_axes(
            (self.left / whole_width, bottom / whole_height, width / whole_width, height / whole_height)
        )

    def colour_bar(
        self, width: float, cmap: str, limits: tuple[float, float], ticks: dict[float, str]
    ) -> Axes:
        """A colour bar below what is there.

        Args:
            width: of the bar.
            cmap: name of the colour map.
            limits: values at its ends.
            ticks: value -> text.
        """
        self.skip(0.08)
        axes = self.axes(width, BAR)
        axes.imshow(
            np.linspace(*limits, 128)[None], cmap=cmap, aspect="auto", extent=(*limits, 0, 1),
            interpolation="none",
        )  # fmt: skip
        axes.set_frame_on(False)
        axes.set_yticks([])
        axes.set_xticks(list(ticks), list(ticks.values()), fontsize=SMALL)
        axes.tick_params(length=2, pad=2)
        for text, side in ((axes.get_xticklabels()[0], "left"), (axes.get_xticklabels()[-1], "right")):
            text.set(ha=side)
        self.skip(BAR_ROOM - BAR - 0.08)
        return axes


def show_tiles(axes: Axes, tiles: Image, cmap: str, limits: tuple[float, float]) -> None:
    """Fill axes with tiles, pixel by pixel; what is not known (and the gaps) stays white.

    Args:
        axes: of the size that the tiles should have.
        tiles: from `tiled`.
        cmap: name of the colour map; ignored for RGB.
        limits: values at the ends of the colour map.
    """
    if tiles.ndim == 3:
        tiles = np.nan_to_num(np.clip(tiles, 0, 1), nan=1.0)
    white_gaps = colormaps[cmap].with_extremes(bad="white")
    axes.imshow(tiles, cmap=white_gaps, vmin=limits[0], vmax=limits[1], interpolation="none", aspect="auto")
    axes.set_frame_on(False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.tick_params(length=0)
