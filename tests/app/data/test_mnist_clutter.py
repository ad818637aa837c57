import numpy as np
import pytest

from ablation.app.data.data import load_images
from ablation.app.data.mnist_clutter import add_clutter
from ablation.app.maps.scores import contrast_auroc
from ablation.errors import UsageError


@pytest.fixture(scope="module")
def digits():
    return np.round(load_images("mnist_sample", n_test=60).test[..., 0] * 255).astype(np.uint8)


@pytest.fixture(scope="module")
def cluttered(digits):
    return add_clutter(digits, 40, [0])


def test_each_digit_is_whole_on_its_canvas_rolled_to_some_place(digits, cluttered):
    images, masks = cluttered
    assert images.shape == masks.shape == (60, 40, 40)
    for digit, image, mask in zip(digits, images, masks, strict=True):
        ink = np.zeros((40, 40), bool)
        ink[:28, :28] = digit >= 64
        matches = np.fft.ifft2(np.fft.fft2(mask == 1) * np.conj(np.fft.fft2(ink))).real  # of all rolls
        place = np.unravel_index(matches.argmax(), matches.shape)
        back = np.roll(image, tuple(-shift for shift in place), axis=(0, 1))[:28, :28]
        np.testing.assert_array_equal(back[digit > 0], digit[digit > 0])
        assert (mask == 1).sum() == ink.sum()


def test_clutter_is_ink_that_belongs_to_no_digit(cluttered):
    images, masks = cluttered
    assert (images[masks == 2] >= 64).all()
    assert (images[masks == 0] < 64).all()
    assert np.mean((masks == 2).any(axis=(1, 2))) > 0.9  # almost every canvas has some
    brightness = [images[masks == kind].mean() for kind in (1, 2)]
    assert brightness[0] == pytest.approx(brightness[1], rel=0.05)


def test_knowing_the_middle_does_not_help():
    digits = np.round(load_images("mnist_sample", n_test=400).test[..., 0] * 255).astype(np.uint8)
    _, masks = add_clutter(digits, 40, [1])
    offset = np.arange(40) - 19.5
    nearness = -np.hypot(offset[:, None], offset)
    scores = contrast_auroc(np.repeat(nearness[None], 400, axis=0), masks)
    scores = scores[~np.isnan(scores)]
    assert abs(scores.mean() - 0.5) < 3 * scores.std() / np.sqrt(len(scores))


def test_a_canvas_smaller_than_a_digit_is_refused(digits):
    with pytest.raises(UsageError, match=r"data\.size: expected 28"):
        add_clutter(digits, 20, [0])


def test_the_data_set_has_masks_of_its_test_images_and_the_samples_labels():
    images, plain = load_images("mnist_clutter", n_train=5, n_test=7), load_images("mnist_sample", n_test=7)
    assert (images.train.shape, images.test.shape) == ((5, 40, 40, 1), (7, 40, 40, 1))
    assert images.test_masks is not None
    np.testing.assert_array_equal(images.test[..., 0] * 255 >= 63.9, images.test_masks > 0)
    np.testing.assert_array_equal(images.test_labels, plain.test_labels)
    assert plain.test_masks is None
