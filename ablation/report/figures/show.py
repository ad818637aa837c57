"""Tiles on axes, with names for rows and columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.image import AxesImage

from ablation.report.figures.style import SMALL
from ablation.report.figures.tiles import Image, centres


def colours(name: str) -> Colormap:
    """A colour map that leaves what is not known (and the gaps) white."""
    return colormaps[name].with_extremes(bad="white")


def show_tiles(axes: Axes, tiles: Image, cmap: str, limits: tuple[float, float]) -> AxesImage:
    """Show tiles pixel by pixel, without frame or ticks.

    Args:
        axes: where.
        tiles: from `tiled`.
        cmap: name of the colour map; of no account for RGB.
        limits: values at the ends of the colour map.
    """
    if tiles.ndim == 3:
        tiles = np.nan_to_num(np.clip(tiles, 0, 1), nan=1.0)
    shown = axes.imshow(
        tiles, cmap=colours(cmap), vmin=limits[0], vmax=limits[1], interpolation="none", aspect="equal"
    )
    axes.set_frame_on(False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.tick_params(length=0)
    return shown


def name_rows(axes: Axes, names: Sequence[str], height: int) -> None:
    """Write a name at the left of each row of tiles of `height` pixels."""
    axes.set_yticks(centres(len(names), height), list(names), fontsize=SMALL)
