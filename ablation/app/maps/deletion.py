"""The prediction of a network while pixels are deleted in the order of a map."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from ablation.app.maps.parts import in_order, input_names, target_output
from ablation.errors import UsageError


class Deletion:
    """y after each of some equal steps that delete all pixels, highest values of a map first. Traceable.

    The deletion curve of Petsiuk et al. 2018 (RISE, arXiv 1806.07421). Pixels of all inputs that have a map
    stand in one row, so maps must be comparable, as those of `GradCam` are. Equal values are deleted in an
    order that a fixed seed drew, so that a constant map names nothing.

    Args:
        network: a functional model whose only output has one unit.
        steps: how many; one pass through the network for each.
        hidden: the value that deleted pixels get.
    """

    def __init__(self, network: keras.Model, steps: int = 10, hidden: float = 0.0) -> None:
        y = target_output(network, None)
        if steps < 2 or y.shape[-1] != 1:
            raise UsageError(
                f"deletion: expected 2 steps or more and a target of 1 unit. Received: {steps}, {y.shape[-1]}"
            )
        self.network, self.steps, self.hidden = network, steps, hidden
        self.y = keras.Model(network.inputs, y)

    def __call__(self, images: Mapping[str, Any], maps: Mapping[str, Any]) -> Any:
        """The curve, (batch, steps + 1): from the whole images to nothing of those that have a map.

        Args:
            images: (batch, height, width, channels) of each input.
            maps: (batch, height, width) of some inputs, of the size of the images.
        """
        names, inputs = input_names(self.network), in_order(self.network, images)
        places = dict(zip(maps, _places(list(maps.values())), strict=True))

        def predict(n_deleted: Any) -> Any:
            left = [
                ops.where((places[name] < n_deleted)[..., None], self.hidden, x) if name in places else x
                for name, x in zip(names, inputs, strict=True)
            ]
            return self.y(left, training=False)[:, 0]

        n_pixels = sum(int(np.prod(m.shape[1:])) for m in maps.values())
        counts = np.linspace(0, n_pixels, self.steps + 1).round().astype("int32")
        return ops.transpose(ops.map(predict, ops.convert_to_tensor(counts)))


def _places(maps: list[Any]) -> list[Any]:
    """Each pixel's place in the order of deletion, from 0, in the shape of the maps."""
    sizes = [int(np.prod(m.shape[1:])) for m in maps]
    row = ops.concatenate([ops.reshape(m, (-1, n)) for m, n in zip(maps, sizes, strict=True)], axis=1)
    # Sorting keeps equal values in their order; shuffled before, that order does not depend on the image.
    shuffle = np.random.default_rng(0).permutation(sum(sizes))
    order = ops.argsort(-ops.take(row, shuffle, axis=1), axis=1)
    place = ops.take(ops.argsort(order, axis=1), np.argsort(shuffle), axis=1)
    place = ops.cast(place, "int32")
    ends = np.cumsum(sizes)
    return [
        ops.reshape(place[:, end - n : end], (-1, *m.shape[1:]))
        for end, n, m in zip(ends.tolist(), sizes, maps, strict=True)
    ]
