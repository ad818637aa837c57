"""`os._exit` at every step of every act.

`python -m tests.results.failpoints KIND FOLDER` prints what was broken as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from ablation.files import Disk
from tests.results.acts import ACTS, Act, after_rerun, broken_promises, leftovers, prepare
from tests.results.disks import DyingDisk, steps
from tests.results.stores import open_as
from tests.results.worker import Log, fork

_MORE = {"write": ("torn", "after")} | dict.fromkeys(
    ("make_folder", "open_new", "sync", "link", "replace", "remove"), ("after",)
)
"""Moments beside "before" that differ from "before the next step"."""


def failpoints(kind: str, folder: Path) -> dict[str, list[str]]:
    """Die everywhere.

    Args:
        kind: Which store.
        folder: An empty folder.

    Returns:
        Failpoint (act, number, step, when) → what was broken there; an empty list where nothing was.
    """
    broken = {}
    for name, act in ACTS.items():
        for number, step in enumerate(_steps(kind, folder / f"{name}-undisturbed", act)):
            for when in ("before", *_MORE.get(step, ())):
                point = f"{name}-{number}-{step}-{when}"
                broken[point] = _die_at(kind, folder / point, act, number, when)
    return broken


def _steps(kind: str, study: Path, act: Act) -> list[str]:
    def undisturbed(disk: Disk) -> None:
        act(open_as(kind, str(study), disk=disk), Log(study.with_suffix(".log")))

    prepare(open_as(kind, str(study), disk=Disk()), Log(study.with_suffix(".log")))
    return steps(undisturbed)


def _die_at(kind: str, study: Path, act: Act, number: int, when: str) -> list[str]:
    log = Log(study.with_suffix(".log"))
    prepare(open_as(kind, str(study), disk=Disk()), log)
    pid = fork(lambda: act(open_as(kind, str(study), disk=DyingDisk(number, when)), log))
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    problems = [] if status == 9 else [f"expected to die there. Exit status: {status}"]
    store = open_as(kind, str(study), disk=Disk())
    problems += broken_promises(store, log) + after_rerun(store, log)
    return problems + [f"left behind: {path}" for path in leftovers(study)]


if __name__ == "__main__":
    print(json.dumps(failpoints(sys.argv[1], Path(sys.argv[2]))))
