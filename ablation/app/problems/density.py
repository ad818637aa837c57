"""The density network on several pictures: what it learns, and what is measured on it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from ablation.app.config import Config
from ablation.app.data.data import SAMPLE_SETS, sample_loader
from ablation.app.data.samples import Samples
from ablation.app.networks.block_settings import BlockSettings
from ablation.app.problems.map_scores import MAP_RESPONSES, N_MEASURED, map_arrays, map_responses
from ablation.app.problems.network import Network
from ablation.errors import UsageError
from ablation.results import Response

if TYPE_CHECKING:
    import keras

    from ablation.app.maps.targets import MapTargets
    from ablation.app.training.problem import Probe, Problem

log = logging.getLogger(__name__)

LOSSES = (Response("loss"), Response("mae"))
CHECKS = (Response("deletion_gain", direction="higher"), Response("completeness_error"))

_ROUNDING = 1e-2  # of a prediction; float32 gives about 1e-6, bfloat16 4e-3


def prepare(config: Config) -> "Callable[[], Problem]":
    """Learn the number that belongs to each sample."""
    model, flags = config.model, config.flags
    if config.training.augmentation != "none":
        raise UsageError(
            "training.augmentation: expected none with model.name=density, whose number belongs to the "
            f"pictures as they are. Received: {config.training.augmentation}"
        )
    settings = BlockSettings(
        flags=flags,
        dropout_rate=model.dropout_rate if flags.dropout else 0.0,
        batch_norm_momentum=model.batch_norm_momentum if flags.batch_norm or flags.norm == "batch" else 0.0,
    )
    return partial(_build, sample_loader(config.data), list(model.units), settings)


def _build(load: Callable[[], Samples], units: Sequence[int], settings: BlockSettings) -> "Problem":
    from ablation.app.networks.density import build_density
    from ablation.app.training.problem import Problem

    samples = load()
    network = build_density({name: x.shape[1:] for name, x in samples.train.items()}, units, settings)
    train, test = {**samples.train, "y": samples.train_y}, {**samples.test, "y": samples.test_y}
    names = tuple(response.name for response in LOSSES)
    return Problem(network, losses, names, train, test, (_looks(network, samples),))


def losses(outputs: dict[str, Any], batch: Mapping[str, Any]) -> dict[str, Any]:
    """What each sample costs; training minimises the mean of `loss`.

    Args:
        outputs: of the network.
        batch: its `y` (batch,) should have come out.

    Returns:
        The absolute error twice, (batch,): as `loss`, the word of every network, and as `mae`.
    """
    from keras import ops

    error = ops.abs(batch["y"] - outputs["y"][:, 0])
    return {"loss": error, "mae": error}


def _looks(network: "keras.Model", samples: Samples) -> "Probe":
    """Where the network looks: maps for the report, and scores, those of masks where masks are known."""
    from ablation.app.problems.look import LookMeasure, random_orders
    from ablation.app.training.problem import Measured, Probe

    images = {name: x[:N_MEASURED] for name, x in samples.test.items()}
    masks = {name: mask[:N_MEASURED] for name, mask in samples.test_masks.items()}
    if not masks:
        log.info("The data has no masks: where the network looks is shown, and not scored.")

    def summarise(measured: Mapping[str, np.ndarray]) -> Measured:
        responses = {**map_responses(measured, images, masks), **check_responses(measured)}
        return Measured(responses, map_arrays(measured, images, masks))

    measure = LookMeasure(network, map_targets(network), images)
    return Probe(measure, summarise, {**images, **random_orders(images)})


def check_responses(measured: Mapping[str, np.ndarray]) -> dict[str, float]:
    """What needs no masks.

    Returns:
        `deletion_gain`, in units of y; `completeness_error`, the largest error of Σ mean(Grad-CAM) + b = ŷ
        as a share of the largest prediction: rounding, or the maps are incomplete.
    """
    from ablation.app.maps.scores import deletion_gain

    error, prediction = np.abs(measured["error"]).max(), np.abs(measured["prediction"]).max()
    share = float(error / max(prediction, np.finfo(np.float32).tiny))
    if share > _ROUNDING:
        log.warning("Grad-CAM does not add up to the prediction: it misses %.1e of it.", share)
    gain = deletion_gain(measured["by_map"], measured["by_chance"])
    return {"deletion_gain": float(gain.mean()), "completeness_error": share}


def map_targets(network: "keras.Model") -> "MapTargets":
    """The layer of each branch that is averaged, of which Grad-CAM is exact, and the gate before it."""
    from ablation.app.maps import layers_with_a_gate
    from ablation.app.maps.targets import MapTargets
    from ablation.app.problems.look import on_pixels

    names = [tensor.name for tensor in network.inputs]
    layers = {layer.name for layer in network.layers}
    n = next(i for i in count(1) if f"{names[0]}_{i + 1}_activation" not in layers)
    gates = {name: f"{name}_{n}_attention" for name in names}
    return MapTargets(
        layers={name: f"{name}_{n}_activation" for name in names},
        gates=gates if set(layers_with_a_gate(network)).issuperset(gates.values()) else {},
        place=on_pixels,
    )


NETWORK = Network(
    prepare,
    data=SAMPLE_SETS,
    responses=(*LOSSES, *MAP_RESPONSES, *CHECKS),
    targets=map_targets,
    source="ablation.app.networks.density:build_density",
)
