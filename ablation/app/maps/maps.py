"""The result of every kind of heatmap, and how it is computed for many images."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from keras import ops

from ablation.app.maps.parts import as_arrays

Images = np.ndarray | Mapping[str, np.ndarray]
"""(n, height, width, channels), or input name → such an array where a network has several inputs."""
Core = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Tensors by input name → maps (batch, height, width) by input name; Keras operations that can be traced."""

_BATCH = 100  # images at once: bounds memory
_ROUNDING = 1e-6  # of the largest value: what differs by less is the same


@dataclass(frozen=True)
class Maps:
    """Heatmaps of the same images, never rescaled.

    Args:
        arrays: input name → (n, height, width).
        constant: input name → (n,), whether a map has the same value everywhere (up to rounding) and so shows
            nothing; an all-zero map is one.
        filters: of `top_k`, input name → (n,), which filter a map is; else empty.
    """

    arrays: Mapping[str, np.ndarray]
    constant: Mapping[str, np.ndarray]
    filters: Mapping[str, np.ndarray] = field(default_factory=dict)


def is_constant(maps: np.ndarray) -> np.ndarray:
    """Whether each of the maps (n, height, width) is the same everywhere, up to rounding: (n,) bool."""
    return np.asarray(np.ptp(maps, axis=(1, 2)) <= _ROUNDING * np.abs(maps).max(axis=(1, 2)))


def upsample(maps: Any, height: int, width: int) -> Any:
    """Maps (batch, h, w) → (batch, height, width), bilinear; traceable."""
    return ops.image.resize(maps[..., None], (height, width), "bilinear", data_format="channels_last")[..., 0]


def make_maps(core: Core, network: keras.Model, images: Images, upsampled: bool) -> Maps:
    """Run a core over all images."""
    arrays = as_arrays(network, images)
    maps = in_batches(core, arrays)
    constant = {name: is_constant(values) for name, values in maps.items()}
    if upsampled:
        maps = {k: ops.convert_to_numpy(upsample(v, *arrays[k].shape[1:3])) for k, v in maps.items()}
    return Maps(maps, constant)


def in_batches(core: Core, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The output of a core for arrays (n, …), computed in batches, as NumPy arrays (n, …)."""
    n = len(next(iter(arrays.values())))
    outputs = [
        core({name: ops.convert_to_tensor(array[i : i + _BATCH]) for name, array in arrays.items()})
        for i in range(0, n, _BATCH)
    ]
    return {name: np.concatenate([ops.convert_to_numpy(f[name]) for f in outputs]) for name in outputs[0]}
