"""`os._exit` before and after every statement that a store sends to a server, and around every COMMIT.

`python -m tests.results.statements URL# FOLDER` prints what was broken as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from ablation.results import open_store
from tests.results.acts import ACTS, Act, after_rerun, broken_promises, prepare
from tests.results.worker import Log, fork

_EVENTS = ("before_cursor_execute", "after_cursor_execute", "commit")


def statements(prefix: str, folder: Path) -> dict[str, list[str]]:
    """Die everywhere; see `failpoints`."""
    broken = {}
    for name, act in ACTS.items():
        (folder / f"{name}-whole").mkdir()
        log = Log(folder / f"{name}-whole.log")
        prepare(open_store(f"{prefix}{name}-whole"), log)
        n_points = _count(lambda name=name, act=act, log=log: act(open_store(f"{prefix}{name}-whole"), log))
        for number in range(n_points):
            point = f"{name}-{number}"
            (folder / point).mkdir()
            broken[point] = _die_at(f"{prefix}{point}", Log(folder / f"{point}.log"), act, number)
    return broken


def _die_at(place: str, log: Log, act: Act, number: int) -> list[str]:
    prepare(open_store(place), log)

    def die() -> None:
        _listen(number)
        act(open_store(place), log)

    status = os.waitstatus_to_exitcode(os.waitpid(fork(die), 0)[1])
    problems = [] if status == 9 else [f"expected to die there. Exit status: {status}"]
    store = open_store(place)
    return problems + broken_promises(store, log) + after_rerun(store, log)


def _listen(number: int) -> list[str]:
    """End the process at the n-th event; return the list that events are noted in."""
    seen: list[str] = []

    def note(event: str) -> None:
        seen.append(event)
        if len(seen) == number + 1:
            os._exit(9)

    for event in _EVENTS:
        sa.event.listen(sa.Engine, event, lambda *_, event=event: note(event))
    return seen


def _count(act: Callable[[], object]) -> int:
    """How many events an undisturbed act has; in a child, as listeners stay."""
    receiver, sender = os.pipe()

    def count() -> None:
        seen = _listen(-1)
        act()
        os.write(sender, str(len(seen)).encode())

    os.waitpid(fork(count), 0)
    return int(os.read(receiver, 20))


if __name__ == "__main__":
    print(json.dumps(statements(sys.argv[1], Path(sys.argv[2]))))
