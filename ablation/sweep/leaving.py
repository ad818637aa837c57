"""How a command leaves its jobs to Slurm's queue and ends; the same command gathers later."""

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from ablation.errors import UsageError
from ablation.sweep.launchers import LauncherTraits
from ablation.sweep.slurm import Queue

_SLURM_SECONDS = 4.0
"""Until Slurm says why it holds a job back."""


def check_queued(traits: LauncherTraits, launcher: Mapping[str, Any]) -> None:
    """Refuse to leave jobs to a launcher without a queue.

    Raises:
        UsageError: the launcher has no queue.
    """
    if not traits.is_queued:
        raise UsageError(
            "hydra.sweeper.detach: expected hydra/launcher=slurm, whose queue keeps jobs when a command has "
            f"ended. Received: {launcher.get('_target_')}"
        )


def noted(queue: Queue | None, keys: Sequence[Sequence[str]], detach: bool) -> AbstractContextManager[object]:
    """While jobs are launched, note what is submitted to Slurm, if it is used; see `submission`."""
    if queue is None or not keys:
        return nullcontext()
    from ablation.sweep.submission import submission  # submitit is an extra

    return submission(queue, keys, detach)


def left_lines(folder: str) -> list[str]:
    """What to say when the command ends and its jobs go on."""
    time.sleep(_SLURM_SECONDS)
    return [
        *Queue(folder).lines(),
        f"This command does not wait for these jobs. How far they are: ablation status {folder}. "
        "The same command gathers what has come out, and submits again what has failed.",
    ]
