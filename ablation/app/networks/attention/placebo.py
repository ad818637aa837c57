"""The effect of a gate on the scale of its input, without its choice of pixels."""

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="ablation")
class Placebo(keras.layers.Layer):
    """Halve the images: 0.5 · x, no parameters.

    A fresh gate is σ(0) = 0.5 everywhere. What the placebo changes is therefore the effect of scaling;
    what a gate changes beyond it is the effect of attending. The same weight everywhere is no map.
    """

    def call(self, inputs: Any) -> Any:
        """Halve the images, (batch, height, width, channels)."""
        return 0.5 * inputs
