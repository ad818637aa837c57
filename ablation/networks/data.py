"""The data sets, as images in [0, 1]."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from ablation.errors import UsageError
from ablation.networks.idx import FASHION_MNIST, MNIST, Published, read_published

# Of the arrays in mnist_sample.npz, see `make_sample.py`.
_SAMPLE_SHA256 = "f275750fe0038505a11d06f4787c1709f84e3d69fe2c714ecfac8f4f350d865c"


@dataclass(frozen=True)
class Images:
    """A data set.

    Args:
        train: images to train on, float32 (n, height, width, 1) in [0, 1].
        test: images to measure on, likewise.
        train_labels: what they show, (n,) int.
        test_labels: likewise.
    """

    train: np.ndarray
    test: np.ndarray
    train_labels: np.ndarray
    test_labels: np.ndarray


def load_images(
    name: str, folder: str | None = None, n_train: int | None = None, n_test: int | None = None
) -> Images:
    """Load a data set.

    Args:
        name: one of `DATA_SETS`.
        folder: of the IDX files, for the full data sets; None downloads them once.
        n_train: the first so many training images; None takes all.
        n_test: likewise of the test images.

    Raises:
        UsageError: unknown name, missing or damaged files, more images asked for than there are.
    """
    _known(name)
    train, train_labels, test, test_labels = DATA_SETS[name].load(folder)
    n_train, n_test = _count("n_train", n_train, train), _count("n_test", n_test, test)
    return Images(
        train=_to_images(train[:n_train]),
        test=_to_images(test[:n_test]),
        train_labels=train_labels[:n_train].astype(int),
        test_labels=test_labels[:n_test].astype(int),
    )


def data_hash(name: str) -> str:
    """What identifies the content of a data set: a SHA-256 in hex. Loading verifies it."""
    _known(name)
    return DATA_SETS[name].sha256


@dataclass(frozen=True)
class DataSet:
    """How to load a data set's four uint8 arrays from a folder, and what identifies its content."""

    load: Callable[[str | None], tuple[np.ndarray, ...]]
    sha256: str


def arrays_hash(arrays: tuple[np.ndarray, ...]) -> str:
    """SHA-256 of shapes, types and values."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _load_sample(_folder: str | None) -> tuple[np.ndarray, ...]:
    """The real MNIST digits that come with the package."""
    resource = files("ablation.networks") / "mnist_sample.npz"
    with resource.open("rb") as file, np.load(file, allow_pickle=False) as npz:
        arrays = tuple(npz[key] for key in ("train", "train_labels", "test", "test_labels"))
    if arrays_hash(arrays) != _SAMPLE_SHA256:
        raise UsageError(f"{resource} is not the file that was shipped. Install the package anew.")
    return arrays


def _published(name: str, published: Published) -> DataSet:
    def load(folder: str | None) -> tuple[np.ndarray, ...]:
        return tuple(read_published(name, published, folder).values())

    return DataSet(load, hashlib.sha256("".join(published.checksums.values()).encode()).hexdigest())


def _to_images(raw: np.ndarray) -> np.ndarray:
    return raw.astype(np.float32)[..., np.newaxis] / 255


def _count(key: str, wanted: int | None, images: np.ndarray) -> int:
    if wanted is not None and not 1 <= wanted <= len(images):
        raise UsageError(f"data.{key}: expected 1 to {len(images)}, or null for all. Received: {wanted}")
    return wanted or len(images)


def _known(name: str) -> None:
    if name not in DATA_SETS:
        raise UsageError(f"data.name: expected one of {', '.join(DATA_SETS)}. Received: {name!r}")


DATA_SETS = {
    "mnist_sample": DataSet(_load_sample, _SAMPLE_SHA256),
    "mnist": _published("mnist", MNIST),
    "fashion_mnist": _published("fashion_mnist", FASHION_MNIST),
}
