"""A user's own pictures and numbers, from one `.npz` file."""

import hashlib
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from ablation.app.data.samples import DISTRACTOR, Samples
from ablation.errors import UsageError

_TEST, _MASK = "test_", "mask_"
_LAYOUT = (
    "Expected an array (n, height, width, channels) for each input, under any name, the numbers `y` (n,), "
    "and if known `mask_<input>` (n, height, width) of 0 background, 1 target, 2 distractor"
)

Part = tuple[dict[str, np.ndarray], np.ndarray, dict[str, np.ndarray]]  # images, y, masks


def read_samples(
    path: str | None,
    test_share: float = 0.2,
    seed: int = 0,
    n_train: int | None = None,
    n_test: int | None = None,
) -> Samples:
    """Read a data set.

    The file, as `numpy.savez` writes it, holds an array for each input under a name of your choice, the
    numbers `y`, and where known masks `mask_<input>`. With a `test_` before each name it also holds the
    test samples; without, some are drawn from the others. Bytes become [0, 1]; floats stay as they are.

    Args:
        path: of the file.
        test_share: of the samples that are drawn for the test, when the file names none.
        seed: of that draw.
        n_train: the first so many; None takes all.
        n_test: likewise.

    Raises:
        UsageError: no such file, arrays of wrong shapes, or names without their partners.
    """
    arrays = _arrays(path)
    test_arrays = {name.removeprefix(_TEST): a for name, a in arrays.items() if name.startswith(_TEST)}
    whole = _part({name: a for name, a in arrays.items() if not name.startswith(_TEST)}, "")
    if test_arrays:
        train, test = whole, _part(test_arrays, _TEST)
        _check_same_inputs(train[0], test[0])
    else:
        train, test = _split(whole, test_share, seed)
    (images, y, _), (test_images, test_y, masks) = (
        _first(train, "n_train", n_train),
        _first(test, "n_test", n_test),
    )
    return Samples(images, test_images, y, test_y, masks)


def file_hash(path: str | None) -> str:
    """SHA-256 of the file, in hex, which identifies the data."""
    file = _existing(path)
    status = file.stat()
    return _hash(file, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=8)  # called for each cell of a sweep
def _hash(path: Path, _modified: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _existing(path: str | None) -> Path:
    if path is None or not Path(path).is_file():
        received = "none" if path is None else f"{path}, which is not there"
        raise UsageError(f"data.path: expected an .npz file. Received: {received}. {_LAYOUT}.")
    if not zipfile.is_zipfile(path):
        raise UsageError(
            f"data.path: expected an .npz file. Received: {path}, which cannot be read as one. {_LAYOUT}."
        )
    return Path(path)


def _arrays(path: str | None) -> dict[str, np.ndarray]:
    file = _existing(path)
    try:
        with np.load(file, allow_pickle=False) as npz:
            return {name: npz[name] for name in npz.files}
    except (AttributeError, EOFError, OSError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise UsageError(
            f"data.path={file}: expected an .npz file of numbers, as numpy.savez writes it. "
            f"Received one that cannot be read ({error})."
        ) from error


def _part(arrays: Mapping[str, np.ndarray], prefix: str) -> Part:
    """Checked images, numbers and masks of the training or of the test samples."""
    images = {name: a for name, a in arrays.items() if name != "y" and not name.startswith(_MASK)}
    if "y" not in arrays or not images:
        raise UsageError(f"{_LAYOUT}, with {prefix}y and {prefix}<input>. Received: {', '.join(arrays)}.")
    y = arrays["y"]
    _expect(y.ndim == 1 and len(y) > 0, f"{prefix}y", "shape (n,) with n above 0", y)
    for name, array in images.items():
        _expect(name.isidentifier(), prefix + name, "a name of letters, digits and underscores", array)
        _expect(array.ndim == 4, prefix + name, "shape (n, height, width, channels)", array)
        _expect(len(array) == len(y), prefix + name, f"{len(y)} samples, as many as {prefix}y", array)
    masks = {name.removeprefix(_MASK): a for name, a in arrays.items() if name.startswith(_MASK)}
    for name, mask in masks.items():
        shape = images[name].shape[:3] if name in images else None
        known = mask.shape == shape and not np.setdiff1d(mask, np.arange(DISTRACTOR + 1)).size
        expected = f"shape {shape} of 0, 1 and 2" if shape else f"an input {name} that it belongs to"
        _expect(known, f"{prefix}{_MASK}{name}", expected, mask)
    floats = {name: _to_float(array, prefix + name) for name, array in images.items()}
    return floats, _to_float(y, f"{prefix}y"), {name: m.astype(np.uint8) for name, m in masks.items()}


def _to_float(array: np.ndarray, name: str) -> np.ndarray:
    """Single precision; bytes of images as shares of 255."""
    _expect(array.dtype.kind in "biuf", name, "numbers", array)
    scaled = array.astype(np.float32) / (255 if array.dtype == np.uint8 and array.ndim == 4 else 1)
    _expect(bool(np.isfinite(scaled).all()), name, "finite numbers", array)
    return scaled


def _split(whole: Part, test_share: float, seed: int) -> tuple[Part, Part]:
    """Training and test samples, drawn from all."""
    n = len(whole[1])
    n_test = round(test_share * n)
    if not 1 <= n_test < n:
        raise UsageError(
            f"data.test_share: expected a share of the {n} samples that leaves some for the training and "
            f"some for the test. Received: {test_share}. Or name test_y and test_<input> in the file."
        )
    order = np.random.default_rng(seed).permutation(n)
    return _taken(whole, order[n_test:]), _taken(whole, order[:n_test])


def _first(part: Part, key: str, n: int | None) -> Part:
    """The first n samples."""
    if n is not None and not 1 <= n <= len(part[1]):
        raise UsageError(f"data.{key}: expected 1 to {len(part[1])}, or null for all. Received: {n}")
    return part if n is None else _taken(part, np.arange(n))


def _taken(part: Part, index: np.ndarray) -> Part:
    images, y, masks = part
    return (
        {name: array[index] for name, array in images.items()},
        y[index],
        {name: array[index] for name, array in masks.items()},
    )


def _check_same_inputs(train: Mapping[str, np.ndarray], test: Mapping[str, np.ndarray]) -> None:
    """Refuse test images that the network for the training images cannot take."""
    shapes, others = ({name: a.shape[1:] for name, a in part.items()} for part in (train, test))
    if shapes != others:
        raise UsageError(
            f"Expected test_<input> for each input, of the same shape: {shapes}. Received: {others}."
        )


def _expect(holds: bool, name: str, expected: str, received: np.ndarray) -> None:
    if not holds:
        shape = f"shape {received.shape} of {received.dtype}"
        raise UsageError(f"data.path: expected {name} to have {expected}. Received: {shape}. {_LAYOUT}.")
