"""Spatial attention: a weight for each pixel, from its neighbourhood."""

from typing import Any

import keras
from keras import ops

from ablation.app.networks.attention.check_images import check_images


@keras.saving.register_keras_serializable(package="ablation")
class SpatialAttention(keras.layers.Layer):
    """Multiply each pixel by a weight in (0, 1) that its channels decide.

    x · σ(conv₅ₓ₅[max over channels ; mean over channels]), one filter with bias: 2·5² + 1 = 51 parameters
    whatever the number of channels. The spatial half of CBAM (Woo et al. 2018, arXiv 1807.06521), in the
    article's form: a kernel of 5 instead of 7, with bias, without batch norm.

    Args:
        kernel_size: width of the square kernel, in pixels.
    """

    def __init__(self, kernel_size: int = 5, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kernel_size = kernel_size
        self.convolution = keras.layers.Conv2D(1, kernel_size, padding="same", name="convolution")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the kernel: it sees two maps, the maximum and the mean."""
        check_images(self, input_shape)
        self.convolution.build((*input_shape[:-1], 2))

    def gate(self, inputs: Any) -> Any:
        """The weight of each pixel, (batch, height, width, 1), in (0, 1)."""
        maximum = ops.max(inputs, axis=-1, keepdims=True)
        mean = ops.mean(inputs, axis=-1, keepdims=True)
        return ops.sigmoid(self.convolution(ops.concatenate([maximum, mean], axis=-1)))

    def call(self, inputs: Any) -> Any:
        """Weigh the images, (batch, height, width, channels)."""
        return inputs * self.gate(inputs)

    def get_config(self) -> dict[str, Any]:
        """What `keras.saving` needs to make the layer again."""
        return {**super().get_config(), "kernel_size": self.kernel_size}
