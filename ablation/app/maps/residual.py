"""What an autoencoder does not reconstruct."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from ablation.app.maps.maps import Images, Maps, make_maps
from ablation.app.maps.parts import in_order, input_names
from ablation.errors import UsageError


class Residual:
    """|x − x̂|, the mean over channels. Traceable.

    Args:
        network: a functional model of one input, with an output `reconstruction` or a single output.

    Raises:
        UsageError: no output has the shape of the input.
    """

    def __init__(self, network: keras.Model) -> None:
        outputs = network.output if isinstance(network.output, dict) else {"": network.outputs[0]}
        output = outputs.get("reconstruction", network.outputs[0])
        if len(network.inputs) != 1 or tuple(output.shape) != tuple(network.inputs[0].shape):
            raise UsageError(
                "residual: expected an autoencoder, with one input and a reconstruction of its shape. "
                f"Received: inputs {[tuple(t.shape) for t in network.inputs]}, output {tuple(output.shape)}"
            )
        self.network, self.output = network, keras.Model(network.inputs, output)

    def __call__(self, images: Mapping[str, Any]) -> dict[str, Any]:
        """Maps (batch, height, width) of the input, at least 0."""
        (x,) = in_order(self.network, images)
        difference = ops.mean(ops.abs(x - self.output([x], training=False)), axis=-1)
        return {input_names(self.network)[0]: difference}


def residual(network: keras.Model, images: Images) -> Maps:
    """What an autoencoder does not reconstruct of each pixel, |x − x̂|.

    Args:
        network: an autoencoder, see `Residual`.
        images: (n, height, width, channels).
    """
    return make_maps(Residual(network), network, images)
