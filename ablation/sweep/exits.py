"""How a command ends: a user's mistake with a sentence and exit code 2, an interruption with 130."""

import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import CodeType
from typing import Any

from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from ablation.errors import UsageError
from ablation.sweep.explain import explain

_INTERRUPTED = "Interrupted. Finished runs are kept; the same command goes on."

_JOBS: set[CodeType] = set()


def is_job(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a function that runs a job: errors in it are not mistakes in the command."""
    _JOBS.add(function.__code__)
    return function


def call(entry: Callable[[], Any]) -> Any:
    """Run a Hydra app to its end; a user's mistake ends with a sentence and exit code 2.

    Returns:
        What it returns.
    """
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")  # Hydra raises: user errors differ from bugs
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as in the background of a script
            signal.signal(number, _interrupt)
    try:
        return entry()
    except UsageError as error:
        _exit(str(error))
    except (HydraException, OmegaConfBaseException, YAMLError) as error:
        _exit(explain(error))
    except OSError as error:
        if error.filename is None or _in_a_job(error):
            raise
        _exit(f"Expected a place that can be written to. Received: {error.filename}: {error.strerror}")
    except KeyboardInterrupt:
        print(_INTERRUPTED, file=sys.stderr)
        sys.exit(130)


@contextmanager
def own_words() -> Iterator[None]:
    """In this context, errors name settings as arguments or a study's file do, not by their Hydra keys."""
    try:
        yield
    except UsageError as error:
        error.args = (str(error).replace("hydra.sweeper.", "").replace("analysis.", ""),)
        raise


def _in_a_job(error: BaseException) -> bool:
    """Whether an error comes from an app's job, and not from Hydra, which makes the job's folder."""
    return any(frame.f_code in _JOBS for frame, _ in traceback.walk_tb(error.__traceback__))


def _exit(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(2)


def _interrupt(_signal: int, _frame: object) -> None:
    """Clean up and end; whoever does not want to wait for that interrupts again."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end_at_once)
    raise KeyboardInterrupt


def _end_at_once(_signal: int, _frame: object) -> None:
    """End without cleaning up: joblib, interrupted in that, would wait for its processes for ever."""
    for child in multiprocessing.active_children():
        if child.pid:
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
    os.write(2, f"{_INTERRUPTED}\n".encode())
    os._exit(130)
