"""Many processes on one study, and what befalls them.

`python -m tests.results.scenarios SCENARIO KIND PLACE FOLDER SEED NUMBERS` prints what happened as JSON. The
process imports no pandas, so that starting a thousand writers is quick.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from ablation.results import Row
from tests.results.arena import Arena, Outcome
from tests.results.disks import StoppingDisk
from tests.results.stores import age_claim, open_as
from tests.results.worker import Log, Train, child, design, fork, stop, work

N_WRITERS = 16


def kill_storm(
    arena: Arena,
    n_kills: int = 1000,
    n_cells: int = 100,
    n_kills_per_study: int = 200,
    n_kills_per_second: int = 600,
) -> Outcome:
    """16 writers, killed at random moments and replaced, one study after another until enough were killed."""
    outcome, generator, study = Outcome(), random.Random(arena.seed), 0
    while outcome.n_kills < n_kills and not outcome.problems:
        name, wanted = f"s{study}", design(n_cells)
        n_before = outcome.n_kills
        pids = {_writer(arena, name, wanted, number) for number in range(N_WRITERS)}
        while pids and outcome.n_kills < n_before + n_kills_per_study:
            time.sleep(generator.expovariate(n_kills_per_second))
            pid = _victim(generator, pids, arena.log(name))
            pids.remove(pid)
            if _kill(pid, outcome):
                pids.add(_writer(arena, name, wanted, outcome.n_kills))
        _wait(sorted(pids), outcome)
        work(arena.open(study=name), wanted, arena.log(name))
        arena.check(name, wanted, outcome, n_allowed=outcome.n_kills - n_before)
        study += 1
    return outcome


def _victim(generator: random.Random, pids: set[int], log: Log) -> int:
    """Any writer or, half of the time, the one that is known to be training or committing."""
    busy = log.busy_process()
    return busy if busy in pids and generator.random() < 0.5 else generator.choice(sorted(pids))


def _kill(pid: int, outcome: Outcome) -> bool:
    """Kill a writer; False if it had come to its end."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended:
        if status:
            outcome.problems.append(f"a writer raised (status {status})")
        return False
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    outcome.n_kills += 1
    return True


def crowd(arena: Arena, n_writers: int = 64, n_cells: int = 160) -> Outcome:
    """Many writers that nobody kills: nothing raises, and nothing is trained twice."""
    wanted, outcome = design(n_cells), Outcome()
    _wait([_writer(arena, "s0", wanted, number) for number in range(n_writers)], outcome)
    arena.check("s0", wanted, outcome)
    return outcome


def two_sweeps(arena: Arena) -> Outcome:
    """The same command twice at once."""
    return crowd(arena, n_writers=2, n_cells=100)


def waiters(arena: Arena, n_rounds: int = 50, n_waiters: int = 12) -> Outcome:
    """A holder that is dead, and many that want its run: one of them gets it, in every round."""
    outcome = Outcome()
    for number in range(n_rounds):
        name, (row, *_) = f"s{number}", design(1, 1)
        with child(lambda name=name, row=row: arena.open(study=name).claim(row.key) and None) as pid:
            os.waitpid(pid, 0)
        if number % 2:  # as if the holder had died on another machine, long ago
            age_claim(f"{arena.place}{name}", row.key)
        _race(arena, name, row, n_waiters, outcome)
        arena.check(name, [row], outcome)
        if outcome.problems:
            break
    return outcome


def interruptions(arena: Arena, n_rounds: int = 18) -> Outcome:
    """SIGINT, SIGTERM, or SIGINT twice, in mid-sweep: it ends, says so, and the next command goes on."""
    outcome, generator, wanted = Outcome(), random.Random(arena.seed), design(15)
    for number in range(n_rounds):
        name, signals = f"s{number}", [("INT",), ("TERM",), ("INT", "INT")][number % 3]
        log = arena.log(name)
        train = _slowly(n_quick=20)
        with child(lambda name=name, log=log, t=train: work(arena.open(study=name), wanted, log, t)) as pid:
            while len(log.keys("T")) < 3:
                time.sleep(0.001)
            for each in signals:
                time.sleep(generator.random() * 0.01)
                os.kill(pid, getattr(signal, f"SIG{each}"))
            status = _wait_for(pid)
        if status in (None, 0):
            outcome.problems.append(f"{signals} in study {number}: exit status {status}")
        work(arena.open(study=name), wanted, log)
        arena.check(name, wanted, outcome, n_allowed=1)
    return outcome


def _slowly(n_quick: int) -> Train:
    """A training that takes a moment, and for ever after some runs: the signal always comes in mid-sweep."""
    trained: list[str] = []

    def train(row: Row) -> Row:
        trained.append(row.key)
        time.sleep(0.01 if len(trained) <= n_quick else 600)
        return row

    return train


def _wait_for(pid: int, n_seconds: int = 30) -> int | None:
    """The exit status of a process; None if it does not end."""
    for _ in range(n_seconds * 200):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    return None


def stopped_holder(arena: Arena) -> Outcome:
    """A holder that sleeps in its training beyond its lease: it has lost, and overwrites nothing."""
    return _stopped(arena, None)


def stopped_in_commit(arena: Arena) -> Outcome:
    """The same, stopped just before its row gets its name; meanwhile its unfinished file is swept."""
    return _stopped(arena, StoppingDisk("link", 2))


def _stopped(arena: Arena, disk: StoppingDisk | None) -> Outcome:
    (row, *_), outcome = design(1, 1), Outcome()
    late = Row(**{**asdict(row), "error": "late"})

    def hold() -> None:
        store = open_as(arena.kind, f"{arena.place}s0", 0.2, disk)
        with store.claim(row.key) as claim:  # type: ignore[union-attr]
            if disk is None:
                os.kill(os.getpid(), signal.SIGSTOP)
            if store.commit(late, claim):
                raise AssertionError("the late row became the row")

    with child(hold) as pid:
        os.waitpid(pid, os.WUNTRACED)
        work(arena.open(1), [row], arena.log())
        arena.open().sweep(older_than_seconds=-60)
        os.kill(pid, signal.SIGCONT)
        if os.waitpid(pid, 0)[1]:
            outcome.problems.append("the stopped holder overwrote the row, or raised")
    arena.check("s0", [row], outcome)
    kept = arena.open().attempts(row.key)
    if [(attempt.status, attempt.row) for attempt in kept] != [("superseded", late)]:
        outcome.problems.append(f"the late row was not kept: {kept}")
    return outcome


def _writer(arena: Arena, study: str, wanted: list[Row], number: int) -> int:
    return fork(lambda: work(arena.open(number, study), wanted, arena.log(study), seed=number))


def _race(arena: Arena, study: str, row: Row, n_waiters: int, outcome: Outcome) -> None:
    """Start the waiters together."""
    gate, opener = os.pipe()

    def wait_and_work(number: int) -> None:
        os.close(opener)
        store = arena.open(number, study)
        os.read(gate, 1)
        work(store, [row], arena.log(study))

    pids = [fork(lambda number=number: wait_and_work(number)) for number in range(n_waiters)]
    os.close(opener)
    os.close(gate)
    _wait(pids, outcome)


def _wait(pids: list[int], outcome: Outcome) -> None:
    try:
        for pid in pids:
            if os.waitpid(pid, 0)[1]:
                outcome.problems.append("a writer raised")
    finally:
        for pid in pids:
            stop(pid)


SCENARIOS: dict[str, Callable[..., Outcome]] = {
    scenario.__name__: scenario
    for scenario in (kill_storm, crowd, two_sweeps, waiters, stopped_holder, stopped_in_commit, interruptions)
}


def main() -> None:
    """Run the scenario that the command line names."""
    scenario, kind, place, folder, seed, numbers = sys.argv[1:]
    if kind == "postgres":
        work(open_as(kind, f"{place}warm"), design(2), Log(Path(folder) / "warm.log"))  # what forks share
    start = time.perf_counter()
    outcome = SCENARIOS[scenario](Arena(kind, place, Path(folder), int(seed)), **json.loads(numbers))
    outcome.seconds = time.perf_counter() - start
    print(json.dumps(asdict(outcome)))


if __name__ == "__main__":
    main()
