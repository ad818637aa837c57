"""Normalisations of images that need no batch. They are Keras' layers, of its default ε.

- `layer`: each pixel over its channels (Ba et al. 2016, arXiv 1607.06450), as in ConvNeXt.
- `group`: channels in groups, each over all its pixels and channels (Wu & He 2018, arXiv 1803.08494).
- `rms`: each pixel divided by the root mean square of its channels; no mean is taken off, and no shift
  is learned (Zhang & Sennrich 2019, arXiv 1910.07467).
"""

from typing import Any

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="ablation")
class RMSNorm(layers.RMSNormalization):
    """Keras' layer, which tells how its weight starts: every seed starts it again."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale_initializer = keras.initializers.Ones()


def norm_layer(level: str, channels: int, name: str) -> layers.Layer:
    """The layer of a level of `flags.norm`, but for `batch`.

    Args:
        level: of the flag.
        channels: of the images.
        name: of the layer.
    """
    if level == "layer":
        return layers.LayerNormalization(name=name)
    if level == "group":
        return layers.GroupNormalization(n_groups(channels), name=name)
    return RMSNorm(name=name)


def n_groups(channels: int) -> int:
    """As many groups of one size as there can be with 4 channels in each, at most the paper's 32.

    >>> [n_groups(channels) for channels in (3, 8, 15, 25, 64, 512)]
    [1, 2, 3, 5, 16, 32]
    """
    return next(n for n in range(min(32, max(1, channels // 4)), 0, -1) if channels % n == 0)
