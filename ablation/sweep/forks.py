"""The sweep's side of `fork_server`: starts it, hands over jobs and takes their results."""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Sequence
from multiprocessing import Pipe
from typing import Any

from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, JobStatus
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from ablation.sweep.pickling import dumps

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_PROGRAM = (
    "import sys; sys.path[:], sys.argv[:] = {!r}; from ablation.sweep import fork_server as f; f.main({}, {})"
)


class Forks:
    """Runs each job in a process of its own; the first imports begin at once.

    Args:
        app: what jobs call. Its `warm()`, if it has one, imports what jobs need, and starts no thread.
        n_at_once: how many jobs may run at the same time; they share the cores.
    """

    def __init__(self, app: TaskFunction, n_at_once: int) -> None:
        from joblib import cpu_count

        self._n_at_once, share = n_at_once, max(1, cpu_count() // n_at_once)
        self._connection, theirs = Pipe()
        program = _PROGRAM.format((sys.path, sys.argv), theirs.fileno(), os.getpid())
        self._server = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.DEVNULL,
            env={**{name: str(share) for name in _THREADS}, **os.environ},
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self._connection.send_bytes(dumps(app))

    def run(
        self,
        context: HydraContext,
        config: DictConfig,
        app: TaskFunction,
        jobs: Sequence[Sequence[str]],
        first: int,
    ) -> list[JobReturn]:
        """Do jobs.

        Returns:
            What each returns. A job whose process has died has failed, and no other.

        Raises:
            ChildProcessError: the process that forks the others has died.
        """
        work = dumps((context, config, app, Singleton.get_state()))
        returns: dict[int, JobReturn] = {}
        try:
            self._connection.send((work, self._n_at_once, first, [list(job) for job in jobs]))
            while len(returns) < len(jobs):
                i, code, packed = self._connection.recv()
                returns[i] = pickle.loads(packed) if packed else _died(jobs[i], code)
        except (EOFError, ConnectionError) as error:
            raise ChildProcessError(
                f"the process that starts jobs has {_ending(self._server.wait())}"
            ) from error
        return [returns[i] for i in range(len(jobs))]

    def end(self) -> None:
        """End all processes."""
        self._server.kill()
        self._server.wait()
        self._connection.close()


def _died(overrides: Sequence[str], code: int) -> JobReturn:
    error: Any = ChildProcessError(f"its process has {_ending(code)}")
    return JobReturn(overrides=overrides, status=JobStatus.FAILED, _return_value=error)


def _ending(code: int) -> str:
    return f"been killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
