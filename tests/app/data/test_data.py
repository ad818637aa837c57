import re

import numpy as np
import pytest

from ablation.app.data import data
from ablation.app.data.data import DATA_SETS, data_hash, load_images
from ablation.app.data.idx import FASHION_MNIST, MNIST, Published
from ablation.errors import UsageError
from tests.app.networks.published import N_TEST, N_TRAIN, mentions, tiny_arrays, write_set


@pytest.fixture(scope="module")
def sample():
    return load_images("mnist_sample")


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """The folder of a small data set that is known as `tiny`."""
    monkeypatch.setitem(DATA_SETS, "tiny", data._published("tiny", write_set(tmp_path, gz=True)))
    return str(tmp_path)


def test_sample_is_8000_and_2000_images_between_0_and_1(sample):
    assert sample.train.shape == (8000, 28, 28, 1)
    assert sample.test.shape == (2000, 28, 28, 1)
    for images in (sample.train, sample.test):
        assert images.dtype == np.float32
        assert (images.min(), images.max()) == (0, 1)


def test_the_cells_of_a_study_share_their_images_which_nobody_changes(sample):
    again = load_images("mnist_sample")
    assert again.train is sample.train
    for array in (again.train, again.test, again.train_labels, again.test_labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_sample_has_a_digit_for_each_image(sample):
    assert sample.train_labels.shape == (8000,)
    assert sample.test_labels.shape == (2000,)
    assert set(sample.train_labels) == set(sample.test_labels) == set(range(10))


def test_sample_is_the_beginning_of_the_full_mnist(sample, shared):
    folder = shared / "data" / "mnist"
    if not folder.is_dir():
        pytest.skip(f"needs the four files of MNIST in {folder}")
    full = load_images("mnist", str(folder))
    assert full.train.shape == (60_000, 28, 28, 1)
    assert full.test.shape == (10_000, 28, 28, 1)
    np.testing.assert_array_equal(sample.train, full.train[:8000])
    np.testing.assert_array_equal(sample.test, full.test[:2000])
    np.testing.assert_array_equal(sample.train_labels, full.train_labels[:8000])
    np.testing.assert_array_equal(sample.test_labels, full.test_labels[:2000])


def test_a_sample_that_was_not_shipped_is_refused(monkeypatch):
    monkeypatch.setattr(data, "_SAMPLE_SHA256", "0" * 64)
    data._loaded.cache_clear()
    with pytest.raises(UsageError, match=mentions("mnist_sample.npz", "Reinstall the package")):
        load_images("mnist_sample")


def test_images_are_bytes_over_255_with_their_labels(tiny):
    raw, images = tiny_arrays(), load_images("tiny", tiny)
    expected = raw["train-images-idx3-ubyte"].astype(float)[..., None] / 255
    np.testing.assert_allclose(images.train, expected, rtol=1e-6)
    np.testing.assert_array_equal(images.train_labels, raw["train-labels-idx1-ubyte"])
    np.testing.assert_array_equal(images.test_labels, raw["t10k-labels-idx1-ubyte"])


def test_the_first_images_are_taken(tiny):
    whole, part = load_images("tiny", tiny), load_images("tiny", tiny, n_train=4, n_test=1)
    np.testing.assert_array_equal(part.train, whole.train[:4])
    np.testing.assert_array_equal(part.test, whole.test[:1])
    assert (len(part.train_labels), len(part.test_labels)) == (4, 1)
    everything = load_images("tiny", tiny, n_train=N_TRAIN, n_test=N_TEST)
    assert (len(everything.train), len(everything.test)) == (N_TRAIN, N_TEST)


@pytest.mark.parametrize(("key", "there"), [("n_train", N_TRAIN), ("n_test", N_TEST)])
@pytest.mark.parametrize("beyond", [-1, 0, None])
def test_more_or_fewer_images_than_there_are_are_refused(tiny, key, there, beyond):
    wanted = there + 1 if beyond is None else beyond
    with pytest.raises(UsageError, match=mentions(f"data.{key}", f"1 to {there}", f"Received: {wanted}")):
        load_images("tiny", tiny, **{key: wanted})


@pytest.mark.parametrize("function", [load_images, data_hash])
def test_an_unknown_name_lists_the_data_sets(function):
    with pytest.raises(UsageError, match=mentions("mnist_sample, mnist, fashion_mnist", "'mnits'")):
        function("mnits")


def test_each_data_set_has_a_hash_of_its_own():
    hashes = [data_hash(name) for name in DATA_SETS]
    assert len(set(hashes)) == len(hashes) >= 3
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in hashes)


@pytest.mark.parametrize("file", MNIST.checksums)
def test_another_checksum_gives_another_data_hash(monkeypatch, file):
    changed = Published({**MNIST.checksums, file: "0" * 64}, "sha256", False, MNIST.mirrors)
    monkeypatch.setitem(DATA_SETS, "changed", data._published("changed", changed))
    assert data_hash("changed") != data_hash("mnist")


def test_arrays_of_another_shape_or_type_have_another_hash():
    zeros = np.zeros((2, 3), np.uint8)
    others = [zeros.reshape(3, 2), zeros.astype(np.int8), zeros + np.uint8(1)]
    assert len({data.arrays_hash((array,)) for array in [zeros, *others]}) == 4


def test_published_checksums_are_those_of_the_publishers():
    assert MNIST.checksums["train-images-idx3-ubyte"].startswith("ba891046e6505d7a")
    assert MNIST.checksums["train-labels-idx1-ubyte"].startswith("65a50cbbf4e906d7")
    assert MNIST.checksums["t10k-images-idx3-ubyte"].startswith("0fa7898d509279e4")
    assert MNIST.checksums["t10k-labels-idx1-ubyte"].startswith("ff7bcfd416de3373")
    assert not MNIST.compressed
    assert (FASHION_MNIST.algorithm, FASHION_MNIST.compressed) == ("md5", True)
