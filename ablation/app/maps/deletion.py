"""The prediction of a network while pixels are deleted in the order of a map."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from ablation.app.maps.maps import Images, in_batches
from ablation.app.maps.parts import as_arrays, in_order, input_names, target_output
from ablation.errors import UsageError

_MAP = "map of "


class Deletion:
    """y after each of some equal steps that delete all pixels, highest values of a map first. Traceable.

    The deletion curve of Petsiuk et al. 2018 (RISE, arXiv 1806.07421). Pixels of all inputs that have a map
    stand in one row, so maps must be comparable, as those of `GradCam` are. Equal values are deleted in an
    order that a fixed seed drew, so that a constant map names nothing.

    Args:
        network: a functional model whose target has one unit.
        steps: how many; one pass through the network for each.
        target: y, see `target_output`.
        hidden: the value that deleted pixels get.
    """

    def __init__(
        self, network: keras.Model, steps: int = 10, target: str | None = None, hidden: float = 0.0
    ) -> None:
        y = target_output(network, target)
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


def deletion_curves(
    network: keras.Model,
    images: Images,
    maps: Mapping[str, np.ndarray],
    n_random: int = 5,
    seed: int = 0,
    steps: int = 10,
    target: str | None = None,
    hidden: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """What `scores.deletion_gain` compares: deletion in the order of maps, and in random orders.

    Args:
        network: a functional model whose target has one unit.
        images: of all inputs.
        maps: input name → (n, height, width), of the size of the images; signed maps of which both ends
            matter should come as absolute values.
        n_random: number of random orders.
        seed: draws them.
        steps: as in `Deletion`.
        target: as in `Deletion`.
        hidden: as in `Deletion`.

    Returns:
        (n, steps + 1) and (n_random, n, steps + 1).

    Raises:
        UsageError: a map that is not of the size of its images.
    """
    arrays, core = as_arrays(network, images), Deletion(network, steps, target, hidden)
    for name, values in maps.items():
        if name not in arrays or values.shape != arrays[name].shape[:3]:
            expected = {key: array.shape[:3] for key, array in arrays.items()}
            raise UsageError(
                f"maps: expected the size of the images, {expected}. Received: {name}: {values.shape}"
            )

    def curve(of: Mapping[str, np.ndarray]) -> np.ndarray:
        both = {**arrays, **{_MAP + name: values for name, values in of.items()}}
        return in_batches(lambda b: {"y": core(b, {name: b[_MAP + name] for name in of})}, both)["y"]

    rng = np.random.default_rng(seed)
    orders = [{name: rng.random(m.shape, np.float32) for name, m in maps.items()} for _ in range(n_random)]
    return curve(maps), np.stack([curve(order) for order in orders])
