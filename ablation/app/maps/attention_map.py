"""The weights that an attention layer gives to pixels: the gate itself."""

from collections.abc import Mapping
from typing import Any

import keras

from ablation.app.maps.maps import Images, Maps, make_maps
from ablation.app.maps.parts import image_layer, in_order, layers_by_input
from ablation.errors import UsageError


def layers_with_a_gate(network: keras.Model) -> list[str]:
    """Names of the layers that weigh pixels; empty for levels that have no map."""
    return [layer.name for layer in network.layers if hasattr(layer, "gate")]


class AttentionMap:
    """The gate of an attention layer. Traceable.

    Args:
        network: a functional model.
        layers: attention layers that have a gate, see `layers_by_input`.

    Raises:
        UsageError: a layer without a gate: it has no map to show.
    """

    def __init__(self, network: keras.Model, layers: str | Mapping[str, str]) -> None:
        self.network, self.layers = network, layers_by_input(network, layers)
        for name in self.layers.values():
            if not hasattr(network.get_layer(name), "gate"):
                valid = ", ".join(layers_with_a_gate(network)) or "there is none"
                raise UsageError(
                    f"layer: expected one that weighs pixels: {valid}. Received: {name!r}, no map"
                )
        before = {name: network.get_layer(layer).input for name, layer in self.layers.items()}
        self.features = keras.Model(network.inputs, before)

    def __call__(self, images: Mapping[str, Any]) -> dict[str, Any]:
        """Maps (batch, height, width) of each input, in (0, 1]."""
        features = self.features(in_order(self.network, images), training=False)
        return {
            name: self.network.get_layer(layer).gate(features[name])[..., 0]
            for name, layer in self.layers.items()
        }


def attention_map(network: keras.Model, images: Images, layers: str | Mapping[str, str]) -> Maps | None:
    """How much an attention layer lets through of each pixel.

    Args:
        network: a functional model.
        images: of all inputs.
        layers: name of an attention layer; or input name → layer name.

    Returns:
        The maps; None where one of the layers does not weigh pixels and so has none (`placebo`, `channel`,
        `self`, or no attention layer at all).
    """
    names = [layers] if isinstance(layers, str) else list(layers.values())
    if not all(hasattr(image_layer(network, name), "gate") for name in names):
        return None
    return make_maps(AttentionMap(network, layers), network, images)
