import keras
import numpy as np
import pytest
from keras import ops

from ablation.app.maps.targets import MapMeasure, stretched
from ablation.app.problems.map_scores import N_SHOWN, irrelevant_inputs, map_arrays, map_responses

MASK = np.array([[[1, 1, 2, 2], [0, 0, 0, 0]]], np.uint8)
IMAGES = np.array([[[[0.9], [0.1], [0.5], [0.4]], [[0], [0], [0], [0]]]], np.float32)


def test_a_map_is_scored_by_the_pairs_it_puts_right():
    found = {
        "grad_cam.rgb": np.array([[[3, 1, 2, 0], [9, 9, 9, 9.0]]])
    }  # 3 of 4 pairs; the background counts not
    responses = map_responses(found, {"rgb": IMAGES}, {"rgb": MASK})
    assert responses["contrast_auroc.rgb.grad_cam"] == 0.75
    assert responses["contrast_auroc.rgb.magnitude"] == 0.5  # 0.9 above both, 0.1 below both


def test_an_inverted_map_stays_inverted():
    found = {"attention.rgb": np.array([[[0, 0, 1, 1], [0, 0, 0, 0.0]]])}
    assert map_responses(found, {"rgb": IMAGES}, {"rgb": MASK})["contrast_auroc.rgb.attention"] == 0


def test_random_networks_count_as_their_mean():
    right = np.array([[[1, 1, 0, 0], [0, 0, 0, 0.0]]])
    found = {"grad_cam_random.rgb": np.stack([right, -right, -right, -right])}
    responses = map_responses(found, {"rgb": IMAGES}, {"rgb": MASK})
    assert responses["contrast_auroc.rgb.grad_cam_random"] == 0.25


def test_images_without_targets_or_distractors_do_not_count():
    masks, images = np.concatenate([MASK, MASK * 0]), np.concatenate([IMAGES, IMAGES])
    found = {"grad_cam.rgb": np.concatenate([np.array([[[1, 1, 0, 0], [0, 0, 0, 0.0]]])] * 2)}
    assert map_responses(found, {"rgb": images}, {"rgb": masks})["contrast_auroc.rgb.grad_cam"] == 1


def test_what_cannot_be_measured_is_left_out_rather_than_no_number():
    found = {"grad_cam.rgb": np.ones((1, 2, 4)), "error": np.ones(1)}
    assert map_responses(found, {"rgb": IMAGES}, {}) == {}
    assert map_responses(found, {"rgb": IMAGES}, {"rgb": MASK * 0}) == {}


def test_the_share_of_an_irrelevant_branch_is_its_part_of_all_that_maps_show():
    found = {
        "grad_cam.rgb": np.full((1, 2, 4), 3.0),
        "grad_cam.fixed": np.full((1, 2, 4), -1.0),
        "grad_cam_random.rgb": np.full((2, 1, 2, 4), 1.0),
        "grad_cam_random.fixed": np.full((2, 1, 2, 4), 1.0),
    }
    images = {"rgb": IMAGES, "fixed": IMAGES}
    responses = map_responses(found, images, {"rgb": MASK, "fixed": np.where(MASK > 0, 2, 0)})
    assert responses["irrelevant_branch_share"] == 0.25
    assert responses["irrelevant_branch_share_random"] == 0.5
    assert not any(name.startswith("contrast_auroc.fixed") for name in responses)


def test_an_input_is_irrelevant_where_others_show_targets():
    assert irrelevant_inputs({"a": MASK, "b": MASK * 0}) == ["b"]
    assert irrelevant_inputs({"a": MASK * 0, "b": MASK * 0}) == []


def test_the_first_few_images_and_maps_are_kept_for_the_report():
    many = np.repeat(IMAGES, 9, axis=0)
    found = {"grad_cam.rgb": np.ones((9, 2, 4)), "grad_cam_random.rgb": np.ones((3, 9, 2, 4))}
    arrays = map_arrays(found, {"rgb": many}, {"rgb": np.repeat(MASK, 9, axis=0)})
    assert arrays.keys() == {"input.rgb", "heatmap.rgb.grad_cam", "mask.rgb"}
    assert {len(array) for array in arrays.values()} == {N_SHOWN}
    np.testing.assert_array_equal(arrays["input.rgb"], np.round(many[:N_SHOWN] * 255))


@pytest.fixture
def doubling():
    """A network of one weight w: x → w · x, with w = 2."""
    images = keras.Input((4, 4, 1), name="rgb")
    network = keras.Model(images, keras.layers.Conv2D(1, 1, use_bias=False)(images))
    network.set_weights([np.full((1, 1, 1, 1), 2.0)])
    return network


def test_random_networks_have_their_own_weights_and_leave_the_network_its_own(doubling):
    measure = MapMeasure(
        {"grad_cam": lambda images: {"rgb": doubling(images["rgb"])[..., 0]}},
        stretched,
        random=[[(doubling.variables[0], ops.full((1, 1, 1, 1), w))] for w in (5.0, 7.0)],
    )
    found = measure({"rgb": ops.ones((3, 4, 4, 1))})
    assert ops.convert_to_numpy(found["grad_cam.rgb"]).tolist() == np.full((3, 4, 4), 2).tolist()
    random = ops.convert_to_numpy(found["grad_cam_random.rgb"])
    assert random.shape == (2, 3, 4, 4)
    np.testing.assert_array_equal(random[:, 0, 0, 0], [5, 7])
    np.testing.assert_array_equal(doubling.get_weights()[0], 2)


def test_maps_get_the_size_of_their_images():
    maps = stretched({"rgb": ops.ones((2, 5, 5))}, {"rgb": ops.ones((2, 20, 10, 3))})
    assert maps["rgb"].shape == (2, 20, 10)
