import numpy as np
import pytest
import tensorflow as tf

from ablation.app.training.philox import philox, uniform


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ],
)
def test_words_are_those_of_the_authors_known_answers(counter, key, expected):
    """Random123 1.14, tests/kat_vectors: philox4x32, 10 rounds."""
    words = [[int(word, 16) for word in text.split()] for text in (counter, key, expected)]
    assert philox(np.array([words[0]], np.uint64), words[1]).tolist() == [words[2]]


@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 3, 35, 25), (1001,)])
@pytest.mark.parametrize("seed", [0, 77, 2**31 - 1])
def test_numbers_are_those_of_tensorflow_bit_by_bit(shape, seed):
    theirs = tf.random.stateless_uniform(shape, [seed, 0], np.float32(-0.3), np.float32(0.7))
    ours = uniform(seed, shape, -0.3, 0.7)
    assert ours.dtype == np.float32
    np.testing.assert_array_equal(ours, theirs.numpy())
