"""The density network on several pictures: what it learns, and where it looks."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from ablation.app.config import Config
from ablation.app.data.data import load_samples
from ablation.app.data.samples import Samples
from ablation.app.maps import Completeness, Deletion, layers_with_a_gate, upsample
from ablation.app.maps.localisation import N_MEASURED, MapTargets, map_arrays, map_responses
from ablation.app.maps.scores import deletion_gain
from ablation.app.networks.blocks import BlockSettings
from ablation.app.networks.density import LOSSES, build_density, density_losses
from ablation.app.problems.map_probe import map_measure
from ablation.app.training.problem import Measured, Probe, Problem

log = logging.getLogger(__name__)

_N_DELETED, _STEPS, _N_ORDERS = 40, 8, 3  # images, passes through the network for each order, random orders
_ROUNDING = 1e-2  # of a prediction; float32 gives about 1e-6, bfloat16 4e-3


def density_problem(config: Config) -> Problem:
    """Learn the number that belongs to each sample."""
    model, data = config.model, config.data
    samples = load_samples(
        data.name, data.path, data.n_train, data.n_test, data.size, data.seed, data.test_share
    )
    settings = BlockSettings(config.flags, model.depth, model.dropout_rate, model.batch_norm_momentum)
    shapes = {name: images.shape[1:] for name, images in samples.train.items()}
    network = build_density(shapes, model.units, settings)
    train, test = {**samples.train, "y": samples.train_y}, {**samples.test, "y": samples.test_y}
    looks = _looks(network, density_map_targets(network, model.units), samples)
    return Problem(network, density_losses, LOSSES, train, test, (looks,))


def _looks(network: keras.Model, targets: MapTargets, samples: Samples) -> Probe:
    """Where the network looks: maps for the report, and scores, those of masks where masks are known."""
    images = {name: x[:N_MEASURED] for name, x in samples.test.items()}
    masks = {name: mask[:N_MEASURED] for name, mask in samples.test_masks.items()}
    if not masks:
        log.info("The data has no masks: where the network looks is shown, and not scored.")

    def summarise(found: Mapping[str, np.ndarray]) -> Measured:
        responses = {**map_responses(found, images, masks), **check_responses(found)}
        return Measured(responses, map_arrays(found, images, masks))

    return Probe(LookMeasure(network, targets, images), summarise, {**images, **_random_orders(images)})


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
        found = self.maps(images) | self.completeness(images)
        few = {name: x[:_N_DELETED] for name, x in images.items()}
        by_map = {name: ops.abs(found[f"grad_cam.{name}"][:_N_DELETED]) for name in self.names}
        orders = [{name: data[_order(i, name)] for name in self.names} for i in range(_N_ORDERS)]
        found["by_map"] = self.deletion(few, by_map)
        found["by_chance"] = ops.stack([self.deletion(few, order) for order in orders])
        return found


def check_responses(found: Mapping[str, np.ndarray]) -> dict[str, float]:
    """What needs no masks.

    Args:
        found: of `LookMeasure`.

    Returns:
        `deletion_gain`, in units of y; `completeness_error`, the largest error of Σ mean(Grad-CAM) + b = ŷ
        as a share of the largest prediction: rounding, or the maps do not tell all.
    """
    error, prediction = np.abs(found["error"]).max(), np.abs(found["prediction"]).max()
    share = float(error / max(prediction, np.finfo(np.float32).tiny))
    if share > _ROUNDING:
        log.warning("Grad-CAM does not add up to the prediction: it misses %.1e of it.", share)
    gain = deletion_gain(found["by_map"], found["by_chance"])
    return {"deletion_gain": float(gain.mean()), "completeness_error": share}


def _random_orders(images: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Random maps, the same in every run: an order of deletion each."""
    rng = np.random.default_rng(0)
    return {
        _order(i, name): rng.random(x[:_N_DELETED].shape[:3], np.float32)
        for i in range(_N_ORDERS)
        for name, x in images.items()
    }


def _order(i: int, name: str) -> str:
    return f"order {i} of {name}"


def density_map_targets(network: keras.Model, units: Sequence[int]) -> MapTargets:
    """The layer of each branch that is averaged, of which Grad-CAM is exact, and the gate before it."""
    names, last = [tensor.name for tensor in network.inputs], len(units)
    gated = set(layers_with_a_gate(network))
    gates = {name: f"{name}_{last}_attention" for name in names}
    return MapTargets(
        layers={name: f"{name}_{last}_activation" for name in names},
        gates=gates if gated.issuperset(gates.values()) else {},
        place=on_pixels,
    )


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
