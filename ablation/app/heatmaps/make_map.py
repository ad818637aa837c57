"""Maps of one trained network."""

from collections.abc import Mapping
from dataclasses import dataclass

import keras
import numpy as np
from keras import ops

from ablation.app import maps as heatmaps
from ablation.app.heatmaps.command_line import MapRequest
from ablation.app.maps import Maps
from ablation.app.maps.parts import layers_by_input
from ablation.app.maps.targets import MapTargets, stretched
from ablation.errors import UsageError

_TILES = 8  # along a side of an image, of `occlusion`


@dataclass(frozen=True)
class TrainedNetwork:
    """A network, the images that it is shown, and the layers to look at.

    Args:
        network: with trained weights.
        images: input → (n, height, width, channels).
        targets: where runs are scored.
    """

    network: keras.Model
    images: Mapping[str, np.ndarray]
    targets: MapTargets


def make_map(trained: TrainedNetwork, request: MapRequest) -> tuple[str, np.ndarray | None]:
    """The input that was looked at, and its maps (n, height, width); None where the network has no such map.

    Raises:
        UsageError: an input or a layer that does not exist.
    """
    name = request.input or _first_input(trained, request.layer)
    if name not in trained.images:
        raise UsageError(f"input: expected one of {', '.join(trained.images)}. Received: {name!r}")
    maps = _maps(trained, request, name)
    if maps is None:
        return name, None
    # Tiles of an occlusion cover the whole image, whatever borders the layers drop.
    place = stretched if request.map == "occlusion" else trained.targets.place
    placed = place(
        {name: ops.convert_to_tensor(maps[name])},
        {name: ops.convert_to_tensor(trained.images[name])},
    )
    return name, np.asarray(ops.convert_to_numpy(placed[name]))


def _first_input(trained: TrainedNetwork, layer: str | None) -> str:
    """The input that a layer depends on, or the first one where no layer is named."""
    return next(iter(layers_by_input(trained.network, layer) if layer else trained.images))


def _maps(trained: TrainedNetwork, request: MapRequest, name: str) -> Maps | None:
    """The maps as the layer has them."""
    network, images, targets = trained.network, trained.images, trained.targets
    layers = {**targets.layers, **({name: request.layer} if request.layer else {})}
    if request.map == "residual":
        return heatmaps.residual(network, images)
    if request.map == "occlusion":
        window = max(1, images[name].shape[1] // _TILES)
        hidden = float(np.median(np.concatenate([x.ravel() for x in images.values()])))
        return heatmaps.occlusion(network, images, window, targets.target, hidden=hidden)
    if request.map == "attention":
        gate = request.layer or targets.gates.get(name)
        return heatmaps.attention_map(network, images, {name: gate}) if gate else None
    if request.map == "grad_cam":
        return heatmaps.grad_cam(network, images, layers, targets.target)
    by = "variance" if request.map == "top_k_variance" else "activation"
    return heatmaps.top_k(network, images, layers, k=1, by=by)[0]
