import numpy as np
import pytest

from ablation.app.data.user_arrays import file_hash, read_samples
from ablation.errors import UsageError


def arrays(n=10, prefix=""):
    """Two inputs of different sizes; `y` counts, so that a sample can be recognised."""
    counted = np.arange(n, dtype=np.float32)
    return {
        f"{prefix}left": np.tile(counted[:, None, None, None], (1, 6, 8, 3)),
        f"{prefix}right": np.tile(counted[:, None, None, None], (1, 4, 4, 1)),
        f"{prefix}y": counted,
        f"{prefix}mask_left": np.tile((counted % 3)[:, None, None], (1, 6, 8)).astype(np.uint8),
    }


@pytest.fixture
def written(tmp_path):
    def write(**content):
        path = tmp_path / "mine.npz"
        np.savez(path, **content)
        return str(path)

    return write


def test_a_share_is_drawn_for_the_test_and_samples_stay_together(written):
    samples = read_samples(written(**arrays()), test_share=0.3)
    assert (len(samples.train_y), len(samples.test_y)) == (7, 3)
    assert sorted([*samples.train_y, *samples.test_y]) == list(range(10))
    for images, y in ((samples.train, samples.train_y), (samples.test, samples.test_y)):
        for array in images.values():
            np.testing.assert_array_equal(array[:, 0, 0, 0], y)
    np.testing.assert_array_equal(samples.test_masks["left"][:, 0, 0], samples.test_y % 3)
    assert "right" not in samples.test_masks


def test_another_seed_draws_other_samples(written):
    path = written(**arrays(40))
    drawn = [tuple(read_samples(path, seed=seed).test_y) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_file_may_name_its_test_samples(written):
    samples = read_samples(written(**arrays(), **arrays(4, "test_")), n_train=6, n_test=2)
    np.testing.assert_array_equal(samples.train_y, np.arange(6))
    np.testing.assert_array_equal(samples.test_y, np.arange(2))
    assert samples.test_masks["left"].shape == (2, 6, 8)


def test_bytes_become_shares_of_255(written):
    content = {**arrays(), "right": np.full((10, 4, 4, 1), 51, np.uint8)}
    samples = read_samples(written(**content))
    np.testing.assert_allclose(samples.train["right"], 0.2)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"left": np.zeros((10, 6, 8))}, ["left", "(n, height, width, channels)", "(10, 6, 8)"]),
        ({"left": np.zeros((9, 6, 8, 3))}, ["left", "10 samples", "(9, 6, 8, 3)"]),
        ({"y": np.zeros((10, 1))}, ["y", "(n,)", "(10, 1)"]),
        ({"y": np.full(10, np.nan)}, ["y", "finite"]),
        ({"left": np.full((10, 6, 8, 3), "a")}, ["left", "numbers"]),
        ({"mask_left": np.zeros((10, 5, 8))}, ["mask_left", "(10, 6, 8)", "(10, 5, 8)"]),
        ({"mask_left": np.full((10, 6, 8), 3)}, ["mask_left", "0, 1 and 2"]),
        ({"mask_middle": np.zeros((10, 6, 8))}, ["mask_middle", "an input middle"]),
        ({"my/input": np.zeros((10, 6, 8, 3))}, ["my/input", "letters"]),
        ({"test_y": np.zeros(3)}, ["test_<input>", "test_y"]),
    ],
)
def test_wrong_arrays_are_named(written, change, expected):
    with pytest.raises(UsageError) as error:
        read_samples(written(**{**arrays(), **change}))
    for words in expected:
        assert words in str(error.value)


def test_test_images_have_the_shape_of_the_others(written):
    tests = {**arrays(3, "test_"), "test_right": np.zeros((3, 5, 5, 1))}
    with pytest.raises(UsageError, match="of the same shape"):
        read_samples(written(**arrays(), **tests))


def test_arrays_without_numbers_are_refused(written):
    with pytest.raises(UsageError, match="y"):
        read_samples(written(left=np.zeros((10, 6, 8, 3))))


@pytest.mark.parametrize("share", [0, 1, 0.01])
def test_a_share_that_leaves_nothing_is_refused(written, share):
    with pytest.raises(UsageError, match=r"data\.test_share"):
        read_samples(written(**arrays()), test_share=share)


@pytest.mark.parametrize(("key", "n"), [("n_train", 9), ("n_test", 0)])
def test_more_or_fewer_samples_than_there_are_are_refused(written, key, n):
    with pytest.raises(UsageError, match=rf"data\.{key}: expected 1 to"):
        read_samples(written(**arrays()), **{key: n})


@pytest.mark.parametrize("path", [None, "nowhere.npz"])
@pytest.mark.parametrize("function", [read_samples, file_hash])
def test_no_file_is_a_sentence_on_what_it_should_hold(path, function):
    with pytest.raises(UsageError, match=r"data\.path: expected an \.npz file.*mask_<input>"):
        function(path)


def test_a_file_of_something_else_is_refused(tmp_path):
    path = tmp_path / "mine.npz"
    path.write_bytes(b"no archive")
    with pytest.raises(UsageError, match="cannot be read"):
        read_samples(str(path))


def test_another_content_has_another_hash(written):
    first = file_hash(written(**arrays()))
    assert file_hash(written(**arrays())) == first
    assert file_hash(written(**arrays(11))) != first
