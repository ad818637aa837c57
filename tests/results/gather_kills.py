"""`os._exit` at every step of gathering.

`python -m tests.results.gather_kills FOLDER` prints the problems as JSON. The process imports pandas once and
forks before it does anything, so that no thread is lost by a fork.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pandas  # noqa: F401  (before the first fork)
import pyarrow.parquet  # noqa: F401

from ablation.results import gather, open_store
from tests.results.acts import EARLIER, NEW
from tests.results.disks import DyingDisk, StepDisk
from tests.results.worker import fork

VIEWS = ("results.csv", "results.parquet")


def main(study: Path) -> list[str]:
    """Kill a gathering at every step, over old views; return what was neither old nor new."""
    old = _views_of(study, [EARLIER])
    new = _views_of(study, [NEW])
    disk = StepDisk()
    _in_child(lambda: _tell(study, disk, gather(study, disk=disk)))
    problems = []
    for number in range(int((study / "n_steps").read_text())):
        for when in ("before", "after", "torn"):
            for name, data in zip(VIEWS, old, strict=True):
                (study / name).write_bytes(data)
            _in_child(lambda number=number, when=when: gather(study, disk=DyingDisk(number, when)))
            for name, *versions in zip(VIEWS, old, new, strict=True):
                if (study / name).read_bytes() not in versions:
                    problems.append(f"{name} is half new after dying at {number} {when}")
    return problems


def _views_of(study: Path, rows: list) -> list[bytes]:
    store = open_store(study)
    for row in rows:
        store.commit(row)
    _in_child(lambda: gather(study))
    return [(study / name).read_bytes() for name in VIEWS]


def _tell(study: Path, disk: StepDisk, _frame: object) -> None:
    (study / "n_steps").write_text(str(len(disk.taken)))


def _in_child(body) -> None:
    os.waitpid(fork(body), 0)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
