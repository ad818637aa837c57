"""The same network with untrained weights, as a comparison for maps."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np


@contextmanager
def random_weights(network: keras.Model, seed: int) -> Iterator[None]:
    """Shuffle the values within each weight of the network, and put them back at the end.

    A map that stays as it was does not depend on what was learned (Adebayo et al. 2018, arXiv 1810.03292).
    Shuffling keeps the scale of each weight. Biases of equal values and single numbers stay as they are.
    """
    weights, rng = network.get_weights(), np.random.default_rng(seed)
    try:
        network.set_weights([rng.permutation(w.ravel()).reshape(w.shape) for w in weights])
        yield
    finally:
        network.set_weights(weights)
