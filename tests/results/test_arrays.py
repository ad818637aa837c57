import numpy as np
import pytest

from ablation.errors import UsageError
from ablation.results import Arrays

KEY, OTHER = "a" * 64, "b" * 64
PICTURES = {
    "input.rgb": np.arange(12, dtype=np.uint8).reshape(2, 3, 2),
    "latent": np.eye(2, dtype=np.float16),
}


@pytest.fixture
def arrays(tmp_path):
    return Arrays(tmp_path / "runs" / "study")


def test_arrays_come_back_as_they_were(arrays):
    arrays.save("arrays", KEY, PICTURES)
    found = arrays.load("arrays", KEY)
    assert found.keys() == PICTURES.keys()
    for name, array in PICTURES.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_what_is_not_there_is_none(arrays):
    assert arrays.load("arrays", KEY) is None
    arrays.save("arrays", KEY, PICTURES)
    assert arrays.load("weights", KEY) is None
    assert arrays.load("arrays", OTHER) is None


def test_a_later_attempt_replaces_an_earlier_one(arrays):
    arrays.save("arrays", KEY, PICTURES)
    arrays.save("arrays", KEY, {"latent": np.zeros(3)})
    assert list(arrays.load("arrays", KEY)) == ["latent"]
    assert arrays.keys("arrays") == [KEY]


def test_a_removed_run_has_none_and_may_be_removed_twice(arrays):
    arrays.save("weights", KEY, PICTURES)
    arrays.save("weights", OTHER, PICTURES)
    arrays.remove("weights", KEY)
    arrays.remove("weights", KEY)
    assert arrays.keys("weights") == [OTHER]


@pytest.mark.parametrize("size", [0, 1, 30, 100, 400])
def test_a_truncated_file_counts_as_none(arrays, size):
    arrays.save("arrays", KEY, PICTURES)
    path = arrays.folder / "arrays" / f"{KEY}.npz"
    whole = path.read_bytes()
    assert size < len(whole)
    path.write_bytes(whole[:size])
    assert arrays.load("arrays", KEY) is None


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "study").write_text("a file")
    with pytest.raises(UsageError, match=r"study/arrays"):
        Arrays(tmp_path / "study").save("arrays", KEY, PICTURES)


def test_a_path_cannot_be_smuggled_in_as_a_key(arrays):
    with pytest.raises(Exception, match="key"):
        arrays.load("arrays", "../../etc/passwd")
