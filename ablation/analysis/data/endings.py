"""How runs ended, in the terms of the tools that ran them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

OK = "ok"
"""What every word for a finished run becomes; other words stay as they are."""

FINISHED = frozenset({
    "ok", "finished", "complete", "completed", "terminated", "success", "succeeded", "successful", "done",
    "passed", "jobstatesucceeded", "published", "closed",
})  # fmt: skip
"""MLflow and W&B finished, Optuna complete, Ray terminated, Slurm, Sacred, Ax and Hydra completed, DVC and
SMAC success, ClearML completed, closed and published."""

FAILED = frozenset({
    "failed", "failure", "fail", "error", "errored", "crashed", "crash", "diverged", "timeout", "timedout",
    "outofmemory", "oom", "memoryout", "nodefail", "bootfail", "deadline", "aborted", "abort", "abandoned",
    "launchfailed", "lost", "jobstatefailed",
})  # fmt: skip

UNFINISHED = frozenset({
    "running", "pending", "waiting", "queued", "scheduled", "created", "configuring", "completing",
    "starting", "inprogress", "staged", "candidate", "suspended", "paused", "resizing", "requeued",
    "preempted", "preempting", "pruned", "earlystopped", "killed", "cancelled", "canceled", "interrupted",
    "stopped", "stopping", "revoked", "superseded", "unknown", "notnoted",
})  # fmt: skip
"""Still running, or stopped early: the response is that of an unfinished run."""

_KNOWN = FINISHED | FAILED | UNFINISHED
_NAME = re.compile(r"(^|[^A-Za-z]|(?<=[a-z])(?=S))([Ss]tatus|[Ss]tate|STATUS|STATE)$")
NOT_NOTED = "not noted"
"""The word for an empty cell beside words for finished runs."""


def endings(table: pd.DataFrame, used: Sequence[object]) -> np.ndarray[Any, Any] | None:
    """How each run ended, (n_rows,) texts: `ok`, or the status that a column has instead.

    Such a column is called `status` or `state`, alone or at the end of its name (`State`, `info.status`), and
    its words are those that tools use; with several, a run is `ok` where all say so.

    Returns:
        None without such a column.
    """
    ended = None
    for _, words in _columns(table, used):
        ended = words if ended is None else np.where(ended == OK, words, ended)
    return ended


def is_unfinished(word: str) -> bool:
    """Whether this status means that a run had neither finished nor failed."""
    return _plain(word) in UNFINISHED


def ending_columns(table: pd.DataFrame, used: Sequence[object] = ()) -> list[str]:
    """The names of the columns that say how runs ended."""
    return [name for name, _ in _columns(table, used)]


def _columns(table: pd.DataFrame, used: Sequence[object]) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """The names of columns that say how runs ended, and the words of each run."""
    for i, name in enumerate(table.columns):
        if name not in used and _NAME.search(str(name).strip()):
            words = _words(table.iloc[:, i])
            if words is not None:
                yield str(name), words


def _words(column: pd.Series) -> np.ndarray[Any, Any] | None:
    """The words of a column, those for finished runs as `ok`; None where it speaks of something else.

    It does if most of its words are unknown, or if some are and none is for a finished run. Beside such
    words an empty cell is a run whose end nobody has noted; alone with failures, it is a run that ended well.
    """
    codes, values = pd.factorize(column.astype(object).where(column.notna(), ""))
    words = [str(value).strip() for value in values]
    known = [word for word in words if _plain(word) in _KNOWN]
    named = [word for word in words if word]
    has_finished = any(_plain(word) in FINISHED for word in named)
    is_own = column.name == "status" and OK in words  # of this project's tables: any other word is a failure
    if not known or not (
        is_own or len(known) == len(named) or (has_finished and 2 * len(known) >= len(named))
    ):
        return None
    empty = NOT_NOTED if has_finished else OK
    shown = [OK if _plain(word) in FINISHED else word or empty for word in words]
    ended: np.ndarray[Any, Any] = np.array(shown, dtype=object)[codes]
    return ended


def _plain(word: str) -> str:
    """A word without what tools put around it.

    >>> _plain("TrialState.COMPLETE"), _plain("CANCELLED by 1000"), _plain("OUT_OF_ME+")
    ('complete', 'cancelled', 'outofmemory')
    """
    text = re.sub(r"^.*\.|\s+by\s.*$", "", word.strip())
    letters = re.sub(r"[^a-z+]", "", text.lower())
    if letters.endswith("+"):  # Slurm's `sacct` cuts words at ten letters
        start = letters[:-1]
        return next((known for known in sorted(_KNOWN) if start and known.startswith(start)), start)
    return letters
