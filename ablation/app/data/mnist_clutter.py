"""MNIST digits on a larger canvas among strokes of other digits; the digit's pixels are known."""

import numpy as np

from ablation.app.data.samples import DISTRACTOR, TARGET
from ablation.errors import UsageError

VERSION = "mnist_clutter 1"
"""Enters keys of runs, beside the hash of the digits."""

_DIGIT = 28  # pixels, height and width
_INK = 64  # of 255: what a mask counts as drawn
_N_STROKES, _STROKE = 6, 8  # pieces of digits, and their height and width in pixels


def add_clutter(digits: np.ndarray, size: int, seed: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Put each digit on a canvas, among 8×8 pieces cut from other digits.

    Pieces have the brightness and the strokes of digits, but no shape of one. A piece that would touch
    what is drawn already is left out. Then the canvas is rolled by a random number of rows and columns:
    what leaves it at one side comes in at the other. Without that digits would stand in the middle and
    pieces at the border, and a map of distances from the middle would score 0.88.

    Args:
        digits: uint8 (n, 28, 28).
        size: height and width of the canvas in pixels, from 28.
        seed: of places and pieces.

    Returns:
        Canvases, uint8 (n, size, size), and masks of the same shape: 0 background, 1 the digit, 2 strokes.

    Raises:
        UsageError: the canvas is smaller than a digit.
    """
    check_size(size)
    n, height, width = digits.shape
    images = np.zeros((n, size, size), np.uint8)
    images[:, :height, :width] = digits
    masks = TARGET * (images >= _INK).astype(np.uint8)
    drawn = np.random.default_rng(seed).random((n, 2 + 5 * _N_STROKES))
    bounds = np.array([n, height - _STROKE + 1, width - _STROKE + 1, size - _STROKE + 1, size - _STROKE + 1])
    pieces = np.floor(drawn[:, 2:].reshape(n, _N_STROKES, 5) * bounds).astype(int)
    shifts = np.floor(drawn[:, :2] * size).astype(int)
    for i, (image, mask) in enumerate(zip(images, masks, strict=True)):
        for other, from_row, from_column, row, column in pieces[i]:
            piece = digits[other, from_row : from_row + _STROKE, from_column : from_column + _STROKE]
            _draw(image, mask, piece, row, column)
        image[:], mask[:] = (np.roll(each, shifts[i], axis=(0, 1)) for each in (image, mask))
    return images, masks


def check_size(size: int) -> None:
    """Refuse a canvas on which no digit fits.

    Raises:
        UsageError: saying how large it must be.
    """
    if size < _DIGIT:
        raise UsageError(f"data.size: expected {_DIGIT} or more pixels, a digit's height. Received: {size}")


def _draw(image: np.ndarray, mask: np.ndarray, piece: np.ndarray, row: int, column: int) -> None:
    """Add a piece to image and mask, unless it would touch what is there."""
    window = slice(row, row + _STROKE), slice(column, column + _STROKE)
    if not np.any((image[window] > 0) & (piece > 0)):
        image[window] = np.maximum(image[window], piece)
        mask[window][piece >= _INK] = DISTRACTOR
