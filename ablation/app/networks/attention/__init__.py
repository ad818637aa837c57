"""Attention layers: images (batch, height, width, channels) → the same shape.

They are Keras 3 layers for any backend and need nothing else of this package:
`from ablation.app.networks.attention import SpatialAttention`. Where a layer weighs pixels, its method `gate`
gives their weights, (batch, height, width, 1); where it has no such method, there is no map to show.
"""

import keras

from ablation.app.networks.attention.cbam import CBAM
from ablation.app.networks.attention.channel import ChannelAttention
from ablation.app.networks.attention.gaussian import GaussianAttention
from ablation.app.networks.attention.placebo import Placebo
from ablation.app.networks.attention.self_attention import SelfAttention
from ablation.app.networks.attention.spatial import SpatialAttention
from ablation.app.networks.attention.weight_map import WeightMap

ATTENTION: dict[str, type[keras.layers.Layer]] = {
    "placebo": Placebo,
    "spatial": SpatialAttention,
    "weight_map": WeightMap,
    "channel": ChannelAttention,
    "cbam": CBAM,
    "self": SelfAttention,
    "gaussian": GaussianAttention,
}
"""The layer of each level of `flags.attention`; `none` has none."""

__all__ = [
    "ATTENTION",
    "CBAM",
    "ChannelAttention",
    "GaussianAttention",
    "Placebo",
    "SelfAttention",
    "SpatialAttention",
    "WeightMap",
]
