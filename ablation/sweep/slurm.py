"""Slurm's queue: the state of a study's jobs, and their runs."""

import getpass
import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ablation.files import Disk, make_folders, replace_durably
from ablation.words import counted

_ON_THEIR_WAY = {
    "None", "Priority", "Resources", "JobArrayTaskLimit", "Dependency", "BeginTime", "Cleaning", "Prolog",
    "Licenses", "QOSMaxJobsPerUserLimit", "AssocMaxJobsLimit", "AssocGrpJobsLimit", "QOSGrpJobsLimit",
}  # fmt: skip
"""Reasons that end by themselves as other jobs do."""

_ADVICE = {
    "PartitionTimeLimit": "Lower hydra.launcher.timeout_min, or name another hydra.launcher.partition",
    "PartitionNodeLimit": "Lower hydra.launcher.nodes, or name another hydra.launcher.partition",
    "BadConstraints": "No node has what hydra.launcher asks for (mem_gb, cpus_per_task, gpus_per_node)",
    "InvalidAccount": "Name another hydra.launcher.account",
    "InvalidQOS": "Name another quality of service in hydra.launcher",
}
_PAUSE_SECONDS = 2.0
_PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Task:
    """A job, or one of an array, that waits or runs.

    Attributes:
        state: Slurm's word, such as `PENDING`.
        reason: why it waits.
    """

    state: str
    reason: str

    @property
    def is_held(self) -> bool:
        """Whether it waits for something that may never come."""
        return self.state == "PENDING" and self.reason not in _ON_THEIR_WAY


def tasks() -> dict[str, Task] | None:
    """All jobs of this user that Slurm has, by number, such as `12_0`; None where Slurm does not answer."""
    command = ["squeue", "--noheader", "--array", f"--user={getpass.getuser()}", "--format=%i|%T|%r"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    lines = [line.split("|", 2) for line in done.stdout.splitlines() if line.count("|") >= 2]
    return {number.strip(): Task(state, reason.strip()) for number, state, reason in lines}


def held_lines(waiting: Iterable[tuple[str, Task]]) -> list[str]:
    """A line for each array of jobs that Slurm holds back, with the reason."""
    arrays = Counter((number.partition("_")[0], task.reason) for number, task in waiting if task.is_held)
    return [
        f"Slurm holds {counted(n, 'job')} of array {array} back: {reason}. "
        f"{_ADVICE.get(reason, '`squeue --me` shows them')}; `scancel {array}` takes them out of the queue."
        for (array, reason), n in arrays.items()
    ]


class Queue:
    """What a study has submitted: a file for each array, `submitted/12.json`, job → keys of its runs.

    Args:
        folder: of the study.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder) / "submitted"

    def add(self, numbers: Sequence[str], keys: Sequence[Sequence[str]]) -> None:
        """Remember which job has which runs."""
        disk = Disk()
        make_folders(disk, self.folder)
        content = json.dumps(dict(zip(numbers, map(list, keys), strict=True)))
        path = self.folder / f"{numbers[0].partition('_')[0]}.json"
        replace_durably(disk, path, content.encode())

    def tasks(self) -> dict[str, tuple[Task, list[str]]]:
        """The jobs that Slurm still has, with the keys of their runs; arrays that are gone are forgotten."""
        paths = sorted(self.folder.glob("*.json"))
        present = tasks() if paths else None
        if present is None:
            return {}
        left: dict[str, tuple[Task, list[str]]] = {}
        for path in paths:
            with suppress(OSError, ValueError):
                mine = {
                    n: (present[n], keys) for n, keys in json.loads(path.read_text()).items() if n in present
                }
                left |= mine
                if not mine:
                    path.unlink()
        return left

    def keys(self) -> set[str]:
        """The runs that need not be submitted again."""
        return {key for _, keys in self.tasks().values() for key in keys}

    def wait(self) -> None:
        """Wait until Slurm has none of these jobs any more."""
        while self.tasks():
            time.sleep(_PAUSE_SECONDS)

    def lines(self) -> list[str]:
        """What is there, for people."""
        queue = self.tasks()
        if not queue:
            return []
        states = Counter(task.state.lower() for task, _ in queue.values())
        arrays = sorted({number.partition("_")[0] for number in queue}, key=int)
        text = ", ".join(f"{n} {state}" for state, n in states.items())
        waiting = [(number, task) for number, (task, _) in queue.items()]
        return [f"In Slurm's queue, array {', '.join(arrays)}: {text}.", *held_lines(waiting)]
