"""The density network on several pictures: what it learns, and where it looks."""

import logging
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from ablation.config import Config
from ablation.networks.blocks import BlockSettings
from ablation.networks.data import load_samples
from ablation.networks.density import LOSSES, build_density, density_lookout, density_losses
from ablation.networks.heatmaps import Completeness, Deletion
from ablation.networks.localisation import N_MEASURED, Lookout, map_arrays, map_responses
from ablation.networks.samples import Samples
from ablation.networks.scores import deletion_gain
from ablation.problems.looking import map_measure
from ablation.training.cell import Measured, Probe, Problem

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
    looks = _looks(network, density_lookout(network, model.units), samples)
    return Problem(network, density_losses, LOSSES, train, test, (looks,))


def _looks(network: keras.Model, lookout: Lookout, samples: Samples) -> Probe:
    """Where the network looks: maps for the report, and scores, those of masks where masks are known."""
    images = {name: x[:N_MEASURED] for name, x in samples.test.items()}
    masks = {name: mask[:N_MEASURED] for name, mask in samples.test_masks.items()}
    if not masks:
        log.info("The data has no masks: where the network looks is shown, and not scored.")

    def summarise(found: Mapping[str, np.ndarray]) -> Measured:
        responses = {**map_responses(found, images, masks), **check_responses(found)}
        return Measured(responses, map_arrays(found, images, masks))

    return Probe(LookMeasure(network, lookout, images), summarise, {**images, **_random_orders(images)})


class LookMeasure:
    """Maps, whether they add up to the prediction, and what deleting pixels in their order does. Traceable.

    Args:
        network: of `build_density`.
        lookout: where to look.
        images: by input; the median of their values stands for deleted pixels.
    """

    def __init__(self, network: keras.Model, lookout: Lookout, images: Mapping[str, np.ndarray]) -> None:
        self.names = list(images)
        self.maps = map_measure(network, lookout)
        self.completeness = Completeness(network, lookout.layers)
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
