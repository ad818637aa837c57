"""Attention layers: images (batch, height, width, channels) → the same shape.

They are Keras 3 layers for any backend and need nothing else of this package:
`from ablation.app.networks.attention import SpatialAttention`. Where a layer weighs pixels, its method `gate`
gives their weights, (batch, height, width, 1); where it has no such method, there is no map to show.

A level of `flags.attention` is a module here and a line of `ATTENTION` in `ablation.app.flags`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ablation.app.flags import ATTENTION

if TYPE_CHECKING:
    import keras


def attention_layer(level: str) -> "type[keras.layers.Layer]":
    """The class of a level's layer; `none` has none."""
    module, name = ATTENTION[level].split(".")
    layer: type[keras.layers.Layer] = getattr(import_module(f"{__name__}.{module}"), name)
    return layer


def __getattr__(name: str) -> Any:
    """The layers by the names of their classes."""
    for level, place in ATTENTION.items():
        if place.endswith(f".{name}"):
            return attention_layer(level)
    raise AttributeError(f"module {__name__} has no attribute {name}")
