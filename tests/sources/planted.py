"""The 24 runs that every real tool has written, two of them failed; plain Python, for other environments.

python tests/sources/make_optuna.py      where optuna is installed, writes written/optuna.tar.xz

What is in `written/` was written so. `make test-sources` has the tools write anew elsewhere, and tests that.
"""

import itertools
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

WRITTEN = Path(os.environ.get("ABLATION_WRITTEN", Path(__file__).parent / "written"))
ACTS, OPTIMIZERS, SEEDS = ("relu", "gelu"), ("sgd", "adam", "lion"), (0, 1, 2, 3)
FAILED = (5, 17)


@dataclass(frozen=True)
class Planted:
    """One run: `config` is nested, as an app has it."""

    number: int
    act: str
    optimizer: str
    seed: int

    @property
    def config(self) -> dict:
        return {"act": self.act, "opt": {"name": self.optimizer, "nesterov": False}, "seed": self.seed}

    @property
    def fails(self) -> bool:
        return self.number in FAILED

    @property
    def loss(self) -> float:
        effect = 0.25 * (self.act == "gelu") - 0.125 * (self.optimizer == "adam")
        return 1 + effect + 0.0625 * self.seed + (self.number * 37 % 11) / 512


RUNS = [Planted(i, *one) for i, one in enumerate(itertools.product(ACTS, OPTIMIZERS, SEEDS))]


def write(name: str, package: str, make: Callable[[Path], None]) -> None:
    """Have a tool write its files in a new folder, and pack these."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, name)
        place.mkdir()
        make(place)
        (place / "VERSION").write_text(f"{package} {version(package)}\n")
        archive = WRITTEN / f"{name}.tar.xz"
        with tarfile.open(archive, "w:xz", preset=9) as tar:
            tar.add(place, name)
    print(archive, archive.stat().st_size, "bytes")
    assert archive.stat().st_size <= 40_000


def unpack(name: str, folder: Path) -> Path:
    """Unpack what a tool has written."""
    shutil.unpack_archive(WRITTEN / f"{name}.tar.xz", folder, filter="data")
    return folder / name
