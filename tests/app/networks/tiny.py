"""A network small enough to build and run in a moment."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from ablation.app.flags import Flags
from ablation.app.networks.autoencoder import build_autoencoder
from ablation.app.networks.block_settings import BlockSettings


def tiny_network(
    image_shape: tuple[int, int, int] = (8, 8, 1),
    units: Sequence[int] = (2, 3, 2),
    depth: int = 1,
    variational: bool = False,
    momentum: float = 0.9,
    **flags: Any,
) -> keras.Model:
    """The article's network with few filters, one halving and these flags."""
    settings = BlockSettings(Flags(**flags), depth=depth, batch_norm_momentum=momentum)
    return build_autoencoder(image_shape, list(units), 2, settings, variational)


def random_images(
    n: int = 3, height: int = 8, width: int = 8, channels: int = 1, seed: int = 0
) -> np.ndarray:
    """Noise in [0, 1), float32 (n, height, width, channels)."""
    return np.random.default_rng(seed).random((n, height, width, channels), dtype=np.float32)


def randomise(network: keras.Model, seed: int = 0) -> None:
    """Give every weight a value that no initialiser gives, so that one that gets lost is noticed.

    Kernels keep the scale of their inputs; vectors lie around 1, which keeps variances positive and most
    ReLUs open.
    """
    rng = np.random.default_rng(seed)
    network.set_weights(
        [
            rng.uniform(0.7, 1.3, w.shape)
            if w.ndim == 1
            else rng.normal(0, np.prod(w.shape[:-1]) ** -0.5, w.shape)
            for w in network.get_weights()
        ]
    )
