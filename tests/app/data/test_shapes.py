import numpy as np
import pytest

from ablation.app.data.samples import BACKGROUND, DISTRACTOR, TARGET
from ablation.app.data.shapes import draw_scenes


@pytest.fixture(scope="module")
def scenes():
    return draw_scenes(400, 60, [3])


def test_pictures_are_colours_between_0_and_1(scenes):
    assert (scenes.images.shape, scenes.images.dtype) == ((400, 60, 60, 3), np.float32)
    assert (scenes.images.min(), scenes.images.max()) >= (0, 0)
    assert scenes.images.max() <= 1
    assert set(np.unique(scenes.masks)) == {BACKGROUND, TARGET, DISTRACTOR}


def test_discs_and_crosses_match_in_brightness_and_area(scenes):
    area = [(scenes.masks == kind).mean() for kind in (TARGET, DISTRACTOR)]
    brightness = [scenes.images[scenes.masks == kind].mean() for kind in (TARGET, DISTRACTOR)]
    assert area[0] == pytest.approx(area[1], rel=0.05)
    assert brightness[0] == pytest.approx(brightness[1], rel=0.02)
    assert brightness[0] > 5 * scenes.images[scenes.masks == BACKGROUND].mean()


def test_a_cross_covers_as_much_as_the_disc_of_its_radius():
    one_kind = draw_scenes(60, 120, [1])  # large, so that borders of pixels count little
    alone = [sizes_of_shapes(mask, kind) for mask in one_kind.masks for kind in (TARGET, DISTRACTOR)]
    discs, crosses = np.concatenate(alone[::2]), np.concatenate(alone[1::2])
    smallest, largest = np.pi * (0.2 * 40) ** 2, np.pi * (0.4 * 40) ** 2  # of radii of 0.2 to 0.4 cells
    for areas in (discs, crosses):
        assert areas.min() > 0.94 * smallest
        assert areas.max() < 1.06 * largest


def sizes_of_shapes(mask, kind):
    """Pixels of each shape: each has a cell of a grid 3×3 of its own."""
    cells = (mask == kind).reshape(3, 40, 3, 40).sum(axis=(1, 3)).ravel()
    return cells[cells > 0]


def test_there_are_0_to_4_of_each_kind_and_none_touches_another():
    masks = draw_scenes(300, 120, [1]).masks
    counts = np.array([[len(sizes_of_shapes(m, kind)) for kind in (TARGET, DISTRACTOR)] for m in masks])
    assert counts.min() == 0
    assert counts.max() == 4
    assert abs(np.corrcoef(counts.T)[0, 1]) < 0.15  # crosses say nothing of discs
    kinds_in_cells = [
        {*np.unique(cell)} - {BACKGROUND}
        for m in masks[:50]
        for row in np.split(m, 3)
        for cell in np.split(row, 3, axis=1)
    ]
    assert max(map(len, kinds_in_cells)) == 1


def test_fewer_scenes_are_the_first_of_more():
    more, fewer = draw_scenes(9, 30, [0, 1]), draw_scenes(4, 30, [0, 1])
    np.testing.assert_array_equal(more.images[:4], fewer.images)
    np.testing.assert_array_equal(more.masks[:4], fewer.masks)


def test_another_seed_draws_others():
    assert not np.array_equal(draw_scenes(4, 30, [0]).masks, draw_scenes(4, 30, [1]).masks)
