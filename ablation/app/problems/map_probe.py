"""What is measured of where a trained network looks, for problems that know where it should."""

from collections.abc import Mapping

import keras
import numpy as np
from keras import ops

from ablation.app.maps import AttentionMap, GradCam
from ablation.app.maps.maps import Core
from ablation.app.maps.targets import MapMeasure, MapTargets
from ablation.app.problems.map_scores import N_MEASURED, map_arrays, map_responses
from ablation.app.training.problem import Measured, Probe
from ablation.app.training.seeding import initial_values

_RANDOM_SEEDS = (1_000_001, 1_000_002, 1_000_003)  # the same in every run; no study counts so far


def map_measure(
    network: keras.Model, targets: MapTargets, more: Mapping[str, Core] | None = None
) -> MapMeasure:
    """Grad-CAM and, where the level has one, the gate; Grad-CAM of three random networks beside them."""
    maps: dict[str, Core] = {"grad_cam": GradCam(network, targets.layers, targets.target)}
    if targets.gates:
        maps["attention"] = AttentionMap(network, targets.gates)
    random = [
        [
            (variable, ops.convert_to_tensor(value, variable.dtype))
            for variable, value in zip(network.variables, initial_values(network, seed), strict=True)
        ]
        for seed in _RANDOM_SEEDS
    ]
    return MapMeasure({**maps, **(more or {})}, targets.place, random)


def map_probe(
    network: keras.Model,
    targets: MapTargets,
    images: Mapping[str, np.ndarray],
    masks: Mapping[str, np.ndarray],
    more: Mapping[str, Core] | None = None,
) -> Probe:
    """Maps of the first test images for the report, and their scores against masks.

    Args:
        network: with weights of any value.
        targets: where to look.
        images: input → (n, height, width, channels).
        masks: input → (n, height, width), of those inputs that have one.
        more: other maps, by name.
    """
    measure = map_measure(network, targets, more)
    data, known = ({name: x[:N_MEASURED] for name, x in part.items()} for part in (images, masks))

    def summarise(measured: Mapping[str, np.ndarray]) -> Measured:
        return Measured(map_responses(measured, data, known), map_arrays(measured, data, known))

    return Probe(lambda _, tensors: measure(tensors), summarise, data)
