"""Gaussian attention: one round window, placed by what the image holds."""

import math
from typing import Any

import keras
from keras import ops

from ablation.app.networks.attention.check_images import check_images


@keras.saving.register_keras_serializable(package="ablation")
class GaussianAttention(keras.layers.Layer):
    """Multiply each pixel by a Gaussian of its distance to one point, found in each image.

    x · exp(−‖p − μ‖² / 2σ²). Pixels p lie in [−1, 1]², −1 and 1 being the centres of the border pixels;
    μ = Σ p · softmax(w·x + b) is the soft-argmax of a convolution 1×1; σ is learned and the same for all
    images. C + 2 parameters for C channels: w, b and log σ; b cancels in the softmax and stays where it is.
    A window as in DRAW (Gregor et al. 2015, arXiv 1502.04623), placed as keypoints are in Jakab et al. 2018
    (soft-argmax, arXiv 1801.07372): from global pooling μ could not know where anything lies.

    Args:
        initial_sigma: σ at the start, in half widths of the image.
    """

    def __init__(self, initial_sigma: float = 0.5, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.initial_sigma = initial_sigma
        self.logit = keras.layers.Conv2D(1, 1, name="logit")
        self.log_sigma_initializer = keras.initializers.Constant(math.log(initial_sigma))

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the convolution, and log σ, which keeps σ above 0."""
        check_images(self, input_shape)
        self.logit.build(input_shape)
        self.log_sigma = self.add_weight(name="log_sigma", shape=(), initializer=self.log_sigma_initializer)

    def center(self, inputs: Any) -> Any:
        """μ, (batch, 2): row and column in [−1, 1]."""
        y, x = _coordinates(inputs)
        logit = self.logit(inputs)[..., 0]
        shape = ops.shape(logit)
        weights = ops.reshape(ops.softmax(ops.reshape(logit, (-1, shape[1] * shape[2])), axis=-1), shape)
        return ops.stack([ops.sum(weights * y, axis=(1, 2)), ops.sum(weights * x, axis=(1, 2))], axis=-1)

    def gate(self, inputs: Any) -> Any:
        """The weight of each pixel, (batch, height, width, 1), in (0, 1]."""
        y, x = _coordinates(inputs)
        center = self.center(inputs)[:, :, None, None, None]
        squares = ops.square(y[..., None] - center[:, 0]) + ops.square(x[..., None] - center[:, 1])
        return ops.exp(-0.5 * squares * ops.exp(-2 * self.log_sigma))

    def call(self, inputs: Any) -> Any:
        """Weigh the images, (batch, height, width, channels)."""
        return inputs * self.gate(inputs)

    def get_config(self) -> dict[str, Any]:
        """What `keras.saving` needs to make the layer again."""
        return {**super().get_config(), "initial_sigma": self.initial_sigma}


def _coordinates(images: Any) -> tuple[Any, Any]:
    """Rows (1, height, 1) and columns (1, 1, width) in [−1, 1]; a single one lies at 0."""
    _, height, width, _ = ops.shape(images)
    return _line(height, images.dtype)[None, :, None], _line(width, images.dtype)[None, None, :]


def _line(n: Any, dtype: Any) -> Any:
    twice_from_middle = 2 * ops.arange(n) - (n - 1)
    return ops.cast(twice_from_middle, dtype) / ops.cast(ops.maximum(n - 1, 1), dtype)
