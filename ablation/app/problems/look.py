"""Where the density network looks: maps, whether they add up to the prediction, deletion in their order."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from ablation.app.maps import Completeness, Deletion, upsample
from ablation.app.maps.targets import MapTargets
from ablation.app.problems.map_probe import map_measure

_N_DELETED, _STEPS, _N_ORDERS = 40, 8, 3  # images, passes through the network for each order, random orders


class LookMeasure:
    """Maps, whether they add up to the prediction, and what deleting pixels in their order does. Traceable.

    Args:
        network: of `build_density`.
        targets: where to look.
        images: by input; the median of their values stands for deleted pixels.
    """

    def __init__(self, network: keras.Model, targets: MapTargets, images: Mapping[str, np.ndarray]) -> None:
        self.names = list(images)
        self.maps = map_measure(network, targets)
        self.completeness = Completeness(network, targets.layers)
        hidden = float(np.median(np.concatenate([x.ravel() for x in images.values()])))
        self.deletion = Deletion(network, _STEPS, hidden=hidden)

    def __call__(self, _network: keras.Model, data: Mapping[str, Any]) -> dict[str, Any]:
        """What `MapMeasure` finds; `error` and `prediction` (n,); `by_map`, `by_chance` (…, steps + 1)."""
        images = {name: data[name] for name in self.names}
        measured = self.maps(images) | self.completeness(images)
        few = {name: x[:_N_DELETED] for name, x in images.items()}
        by_map = {name: ops.abs(measured[f"grad_cam.{name}"][:_N_DELETED]) for name in self.names}
        orders = [{name: data[_order(i, name)] for name in self.names} for i in range(_N_ORDERS)]
        measured["by_map"] = self.deletion(few, by_map)
        measured["by_chance"] = ops.stack([self.deletion(few, order) for order in orders])
        return measured


def random_orders(images: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Random maps, the same in every run: an order of deletion each."""
    rng = np.random.default_rng(0)
    return {
        _order(i, name): rng.random(x[:_N_DELETED].shape[:3], np.float32)
        for i in range(_N_ORDERS)
        for name, x in images.items()
    }


def _order(i: int, name: str) -> str:
    return f"order {i} of {name}"


def on_pixels(maps: Mapping[str, Any], images: Mapping[str, Any]) -> dict[str, Any]:
    """Maps (n, h, w) of a branch's layers, on the pixels of the pictures; traceable.

    After halving, convolutions without padding leave out a border. There a map is 0; it is not stretched
    over what it does not show.
    """
    placed = {}
    for name, map_ in maps.items():
        size = images[name].shape[1:3]
        if tuple(map_.shape[1:]) != tuple(size):  # behind the halving
            missing = [whole // 2 - left for whole, left in zip(size, map_.shape[1:], strict=True)]
            map_ = ops.pad(map_, ((0, 0), *((m // 2, m - m // 2) for m in missing)))
        placed[name] = upsample(map_, *size)
    return placed
