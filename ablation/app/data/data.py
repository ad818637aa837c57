"""The data sets: images in [0, 1], or several pictures with a number."""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from ablation.app.data import mnist_clutter, synthetic_density
from ablation.app.data.idx import FASHION_MNIST, MNIST, Published, read_published
from ablation.app.data.samples import Samples
from ablation.app.data.user_arrays import file_hash, read_samples
from ablation.app.plugin_registry import registry
from ablation.errors import UsageError

if TYPE_CHECKING:
    from ablation.app.config import Data

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
        test_masks: what each test pixel shows, uint8 (n, height, width): 0 background, 1 target,
            2 distractor; None where that is unknown.
    """

    train: np.ndarray
    test: np.ndarray
    train_labels: np.ndarray
    test_labels: np.ndarray
    test_masks: np.ndarray | None = None


def load_images(
    name: str,
    folder: str | None = None,
    n_train: int | None = None,
    n_test: int | None = None,
    size: int = 40,
    seed: int = 0,
) -> Images:
    """Load a data set of images. The cells of a study share them, so the arrays are read-only.

    Args:
        name: one of `DATA_SETS`, or a plugin's.
        folder: of the IDX files, for the full data sets; None downloads them once.
        n_train: the first so many training images; None takes all.
        n_test: likewise of the test images.
        size: of the canvas of `mnist_clutter`, in pixels; the others have a size of their own.
        seed: of its clutter.

    Raises:
        UsageError: unknown name, missing or damaged files, more images asked for than there are.
    """
    return _loaded(registry.loaded, name, folder, n_train, n_test, size, seed)


@lru_cache(maxsize=1)  # two plugins may call different data by one name
def _loaded(
    _plugins: tuple[tuple[str, str], ...],
    name: str,
    folder: str | None,
    n_train: int | None,
    n_test: int | None,
    size: int,
    seed: int,
) -> Images:
    loaders = _image_loaders()
    _known(name, loaders)
    train, train_labels, test, test_labels = loaders[name](folder)
    masks = None
    if name == "mnist_clutter":
        train, _ = mnist_clutter.add_clutter(train, size, [seed, 0])
        test, masks = mnist_clutter.add_clutter(test, size, [seed, 1])
    n_train, n_test = _count("n_train", n_train, train), _count("n_test", n_test, test)
    images = Images(
        train=_to_images(train[:n_train]),
        test=_to_images(test[:n_test]),
        train_labels=train_labels[:n_train].astype(int),
        test_labels=test_labels[:n_test].astype(int),
        test_masks=None if masks is None else masks[:n_test],
    )
    for array in vars(images).values():
        if array is not None:
            array.setflags(write=False)
    return images


def image_loader(data: "Data") -> Callable[[], Images]:
    """The function that loads the images of a configuration; it reads the settings that these depend on."""
    drawn: tuple[int, ...] = ()
    if data.name == "mnist_clutter":
        mnist_clutter.check_size(data.size)
        drawn = data.size, data.seed
    return partial(load_images, data.name, data.folder, data.n_train, data.n_test, *drawn)


def sample_loader(data: "Data") -> Callable[[], Samples]:
    """The function that loads several pictures with a number, likewise."""
    if data.name == "npz":
        return partial(read_samples, data.path, data.test_share, data.seed, data.n_train, data.n_test)
    return partial(synthetic_density.synthetic_density, data.size, data.n_train, data.n_test, data.seed)


def check_data(name: str, model: str, sets: Sequence[str]) -> None:
    """Refuse a data set that the network cannot learn from.

    Raises:
        UsageError: naming those it can.
    """
    _known(name, [*_image_loaders(), *SAMPLE_SETS])
    sets = sets or tuple(_image_loaders())
    if name not in sets:
        raise UsageError(
            f"data.name: model.name={model} learns from one of {', '.join(sets)}. Received: {name!r}. "
            f"Say data={sets[0]}, or choose another model."
        )


def data_hash(name: str, path: str | None = None, folder: str | None = None) -> str:
    """The SHA-256 of a data set's content, in hex. For a built-in data set, loading verifies it.

    Args:
        name: of the data set.
        path: of the file of `npz`.
        folder: of the files of a plugin's data set; its arrays are read to hash them.
    """
    _known(name, [*_image_loaders(), *SAMPLE_SETS])
    if name == "npz":
        return file_hash(path)
    if name in registry.data_sets:
        return _own_hash(name, folder, registry.loaded)
    return DATA_SETS[name].sha256 if name in DATA_SETS else _text_hash(synthetic_density.VERSION)


@dataclass(frozen=True)
class DataSet:
    """How to load a data set's four uint8 arrays from a folder, and what identifies its content."""

    load: Callable[[str | None], tuple[np.ndarray, ...]]
    sha256: str


@lru_cache(maxsize=8)  # called for each cell of a sweep
def _own_hash(name: str, folder: str | None, _plugins: tuple[tuple[str, str], ...]) -> str:
    return arrays_hash(_own_arrays(name, folder))


def _own_arrays(name: str, folder: str | None) -> tuple[np.ndarray, ...]:
    """The four arrays of a plugin's data set, checked."""
    arrays = tuple(map(np.asarray, registry.data_sets[name](folder)))
    images = len(arrays) == 4 and all(a.dtype == np.uint8 and a.ndim == 3 for a in arrays[::2])
    if not images or any(len(a) != len(labels) for a, labels in zip(arrays[::2], arrays[1::2], strict=True)):
        received = ", ".join(f"{a.dtype} {a.shape}" for a in arrays)
        raise UsageError(
            f"data.name={name}: expected training images, their labels, test images, their labels: bytes "
            f"(n, height, width) and integers (n,). Received: {received}. Change the plugin's function"
        )
    return arrays


def arrays_hash(arrays: tuple[np.ndarray, ...]) -> str:
    """SHA-256 of shapes, types and values."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _load_sample(_folder: str | None) -> tuple[np.ndarray, ...]:
    """The real MNIST digits that come with the package."""
    resource = files("ablation.app.data") / "mnist_sample.npz"
    with resource.open("rb") as file, np.load(file, allow_pickle=False) as npz:
        arrays = tuple(npz[key] for key in ("train", "train_labels", "test", "test_labels"))
    if arrays_hash(arrays) != _SAMPLE_SHA256:
        raise UsageError(f"{resource} is not the file that was shipped. Reinstall the package.")
    return arrays


def _published(name: str, published: Published) -> DataSet:
    def load(folder: str | None) -> tuple[np.ndarray, ...]:
        return tuple(read_published(name, published, folder).values())

    return DataSet(load, _text_hash("".join(published.checksums.values())))


def _to_images(raw: np.ndarray) -> np.ndarray:
    return raw.astype(np.float32)[..., np.newaxis] / 255


def _count(key: str, n: int | None, images: np.ndarray) -> int:
    if n is not None and not 1 <= n <= len(images):
        raise UsageError(f"data.{key}: expected 1 to {len(images)}, or null for all. Received: {n}")
    return n or len(images)


def _image_loaders() -> dict[str, Callable[[str | None], tuple[np.ndarray, ...]]]:
    """By name: the built-in ones and those of plugins."""
    own = {name: partial(_own_arrays, name) for name in registry.data_sets}
    return {**{name: each.load for name, each in DATA_SETS.items()}, **own}


def _known(name: str, names: Collection[str]) -> None:
    if name not in names:
        raise UsageError(f"data.name: expected one of {', '.join(names)}. Received: {name!r}")


def _text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


DATA_SETS = {
    "mnist_sample": DataSet(_load_sample, _SAMPLE_SHA256),
    "mnist": _published("mnist", MNIST),
    "fashion_mnist": _published("fashion_mnist", FASHION_MNIST),
    "mnist_clutter": DataSet(_load_sample, _text_hash(mnist_clutter.VERSION + _SAMPLE_SHA256)),
}
SAMPLE_SETS = ("synthetic_density", "npz")
