import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from ablation.app.maps.scores import (
    contrast_auroc,
    deletion_gain,
    irrelevant_branch_share,
    magnitude,
)
from ablation.errors import UsageError

MASK = np.array([[[1, 1, 2], [2, 0, 0]]])


def one(*rows):
    return np.array([rows], float)


@pytest.mark.parametrize(
    ("maps", "auroc"),
    [
        (one([5, 4, 3], [2, 9, 9]), 1.0),  # the background does not count
        (one([1, 2, 3], [4, 0, 0]), 0.0),
        (one([4, 2, 3], [1, 0, 0]), 0.75),  # 4 > 3, 4 > 1, 2 > 1 of four pairs
        (one([3, 2, 3], [1, 0, 0]), 0.625),  # one tie (½), two wins, one loss
        (one([7, 7, 7], [7, 0, 9]), 0.5),  # constant where it counts
        (one([-4, -2, -3], [-1, 0, 0]), 0.25),
    ],
)
def test_the_share_of_pairs_that_a_map_orders_rightly(maps, auroc):
    assert contrast_auroc(maps, MASK) == [auroc]


def test_a_map_that_marks_distractors_is_not_turned():
    found = contrast_auroc(
        np.concatenate([one([1, 2, 3], [4, 0, 0]), one([5, 4, 3], [2, 0, 0])]), [MASK[0]] * 2
    )
    assert found.tolist() == [0, 1]


@pytest.mark.parametrize("mask", [[[1, 1, 0], [0, 0, 0]], [[2, 2, 0], [0, 0, 0]], np.zeros((2, 3), int)])
def test_without_both_kinds_of_pixels_there_is_no_number(mask):
    assert np.isnan(contrast_auroc(one([1, 2, 3], [4, 5, 6]), [mask])).all()


def test_it_is_mann_and_whitney_s_statistic():
    rng = np.random.default_rng(0)
    maps, masks = rng.integers(0, 6, (5, 9, 7)).astype(float), rng.integers(0, 3, (5, 9, 7))
    for found, m, k in zip(contrast_auroc(maps, masks), maps, masks, strict=True):
        u = mannwhitneyu(m[k == 1], m[k == 2]).statistic
        assert found == pytest.approx(u / ((k == 1).sum() * (k == 2).sum()))


@pytest.mark.parametrize(
    ("maps", "masks", "sentence"),
    [
        (np.zeros((1, 2, 3)), np.zeros((1, 3, 2)), r"the shape of the maps.*\(1, 3, 2\), maps \(1, 2, 3\)"),
        (np.zeros((2, 3)), np.zeros((2, 3)), r"\(n, height, width\)"),
        (np.zeros((1, 2, 3)), np.full((1, 2, 3), 255), r"0, 1 \(target\) and 2 \(distractor\).*255"),
    ],
)
def test_masks_that_do_not_fit_are_refused(maps, masks, sentence):
    with pytest.raises(UsageError, match=sentence):
        contrast_auroc(maps, masks)


def test_the_share_of_a_branch_by_hand():
    maps = {"rgb": one([3, -1], [0, 0]), "fixed": one([1, -1], [1, 1]), "dynamic": one([-2], [2])}
    # means of |map| are 1, 1 and 2
    assert irrelevant_branch_share(maps, "fixed") == [0.25]
    assert irrelevant_branch_share(maps, "dynamic") == [0.5]


def test_maps_of_zeros_have_no_share():
    nothing = {"rgb": np.zeros((2, 2, 2)), "fixed": np.zeros((2, 2, 2))}
    nothing["rgb"][1] = 1
    found = irrelevant_branch_share(nothing, "fixed")
    assert np.isnan(found[0])
    assert found[1] == 0


def test_an_unknown_branch_is_answered_with_the_known_ones():
    with pytest.raises(UsageError, match=r"irrelevant: expected one of rgb, fixed\. Received: 'depth'"):
        irrelevant_branch_share({"rgb": one([1]), "fixed": one([1])}, "depth")


def test_deletion_gain_is_the_area_between_the_curves():
    by_map = np.array([[10.0, 4.0, 1.0, 0.0]])  # changes 0, 6, 9, 10: area (0/2 + 6 + 9 + 10/2) / 3
    by_chance = np.array([[[10.0, 7.0, 4.0, 0.0]], [[10.0, 13.0, 10.0, 0.0]]])  # 0, 3, 6, 10 and 0, 3, 0, 10
    np.testing.assert_allclose(deletion_gain(by_map, by_chance), [20 / 3 - (14 / 3 + 8 / 3) / 2])


def test_the_order_of_chance_gains_nothing():
    curves = np.random.default_rng(0).normal(size=(1, 4, 6))
    np.testing.assert_allclose(deletion_gain(curves[0], curves), 0, atol=1e-12)


def test_magnitude_is_the_mean_of_absolute_values_over_channels():
    images = np.array([[[[1.0, -3.0], [0.0, 0.5]]]])
    assert magnitude(images).tolist() == [[[2.0, 0.25]]]
