"""Channel attention: a weight for each channel, from the whole image."""

from typing import Any

import keras
from keras import ops

from ablation.app.networks.attention.check_images import check_images


@keras.saving.register_keras_serializable(package="ablation")
class ChannelAttention(keras.layers.Layer):
    """Multiply each channel by a weight in (0, 1) that all channels decide; it gives no spatial map.

    x · σ(W₂ relu(W₁ mean(x))), the mean over pixels, both W with bias: 2·C·h + h + C parameters for C
    channels, h = max(1, C // reduction) of them hidden. Squeeze-and-excitation (Hu et al. 2018,
    arXiv 1709.01507). With `with_maximum`, x · σ(f(mean(x)) + f(max(x))), f the same two W: the channel half
    of CBAM (Woo et al. 2018, arXiv 1807.06521), with as many parameters.

    Args:
        reduction: channels per hidden unit. The papers' 16 is for hundreds of channels; blocks here have
            some tens.
        with_maximum: whether the maximum over pixels counts as well as the mean.
    """

    def __init__(self, reduction: int = 8, with_maximum: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reduction, self.with_maximum = reduction, with_maximum

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make both dense layers."""
        check_images(self, input_shape)
        channels = input_shape[-1] or 0
        hidden = max(1, channels // self.reduction)
        self.squeeze = keras.layers.Dense(hidden, activation="relu", name="squeeze")
        self.excite = keras.layers.Dense(channels, name="excite")
        self.squeeze.build((None, channels))
        self.excite.build((None, hidden))

    def channel_weights(self, inputs: Any) -> Any:
        """The weight of each channel, (batch, 1, 1, channels), in (0, 1)."""
        logit = self.excite(self.squeeze(ops.mean(inputs, axis=(1, 2))))
        if self.with_maximum:
            logit = logit + self.excite(self.squeeze(ops.max(inputs, axis=(1, 2))))
        return ops.sigmoid(logit)[:, None, None, :]

    def call(self, inputs: Any) -> Any:
        """Weigh the images, (batch, height, width, channels)."""
        return inputs * self.channel_weights(inputs)

    def get_config(self) -> dict[str, Any]:
        """What `keras.saving` needs to make the layer again."""
        return {**super().get_config(), "reduction": self.reduction, "with_maximum": self.with_maximum}
