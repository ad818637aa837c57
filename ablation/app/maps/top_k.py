"""The filters of a layer with the strongest response."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

from ablation.app.maps.maps import Images, Maps, make_maps
from ablation.app.maps.parts import in_order, layers_by_input
from ablation.errors import UsageError

SCORES: dict[str, Callable[[Any], Any]] = {
    "activation": lambda features: ops.mean(features, axis=(1, 2)),
    "variance": lambda features: ops.var(features, axis=(1, 2)),
}
"""By what filters are ranked: (batch, height, width, filters) → (batch, filters)."""


class TopK:
    """The output of the k filters with the highest score in each image. Traceable.

    Args:
        network: a functional model.
        layers: see `layers_by_input`.
        k: how many filters.
        by: `activation` ranks by the mean over pixels; a filter that is bright everywhere wins that, so
            `variance` ranks by the variance over pixels.
    """

    def __init__(
        self, network: keras.Model, layers: str | Mapping[str, str], k: int = 1, by: str = "activation"
    ) -> None:
        if by not in SCORES:
            raise UsageError(f"by: expected one of {', '.join(SCORES)}. Received: {by!r}")
        self.network, self.k, self.score = network, k, SCORES[by]
        self.layers = layers_by_input(network, layers)
        outputs = {name: network.get_layer(layer).output for name, layer in self.layers.items()}
        fewest = min(tensor.shape[-1] for tensor in outputs.values())
        if not 1 <= k <= fewest:
            raise UsageError(f"k: expected 1 to {fewest}, the number of filters. Received: {k}")
        self.features = keras.Model(network.inputs, outputs)

    def __call__(self, images: Mapping[str, Any]) -> dict[str, Any]:
        """Maps (batch, height, width, k) of each input, the highest score first."""
        chosen = {}
        features = self.features(in_order(self.network, images), training=False)
        for name in self.layers:  # Keras on PyTorch sorts the names of outputs
            _, filters = ops.top_k(self.score(features[name]), self.k)
            chosen[name] = ops.take_along_axis(features[name], filters[:, None, None, :], axis=-1)
        return chosen


def top_k(
    network: keras.Model,
    images: Images,
    layers: str | Mapping[str, str],
    k: int = 1,
    by: str = "activation",
) -> list[Maps]:
    """The maps of the k filters with the highest score in each image.

    Args:
        network: a functional model.
        images: of all inputs.
        layers: name of a layer; or input name → layer name.
        k: how many filters.
        by: `activation` or `variance`, see `TopK`.

    Returns:
        k sets of maps, the highest score first.
    """
    maps = make_maps(TopK(network, layers, k, by), network, images)
    return [{name: values[..., i] for name, values in maps.items()} for i in range(k)]
