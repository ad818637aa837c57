"""CBAM: which channels, then which pixels."""

from typing import Any

import keras

from ablation.app.networks.attention.channel import ChannelAttention
from ablation.app.networks.attention.check_images import check_images
from ablation.app.networks.attention.spatial import SpatialAttention


@keras.saving.register_keras_serializable(package="ablation")
class CBAM(keras.layers.Layer):
    """Channel attention with mean and maximum, then spatial attention of what it gives.

    The convolutional block attention module (Woo et al. 2018, arXiv 1807.06521), its spatial half in the
    article's form (see `SpatialAttention`): 2·C·h + h + C + 2·k² + 1 parameters, h = max(1, C // reduction).

    Args:
        reduction: channels per hidden unit of the channel half.
        kernel_size: width of the square kernel of the spatial half, in pixels.
    """

    def __init__(self, reduction: int = 8, kernel_size: int = 5, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.channel = ChannelAttention(reduction, with_maximum=True, name="channel")
        self.spatial = SpatialAttention(kernel_size, name="spatial")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make both halves."""
        check_images(self, input_shape)
        self.channel.build(input_shape)
        self.spatial.build(input_shape)

    def gate(self, inputs: Any) -> Any:
        """The weight of each pixel, (batch, height, width, 1), in (0, 1): that of the spatial half."""
        return self.spatial.gate(self.channel(inputs))

    def call(self, inputs: Any) -> Any:
        """Weigh the images, (batch, height, width, channels)."""
        return self.spatial(self.channel(inputs))

    def get_config(self) -> dict[str, Any]:
        """What `keras.saving` needs to make the layer again."""
        sizes = {"reduction": self.channel.reduction, "kernel_size": self.spatial.kernel_size}
        return {**super().get_config(), **sizes}
