"""Grad-CAM: which pixels of a layer raise or lower the output of a network."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from ablation.app.maps.maps import Images, Maps, make_maps
from ablation.app.maps.parts import in_order, layers_by_input, target_output
from ablation.app.training.backends import loop
from ablation.errors import UsageError


class GradCam:
    """Σ_c α_c A_c, where A_c is channel c of a layer's output and α_c sums ∂y/∂A_c over pixels. Traceable.

    Selvaraju et al. 2017 (arXiv 1610.02391) without the final ReLU, so that a map is signed: negative pixels
    lower y. They average the gradients where this sums them, which scales a map by its number of pixels;
    summed, the mean of a map is in the units of y (see `completeness`).
    For y of several units, such as the latent mean of an autoencoder, the mean over units of max(0, map), as
    Liu et al. 2020 (arXiv 1911.07389) have it.

    Args:
        network: a functional model.
        layers: see `layers_by_input`; one per branch where there are several inputs.
        target: y, see `target_output`.
        unit: the unit of y that counts; None for all.
    """

    def __init__(
        self,
        network: keras.Model,
        layers: str | Mapping[str, str],
        target: str | None = None,
        unit: int | None = None,
    ) -> None:
        self.network, self.layers = network, layers_by_input(network, layers)
        y = target_output(network, target)
        self.units = units_of(y, unit)
        features = [network.get_layer(layer).output for layer in self.layers.values()]
        self.features = keras.Model(network.inputs, features)
        # The images as well: not every way to y needs to lead through these layers.
        self.head = keras.Model([*features, *network.inputs], y)

    def __call__(self, images: Mapping[str, Any]) -> dict[str, Any]:
        """Maps (batch, height, width) of each input."""
        inputs = in_order(self.network, images)
        features = self._features(inputs)
        maps = [self._maps(features, inputs, unit) for unit in self.units]
        if len(maps) > 1:
            maps = [[ops.relu(m) for m in of_unit] for of_unit in maps]
        means = [sum(of_input) / len(maps) for of_input in zip(*maps, strict=True)]
        return dict(zip(self.layers, means, strict=True))

    def _features(self, inputs: list[Any]) -> list[Any]:
        features = self.features(inputs, training=False)
        return list(features) if isinstance(features, list | tuple) else [features]

    def _maps(self, features: list[Any], inputs: list[Any], unit: int) -> list[Any]:
        """The map of one unit for each of the layers."""

        def y(tensors: list[Any]) -> Any:
            return self.head([*tensors, *inputs], training=False)[:, unit]

        _, gradients = loop().value_and_gradients(y, features)
        alphas = [ops.sum(g, axis=(1, 2), keepdims=True) for g in gradients]
        return [ops.sum(alpha * a, axis=-1) for alpha, a in zip(alphas, features, strict=True)]


def units_of(y: Any, unit: int | None) -> range:
    """The units of a target (batch, units) that count.

    Raises:
        UsageError: there is no such unit.
    """
    n = y.shape[-1]
    if unit is None:
        return range(n)
    if not 0 <= unit < n:
        raise UsageError(f"unit: expected 0 to {n - 1}, or None for all. Received: {unit}")
    return range(unit, unit + 1)


def grad_cam(
    network: keras.Model,
    images: Images,
    layers: str | Mapping[str, str],
    target: str | None = None,
    unit: int | None = None,
) -> Maps:
    """Which pixels of a layer raise (above 0) or lower (below 0) the output of a network.

    Args:
        network: a functional model.
        images: of all inputs.
        layers: name of a layer; or input name → layer name, one per branch.
        target: the output: name of an output or layer (batch, units); None takes the only output, or the
            latent `mean` where a network has one.
        unit: of the target; None for all, see `GradCam`.
    """
    return make_maps(GradCam(network, layers, target, unit), network, images)
