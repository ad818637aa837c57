"""Occlusion: the output of a network when a part of the image is hidden. A check on maps by gradients."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from ablation.app.maps.grad_cam import units_of
from ablation.app.maps.maps import Images, Maps, make_maps
from ablation.app.maps.parts import in_order, input_names, target_output
from ablation.errors import UsageError


class Occlusion:
    """y − y(image with a tile hidden), for each tile (Zeiler & Fergus 2014, arXiv 1311.2901). Traceable.

    One input at a time; the others stay whole. For y of several units, the Euclidean length of the change.
    One pass through the network for each tile and input.

    Args:
        network: a functional model.
        window: height and width of a tile, in pixels; tiles do not overlap, and those at the lower and right
            border may be cut.
        target: y, see `target_output`.
        unit: the unit of y that counts; None for all.
        hidden: the value that hidden pixels get.
    """

    def __init__(
        self,
        network: keras.Model,
        window: int,
        target: str | None = None,
        unit: int | None = None,
        hidden: float = 0.0,
    ) -> None:
        if window < 1:
            raise UsageError(f"window: expected at least 1 pixel. Received: {window}")
        y = target_output(network, target)
        self.network, self.window, self.hidden = network, window, hidden
        self.units = units_of(y, unit)
        self.y = keras.Model(network.inputs, y)

    def __call__(self, images: Mapping[str, Any]) -> dict[str, Any]:
        """Maps (batch, rows, columns) of each input, a number for each tile."""
        inputs = in_order(self.network, images)
        return {name: self._map(inputs, i) for i, name in enumerate(input_names(self.network))}

    def _map(self, inputs: list[Any], which: int) -> Any:
        """The map of one input."""
        height, width = inputs[which].shape[1:3]
        tiles, rows, columns = _tiles(height, width, self.window)

        def predict(tile: Any) -> Any:
            covered = inputs[which] * (1 - tile) + self.hidden * tile
            return self._predict([*inputs[:which], covered, *inputs[which + 1 :]])

        # The whole image is computed as the others are: another rounding would show up as a difference.
        y = ops.map(predict, ops.convert_to_tensor(np.concatenate([np.zeros_like(tiles[:1]), tiles])))
        changes = _size(y[:1] - y[1:])  # (tiles, batch)
        return ops.reshape(ops.transpose(changes), (-1, rows, columns))

    def _predict(self, inputs: list[Any]) -> Any:
        """The units that count, (batch, units)."""
        return self.y(inputs, training=False)[:, self.units.start : self.units.stop]


def _size(changes: Any) -> Any:
    """The size of changes (…, units): the change of a single unit, else the Euclidean length."""
    if changes.shape[-1] == 1:
        return changes[..., 0]
    return ops.sqrt(ops.sum(ops.square(changes), axis=-1))


def _tiles(height: int, width: int, window: int) -> tuple[np.ndarray, int, int]:
    """1 where a tile lies, (tiles, height, width, 1) row by row, and the numbers of rows and columns."""
    row, column = np.arange(height) // window, np.arange(width) // window
    rows, columns = row[-1] + 1, column[-1] + 1
    number = row[:, None] * columns + column
    tiles = number == np.arange(rows * columns)[:, None, None]
    return tiles[..., None].astype(np.float32), int(rows), int(columns)


def occlusion(
    network: keras.Model,
    images: Images,
    window: int,
    target: str | None = None,
    unit: int | None = None,
    hidden: float = 0.0,
) -> Maps:
    """How much hiding a tile lowers the output of a network; one number per tile.

    Args:
        network: a functional model.
        images: of all inputs.
        window: height and width of a tile, in pixels.
        target: the output, see `grad_cam`.
        unit: of the target; None for all, see `Occlusion`.
        hidden: the value that hidden pixels get.
    """
    return make_maps(Occlusion(network, window, target, unit, hidden), network, images)
