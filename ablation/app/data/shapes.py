"""Scenes of discs (targets) and crosses (distractors) of matched brightness and area, with their masks."""

from dataclasses import dataclass

import numpy as np

from ablation.app.data.samples import BACKGROUND, DISTRACTOR, TARGET

_GRID = 3  # cells in a row: a shape has a cell of its own, so that no two overlap
_MOST = 4  # shapes of a kind in a scene
_RADII = 0.2, 0.4  # of a disc, in widths of a cell
_ARM = np.sqrt(9 * np.pi / 20)  # length of a cross's arm in radii of the disc of its area
_THICKNESS = 1 / 3  # of an arm, in its lengths; 4 · (2 · 1/3 − 1/9) · _ARM² = π
_BACKGROUND, _NOISE = 0.1, 0.05
_DIMMEST = 0.5  # share of the brightest


@dataclass(frozen=True)
class Scenes:
    """Pictures and what they show.

    Args:
        images: float32 (n, size, size, 3) in [0, 1].
        masks: uint8 (n, size, size): 0 background, 1 disc, 2 cross.
    """

    images: np.ndarray
    masks: np.ndarray


def draw_scenes(n: int, size: int, seed: list[int]) -> Scenes:
    """Draw scenes of 0 to 4 discs and, independently, 0 to 4 crosses.

    A cross covers as much as a disc of the same radius, and both kinds draw radius, place and colour from
    the same distributions: neither brightness nor area tells them apart.

    Args:
        n: how many. The first k of n scenes are those that k alone would give.
        size: height and width in pixels.
        seed: of everything drawn.
    """
    n_cells = _GRID**2
    drawn = np.random.default_rng([*seed, 0]).random((n, 2 + 7 * n_cells), dtype=np.float32)
    each = drawn[:, 2:].reshape(n, n_cells, 7)
    n_discs, n_crosses = (np.floor(drawn[:, i] * (_MOST + 1))[:, None] for i in (0, 1))
    rank = each[..., 0].argsort(axis=1).argsort(axis=1)
    kind = np.where(rank < n_discs, TARGET, np.where(rank < n_discs + n_crosses, DISTRACTOR, BACKGROUND))

    width = size / _GRID
    radius = width * (_RADII[0] + (_RADII[1] - _RADII[0]) * each[..., 1])
    room = (width / 2 - _ARM * radius)[..., None]
    corner = np.stack(np.divmod(np.arange(n_cells), _GRID), axis=-1)
    centre = (corner + 0.5) * width + (2 * each[..., 2:4] - 1) * room
    masks = _masks(kind, radius, centre, size)

    colour = _DIMMEST + (1 - _DIMMEST) * each[..., 4:]
    shapes = np.where((masks > 0)[..., None], _of_pixels(colour, size), np.float32(_BACKGROUND))
    noise = np.random.default_rng([*seed, 1]).standard_normal(shapes.shape, dtype=np.float32)
    return Scenes(np.clip(shapes + np.float32(_NOISE) * noise, 0, 1), masks)


def _masks(kind: np.ndarray, radius: np.ndarray, centre: np.ndarray, size: int) -> np.ndarray:
    """What each pixel shows, from kind, radius (n, cells) and centre (n, cells, 2) of the shapes."""
    kind, radius, centre = (_of_pixels(values, size) for values in (kind, radius, centre))
    pixel = np.arange(size, dtype=np.float32) + np.float32(0.5)
    rows = np.abs(pixel[:, None] - centre[..., 0])
    columns = np.abs(pixel[None, :] - centre[..., 1])
    disc = rows**2 + columns**2 <= radius**2
    arm = _ARM * radius
    cross = (np.maximum(rows, columns) <= arm) & (np.minimum(rows, columns) <= _THICKNESS * arm)
    masks = np.full(disc.shape, BACKGROUND, np.uint8)
    masks[disc & (kind == TARGET)] = TARGET
    masks[cross & (kind == DISTRACTOR)] = DISTRACTOR
    return masks


def _of_pixels(values: np.ndarray, size: int) -> np.ndarray:
    """Values of cells (n, cells, …) as values of the pixels in them (n, size, size, …), float32."""
    cell = np.arange(size) * _GRID // size
    return values.astype(np.float32)[:, cell[:, None] * _GRID + cell[None, :]]
