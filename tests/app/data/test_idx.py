import gzip
from pathlib import Path

import numpy as np
import pytest

from ablation.app.data.data import load_images
from ablation.app.data.idx import FASHION_MNIST, parse_idx, read_published
from ablation.errors import UsageError
from tests.app.networks.published import mentions, tiny_arrays, to_idx, write_set

FILE = "t10k-images-idx3-ubyte"


def assert_tiny(arrays):
    assert list(arrays) == list(tiny_arrays())
    for file, expected in tiny_arrays().items():
        assert arrays[file].dtype == np.uint8
        np.testing.assert_array_equal(arrays[file], expected)


@pytest.mark.parametrize(("gz", "compressed"), [(True, False), (False, False), (True, True)])
def test_a_folder_of_published_files_is_read(tmp_path, gz, compressed):
    assert_tiny(read_published("tiny", write_set(tmp_path, gz, compressed), str(tmp_path)))


@pytest.mark.parametrize("compressed", [False, True])
def test_a_folder_may_hold_both_forms(tmp_path, compressed):
    write_set(tmp_path, gz=False)
    assert_tiny(read_published("tiny", write_set(tmp_path, True, compressed), str(tmp_path)))


def cut(content):
    return content[: len(content) // 2]


def change_last(content):
    return content[:-1] + bytes([content[-1] ^ 1])


def change_inside_gzip(content):
    return gzip.compress(change_last(gzip.decompress(content)))


def change_stream(content):
    middle = len(content) // 2
    return content[:middle] + bytes(8) + content[middle + 8 :]


@pytest.mark.parametrize(
    ("gz", "damage", "what"),
    [
        (True, cut, "damaged"),
        (True, lambda content: content[:2], "damaged"),
        (True, change_stream, "damaged"),
        (True, change_last, "damaged"),
        (True, change_inside_gzip, "not the published file. Expected sha256"),
        (True, lambda _: b"<html>Sign in to this network</html>", "not the published file"),
        (False, cut, "not the published file. Expected sha256"),
        (False, change_last, "not the published file. Expected sha256"),
        (False, lambda _: b"", "not the published file"),
    ],
)
def test_a_damaged_file_is_named_with_what_to_do(tmp_path, gz, damage, what):
    published = write_set(tmp_path, gz)
    path = tmp_path / (f"{FILE}.gz" if gz else FILE)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UsageError, match=mentions(path, what, "Delete it and run again")):
        read_published("tiny", published, str(tmp_path))


def test_another_gzip_of_the_same_content_is_refused_where_the_gzip_is_hashed(tmp_path):
    published = write_set(tmp_path, gz=True, compressed=True)
    path = tmp_path / f"{FILE}.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), mtime=1))
    with pytest.raises(UsageError, match=mentions(path, "Expected md5", published.checksums[FILE])):
        read_published("tiny", published, str(tmp_path))


def test_a_plain_file_is_refused_where_the_gzip_is_hashed(tmp_path):
    for file in FASHION_MNIST.checksums:
        (tmp_path / file).write_bytes(to_idx(np.zeros((1, 28, 28), np.uint8)))
    path = tmp_path / "train-images-idx3-ubyte"
    with pytest.raises(UsageError, match=mentions(path, "Received: a plain file", ".gz")):
        load_images("fashion_mnist", str(tmp_path))


def test_a_missing_file_is_named_with_what_to_do(tmp_path):
    published = write_set(tmp_path, gz=True)
    (tmp_path / f"{FILE}.gz").unlink()
    with pytest.raises(UsageError, match=mentions("data.folder", tmp_path, FILE, "data.folder=null")):
        read_published("tiny", published, str(tmp_path))


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_a_folder_that_does_not_exist_is_named_with_what_to_do(tmp_path, name):
    folder = tmp_path / "nowhere"
    with pytest.raises(UsageError, match=mentions("data.folder", folder, "Name another folder")):
        load_images(name, str(folder))


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 4)])
def test_an_idx_file_of_any_rank_is_parsed(shape):
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    np.testing.assert_array_equal(parse_idx(to_idx(array), Path("x")), array)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "expected an IDX file"),
        (b"\0\0\x08", "expected an IDX file"),
        (b"PK\x03\x04 and more", "expected an IDX file"),
        (b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0", "expected an IDX file of bytes"),  # 0d: floats
        (b"\0\0\x08\x03\0\0\0\x01", "expected an IDX file"),
        (to_idx(np.zeros((2, 3), np.uint8))[:-1], "expected 6 values. Received: 5"),
        (to_idx(np.zeros((2, 3), np.uint8)) + b"\0", "expected 6 values. Received: 7"),
    ],
)
def test_what_is_no_idx_file_is_named(content, what):
    with pytest.raises(UsageError, match=mentions("digits-idx3", what)):
        parse_idx(content, Path("digits-idx3"))
