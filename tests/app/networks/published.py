"""Small data sets in the published form: four IDX files and their checksums, made up."""

import gzip
import hashlib
import re
from pathlib import Path

import numpy as np

from ablation.app.data.idx import Published

N_TRAIN, N_TEST = 6, 3
MIRRORS = ("https://first.example/", "https://second.example/")


def tiny_arrays(seed: int = 0) -> dict[str, np.ndarray]:
    """Arrays like those of MNIST, of a few 4×4 images."""
    rng = np.random.default_rng(seed)
    arrays = {}
    for part, n in (("train", N_TRAIN), ("t10k", N_TEST)):
        arrays[f"{part}-images-idx3-ubyte"] = rng.integers(0, 256, (n, 4, 4), dtype=np.uint8)
        arrays[f"{part}-labels-idx1-ubyte"] = rng.integers(0, 10, n, dtype=np.uint8)
    return arrays


def to_idx(array: np.ndarray) -> bytes:
    """A uint8 array in IDX form: 0 0 8 (bytes), number of dimensions, each size as int32, values."""
    header = bytes([0, 0, 8, array.ndim])
    return header + b"".join(size.to_bytes(4, "big") for size in array.shape) + array.tobytes()


def write_set(
    folder: Path, gz: bool, compressed: bool = False, mirrors: tuple[str, ...] = MIRRORS
) -> Published:
    """Write the tiny set as gzip or plain files; return what identifies it.

    With `compressed` the checksums are of the gzip files, as Fashion-MNIST's are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    checksums = {}
    for file, array in tiny_arrays().items():
        content = to_idx(array)
        zipped = gzip.compress(content, mtime=0)
        (folder / (f"{file}.gz" if gz else file)).write_bytes(zipped if gz else content)
        digest = hashlib.md5(zipped) if compressed else hashlib.sha256(content)
        checksums[file] = digest.hexdigest()
    return Published(checksums, "md5" if compressed else "sha256", compressed, mirrors)


def mentions(*parts: object) -> str:
    """A pattern for `pytest.raises(match=…)`: these texts in this order."""
    return "(?s)" + ".*".join(re.escape(str(part)) for part in parts)
