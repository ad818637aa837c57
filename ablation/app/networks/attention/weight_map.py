"""A weight map: each pixel is weighed by its own channels alone."""

from typing import Any

import keras
from keras import ops

from ablation.app.networks.attention.check_images import check_images


@keras.saving.register_keras_serializable(package="ablation")
class WeightMap(keras.layers.Layer):
    """Multiply each pixel by a weight in (0, 1) that its own channels decide.

    x · σ(w·x + b), a convolution 1×1 with one filter and bias: C + 1 parameters for C channels. The spatial
    squeeze of Roy et al. 2018 (sSE, arXiv 1803.02579). The next layer can undo a sign, so a map may mark
    what matters by low weights as well as by high ones.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.logit = keras.layers.Conv2D(1, 1, name="logit")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make one weight for each channel, and a bias."""
        check_images(self, input_shape)
        self.logit.build(input_shape)

    def gate(self, inputs: Any) -> Any:
        """The weight of each pixel, (batch, height, width, 1), in (0, 1)."""
        return ops.sigmoid(self.logit(inputs))

    def call(self, inputs: Any) -> Any:
        """Weigh the images, (batch, height, width, channels)."""
        return inputs * self.gate(inputs)
