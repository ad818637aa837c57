"""A check that Grad-CAM is complete: maps and bias add up to the prediction."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from ablation.app.maps.grad_cam import GradCam
from ablation.app.maps.parts import in_order, input_names, target_output
from ablation.errors import UsageError


class Completeness:
    """Σ over branches of mean(map) + b − ŷ, which is 0 for global average pooling → Dense(1). Traceable.

    There ŷ = Σ_c w_c mean(A_c) + b, so α_c of `GradCam` is w_c and the map's mean is the branch's share of ŷ.

    Args:
        network: a functional model that ends in a linear Dense(1).
        layers: input name → the branch's last layer before its global average pooling (a dropout between
            them does nothing at test time); a name where there is one input.

    Raises:
        UsageError: the network ends in something else, or an input has no layer.
    """

    def __init__(self, network: keras.Model, layers: str | Mapping[str, str]) -> None:
        y = target_output(network, None)
        self.network, self.dense = network, _last_dense(network, y)
        self.cam, self.y = GradCam(network, layers), keras.Model(network.inputs, y)
        if missing := [name for name in input_names(network) if name not in self.cam.layers]:
            raise UsageError(
                f"completeness: expected a layer for each input. Received none for: {', '.join(missing)}"
            )

    def __call__(self, images: Mapping[str, Any]) -> dict[str, Any]:
        """`error` and `prediction`, (batch,) each, in the units of the prediction."""
        prediction = _exact(self.y(in_order(self.network, images), training=False)[:, 0])
        total = sum(ops.mean(_exact(maps), axis=(1, 2)) for maps in self.cam(images).values())
        if self.dense.use_bias:
            total = total + _exact(self.dense.bias)[0]
        return {"error": total - prediction, "prediction": prediction}


def _exact(tensor: Any) -> Any:
    """In float32, so that adding up rounds no more than the network does."""
    return ops.cast(tensor, "float32")


def _last_dense(network: keras.Model, y: Any) -> Any:
    """The layer that gives the target, if it is a linear Dense(1)."""
    last: Any = next((layer for layer in network.layers if _gives(layer, y)), None)
    is_dense = isinstance(last, keras.layers.Dense) and last.units == 1
    if is_dense and last.activation is keras.activations.linear:
        return last
    raise UsageError(
        "completeness: expected a target that a Dense(1) without activation gives. "
        f"Received: {getattr(last, 'name', None)!r}, a {type(last).__name__}"
    )


def _gives(layer: keras.layers.Layer, tensor: Any) -> bool:
    try:
        return layer.output is tensor
    except (AttributeError, ValueError):  # several outputs, or several places in the network
        return False
