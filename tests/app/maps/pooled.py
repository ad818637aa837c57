"""Networks whose heatmaps can be computed by hand: convolution, global average pooling, Dense."""

import keras
import numpy as np
from keras import layers

from tests.app.networks.tiny import random_images

BRANCHES = ("rgb", "fixed", "dynamic")
LAYERS = {name: f"{name}_features" for name in BRANCHES}


def pooled(kernel, weights, bias=0.0, size=(4, 6)):
    """Images of one channel → a linear convolution 1×1 (`features`) → average → Dense (`count`).

    Args:
        kernel: one number for each filter.
        weights: of the Dense, filters × units.
        bias: of the Dense.
        size: height and width of the images.
    """
    images = keras.Input((*size, 1), name="images")
    x = layers.Conv2D(len(kernel), 1, use_bias=False, name="features")(images)
    x = layers.GlobalAveragePooling2D()(x)
    network = keras.Model(images, {"count": layers.Dense(len(weights[0]), name="count")(x)})
    shapes = [w.shape for w in network.get_weights()]
    values = [kernel, weights, np.full(len(weights[0]), bias)]
    network.set_weights([np.reshape(v, s) for v, s in zip(values, shapes, strict=True)])
    return network


def three_branches(size=(8, 6), dropout=0.5):
    """Three inputs of three channels, a convolution and an attention layer each → one number (`count`)."""
    inputs = [keras.Input((*size, 3), name=name) for name in BRANCHES]
    ends = []
    for image in inputs:
        x = layers.Conv2D(4, 3, padding="same", activation="tanh", name=f"{image.name}_convolution")(image)
        x = layers.Conv2D(5, 3, activation="relu", name=f"{image.name}_features")(x)
        x = layers.Dropout(dropout, name=f"{image.name}_dropout")(x)
        ends.append(layers.GlobalAveragePooling2D(name=f"{image.name}_average")(x))
    count = layers.Dense(1, name="count")(layers.Concatenate(name="together")(ends))
    network = keras.Model(inputs, {"count": count})
    rng = np.random.default_rng(4)
    network.set_weights([rng.normal(0, 0.4, w.shape) for w in network.get_weights()])
    return network


def three_images(n=5, size=(8, 6)):
    """Noise for each branch."""
    return {name: random_images(n, *size, 3, seed=i) for i, name in enumerate(BRANCHES)}
