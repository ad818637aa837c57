"""Layers with weights and images as no initialiser draws them."""

import keras
import numpy as np

from tests.app.networks.tiny import random_images


def signed_images(n=2, height=12, width=9, channels=3, seed=0):
    """Noise in [−2, 2)."""
    return 4 * random_images(n, height, width, channels, seed) - 2


def drawn(layer, channels, size=(None, None), seed=1, scale=0.5):
    """The layer, built for images of this height and width, its weights drawn from a normal distribution."""
    layer.build((None, *size, channels))
    rng = np.random.default_rng(seed)
    for variable in layer.weights:
        variable.assign(rng.normal(0, scale, variable.shape))
    return layer


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)
