"""Uniform random numbers bit by bit as TensorFlow draws them, so that a seed starts alike on every backend.

`tf.random.stateless_uniform` draws from Philox 4×32-10 (Salmon et al. 2011, doi 10.1145/2063384.2063405),
with the key and half of the counter made from the seed by one draw under a fixed key.
"""

from collections.abc import Sequence

import numpy as np

_WORD = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_KEY_STEPS = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_SCRAMBLING_KEY = 0x3EC8F720, 0x02461E29  # of TensorFlow's `StatelessRandomGetKeyCounter`


def philox(counters: np.ndarray, key: Sequence[int]) -> np.ndarray:
    """Four random words for each counter.

    Args:
        counters: (n, 4) words below 2³².
        key: two words.

    Returns:
        uint32 (n, 4).
    """
    a, b, c, d = counters.astype(np.uint64).T
    k, m = (np.uint64(word) for word in key)
    for _ in range(10):
        x, y = _MULTIPLIERS[0] * a, _MULTIPLIERS[1] * c
        a, b, c, d = (y >> _HALF) ^ b ^ k, y & _WORD, (x >> _HALF) ^ d ^ m, x & _WORD
        k, m = (k + _KEY_STEPS[0]) & _WORD, (m + _KEY_STEPS[1]) & _WORD
    return np.stack([a, b, c, d], axis=1).astype(np.uint32)


def uniform(seed: int, shape: Sequence[int], low: float, high: float) -> np.ndarray:
    """What `tf.random.stateless_uniform(shape, [seed, 0], low, high)` gives.

    Args:
        seed: from 0, below 2³².
        shape: of the result.
        low: the least value.
        high: all values are below.

    Returns:
        float32 of this shape.
    """
    n = int(np.prod(shape, dtype=np.int64))
    ((k, m, c, d),) = philox(np.array([[seed, 0, 0, 0]]), _SCRAMBLING_KEY)
    counters = np.zeros((-(-n // 4), 4), np.uint64)
    counters[:, 0], counters[:, 2], counters[:, 3] = np.arange(len(counters)), c, d
    bits = philox(counters, (k, m)).ravel()[:n]
    # 23 random bits behind the exponent of 1 give a number in [1, 2).
    fractions = ((bits & np.uint32(0x7FFFFF)) | np.uint32(0x3F800000)).view(np.float32) - np.float32(1)
    span = np.float32(high) - np.float32(low)
    return (fractions * span + np.float32(low)).reshape(tuple(shape))
