"""Submission to Slurm: submitit submits the jobs, this module records them and reads the queue.

Hydra's launcher makes submitit's executor where nobody else can reach it: its method is replaced meanwhile.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from hydra.core.utils import JobReturn, JobStatus
from submitit import AutoExecutor
from submitit.slurm.slurm import SlurmInfoWatcher, SlurmJob

from ablation.sweep.messages import print_lines
from ablation.sweep.slurm import Queue, held_lines, tasks


@contextmanager
def submission(queue: Queue, keys: Sequence[Sequence[str]], detach: bool) -> Iterator[None]:
    """Have a launch note what it submits."""
    submit, numbers = AutoExecutor.map_array, list[str]()

    def submit_and_note(executor: AutoExecutor, *arguments: Any) -> Sequence[Any]:
        submitted = submit(executor, *arguments)
        numbers.extend(job.job_id for job in submitted)
        queue.add(numbers, keys)
        return [_Left()] * len(numbers) if detach else submitted

    with (
        patch.object(AutoExecutor, "map_array", submit_and_note),
        patch.object(SlurmJob, "watcher", _QueueWatcher()),
    ):
        try:
            yield
        except KeyboardInterrupt:
            if numbers:
                array = numbers[0].partition("_")[0]
                print_lines([f"Jobs that have been submitted go on; `scancel {array}` ends them."])
            raise


class _Left:
    """A job that nobody waits for."""

    def results(self) -> list[JobReturn]:
        return [JobReturn(_return_value=None, status=JobStatus.COMPLETED)]


class _QueueWatcher(SlurmInfoWatcher):
    """Asks `squeue` whether jobs are still there; submitit's own asks `sacct`, which needs accounting."""

    def __init__(self) -> None:
        super().__init__(delay_s=60)
        self._printed = set[str]()

    def update(self) -> None:
        """See submitit's `InfoWatcher`. Where Slurm does not answer, nothing has changed."""
        self._last_status_check = time.time()
        present = tasks()
        if present is None:
            return
        mine = {number: present[number] for number in self._registered & present.keys()}
        gone = {number: {"State": "COMPLETED"} for number in self._registered - mine.keys()}
        self._info_dict = {number: {"State": "RUNNING"} for number in mine} | gone
        new = [line for line in held_lines(sorted(mine.items())) if line not in self._printed]
        self._printed.update(new)
        print_lines(new)
