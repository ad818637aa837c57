"""MNIST and Fashion-MNIST as published: four IDX files, read from a folder or downloaded once; verified."""

import gzip
import hashlib
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ablation.errors import UsageError

_TYPES = {0x08: np.dtype("u1")}  # the IDX format has more; these data sets have only this one


@dataclass(frozen=True)
class Published:
    """A data set of four gzipped IDX files.

    Args:
        checksums: of each file, by name without `.gz`.
        algorithm: of the checksums, a name that `hashlib` knows.
        compressed: whether the checksums are of the gzip files or of what is in them.
        mirrors: addresses of folders that hold the files, tried in turn.
    """

    checksums: dict[str, str]
    algorithm: str
    compressed: bool
    mirrors: tuple[str, ...]


MNIST = Published(
    checksums={
        "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
    algorithm="sha256",
    compressed=False,
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
)
# The publishers of Fashion-MNIST give MD5 sums of the gzip files and no others:
# https://github.com/zalandoresearch/fashion-mnist
FASHION_MNIST = Published(
    checksums={
        "train-images-idx3-ubyte": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte": "bb300cfdad3c16e7a12a480ee83cd310",
    },
    algorithm="md5",
    compressed=True,
    mirrors=(
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
)


def read_published(name: str, published: Published, folder: str | None) -> dict[str, np.ndarray]:
    """The four arrays of a data set, verified.

    Args:
        name: of the data set, also of its folder in the user's cache.
        published: files and checksums.
        folder: holds the four files, plain or gzipped; None looks into the cache and downloads what is
            not there.

    Returns:
        `train-images-idx3-ubyte` (60000, 28, 28), `train-labels-idx1-ubyte` (60000,) and the same for
        `t10k` (10000), all uint8.

    Raises:
        UsageError: a file is missing, damaged or not the published one, or cannot be downloaded.
    """
    arrays = {}
    for file in published.checksums:
        path = _in_folder(folder, file) if folder else _in_cache(name, published, file)
        arrays[file] = parse_idx(_verified(path, file, published), path)
    return arrays


def parse_idx(content: bytes, path: Path) -> np.ndarray:
    """The array in an IDX file (http://yann.lecun.com/exdb/mnist/), uint8."""
    kind, n_dimensions = (content[2], content[3]) if len(content) >= 4 else (0, 0)
    start = 4 + 4 * n_dimensions
    if content[:2] != b"\0\0" or kind not in _TYPES or len(content) < start:
        raise UsageError(f"{path}: expected an IDX file of bytes. Received: {content[:4].hex(' ')} …")
    shape = tuple(np.frombuffer(content, ">i4", n_dimensions, offset=4))
    n_values = int(np.prod(shape))
    if len(content) - start != n_values:
        raise UsageError(
            f"{path}: expected {n_values} values. Received: {len(content) - start}. "
            "The file is cut off; delete it and run again."
        )
    return np.frombuffer(content, _TYPES[kind], offset=start).reshape(shape)


def _verified(path: Path, file: str, published: Published) -> bytes:
    """The uncompressed content of a file whose checksum is the published one."""
    raw = path.read_bytes()
    gzipped = raw[:2] == b"\x1f\x8b"
    if published.compressed and not gzipped:
        raise UsageError(
            f"{path}: expected the gzip file as published, since its checksum is of that form. "
            "Received: a plain file. Put the .gz file there."
        )
    try:
        content = gzip.decompress(raw) if gzipped else raw
    except (EOFError, OSError, zlib.error) as error:
        raise UsageError(f"{path}: damaged ({error}). Delete it and run again, or copy it again.") from error
    digest = hashlib.new(published.algorithm, raw if published.compressed else content).hexdigest()
    if digest != published.checksums[file]:
        raise UsageError(
            f"{path}: not the published file. Expected {published.algorithm} {published.checksums[file]}. "
            f"Received: {digest}. Delete it and run again, or copy it again."
        )
    return content


def _in_folder(folder: str, file: str) -> Path:
    """The file in the user's folder, gzipped (some checksums are of that form) or plain."""
    candidates = [Path(folder) / f"{file}.gz", Path(folder) / file]
    for path in candidates:
        if path.is_file():
            return path
    raise UsageError(
        f"data.folder={folder}: expected {candidates[0].name} or {candidates[1].name} in it. "
        "Received: neither. Name another folder, or set data.folder=null to download."
    )


def _in_cache(name: str, published: Published, file: str) -> Path:
    """The file in the user's cache, downloaded from the first mirror that answers."""
    import pooch

    cache = Path(os.environ.get("ABLATION_CACHE") or pooch.os_cache("ablation")) / name
    known = f"md5:{published.checksums[file]}" if published.compressed else None
    reasons = []
    if (cache / f"{file}.gz").is_file():
        return cache / f"{file}.gz"
    for mirror in published.mirrors:
        try:
            return Path(pooch.retrieve(f"{mirror}{file}.gz", known, fname=f"{file}.gz", path=cache))
        except (OSError, ValueError) as error:  # no network, or not the published file
            reasons.append(f"{mirror}: {type(error).__name__}")
    raise UsageError(
        f"{file}.gz could not be downloaded ({'; '.join(reasons)}). Put the four files into a folder and "
        f"set data.folder=FOLDER (or ABLATION_DATA=FOLDER), or use data=mnist_sample, which needs no network."
    )
