"""A sweep with a stand-in for training: cheap to start, cheap to kill, and it logs what it does.

The log is a file to which every process appends one line at a time: `T key pid` before a training, `A key
pid` once the commit has been acknowledged. A line that was written survives the death of its writer.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ablation.results import Row, Store
from tests.results.stand_in import make_row

Train = Callable[[Row], Row]


def design(n_cells: int, n_seeds: int = 2) -> list[Row]:
    """The rows that an undisturbed sweep would give."""
    return [make_row({"flags.width": cell}, seed) for cell in range(n_cells) for seed in range(n_seeds)]


@dataclass(frozen=True)
class Log:
    """What happened, in order."""

    path: Path

    def write(self, event: str, key: str) -> None:
        descriptor = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        os.write(descriptor, f"{event} {key} {os.getpid()}\n".encode())
        os.close(descriptor)

    def keys(self, event: str) -> list[str]:
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        return [line.split()[1] for line in lines if line.startswith(f"{event} ")]

    def busy_process(self) -> int:
        """The process that wrote last, if it has a training under way; else 0."""
        text = self.path.read_bytes()[-300:] if self.path.exists() else b""
        lines = text[: text.rfind(b"\n") + 1].splitlines()  # of one that is being written a part may be there
        event, *_, pid = lines[-1].split() if lines else (b"", b"0")
        return int(pid) if event == b"T" else 0


def work(
    store: Store, wanted: Iterable[Row], log: Log, train: Train = lambda row: row, seed: int = 0
) -> None:
    """Train every wanted run that is not finished, in an own order; wait for those that others hold."""
    pending, pause_seconds = list(wanted), 0.002
    random.Random(seed).shuffle(pending)
    while pending:
        held = [row for row in pending if not finish(store, row, log, train)]
        pause_seconds = min(0.1, pause_seconds * 1.5) if len(held) == len(pending) else 0.002
        if len(held) == len(pending):
            time.sleep(pause_seconds)
        pending = held


def finish(store: Store, row: Row, log: Log, train: Train) -> bool:
    """Train one run unless somebody has, or is about to; return whether it is finished."""
    if store.find(row.key) is not None:
        return True
    claim = store.claim(row.key)
    if claim is None:
        return False
    with claim:
        log.write("T", row.key)
        if store.commit(train(row), claim):
            log.write("A", row.key)
    return True


def insist(store: Store, row: Row, log: Log, train: Train, n_tries: int = 3) -> bool:
    """Train one run as an app does: what goes wrong is recorded, and tried again, but not for ever."""
    for _ in range(n_tries):
        claim = store.claim(row.key)
        if claim is None:
            break
        with claim:
            log.write("T", row.key)
            if store.commit(_trained(row, train), claim):
                log.write("A", row.key)
                break
    return store.find(row.key) is not None


def _trained(row: Row, train: Train) -> Row:
    try:
        return train(row)
    except MemoryError as error:
        return replace(row, status="out_of_memory", responses={}, error=f"out of memory {error}")
    except TimeoutError as error:
        return replace(row, status="timeout", responses={}, error=str(error))
    except Exception as error:
        return replace(row, status="error", responses={}, error=str(error))


@contextmanager
def child(body: Callable[[], None]) -> Iterator[int]:
    """Fork a process that runs `body`; kill it at the end, if it is still there."""
    pid = fork(body)
    try:
        yield pid
    finally:
        stop(pid)


def fork(body: Callable[[], None]) -> int:
    """Fork a process that runs `body` and exits with 0, or with 1 and a traceback."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        body()
        status = 0
    except KeyboardInterrupt:
        status = 130
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


def stop(pid: int) -> None:
    """Kill a child and wait for it, unless it has been waited for."""
    try:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        pass
