"""The result of every kind of heatmap, and how it is computed for many images."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from ablation.app.maps.parts import as_arrays

Images = np.ndarray | Mapping[str, np.ndarray]
"""(n, height, width, channels), or input name → such an array where a network has several inputs."""
Core = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Tensors by input name → maps (batch, height, width) by input name; Keras operations that can be traced."""

Maps = dict[str, np.ndarray]
"""Input name → heatmaps of the same images, (n, height, width), never rescaled."""

_BATCH = 100  # images at once: bounds memory


def upsample(maps: Any, height: int, width: int) -> Any:
    """Maps (batch, h, w) → (batch, height, width), bilinear; traceable."""
    return ops.image.resize(maps[..., None], (height, width), "bilinear", data_format="channels_last")[..., 0]


def make_maps(core: Core, network: keras.Model, images: Images) -> Maps:
    """Run a core over all images, in batches."""
    arrays = as_arrays(network, images)
    n = len(next(iter(arrays.values())))
    outputs = [
        core({name: ops.convert_to_tensor(array[i : i + _BATCH]) for name, array in arrays.items()})
        for i in range(0, n, _BATCH)
    ]
    return {name: np.concatenate([ops.convert_to_numpy(f[name]) for f in outputs]) for name in outputs[0]}
