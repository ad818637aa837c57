"""Forks a process per job from one that has imported what jobs need: memory is shared, and given back.

`forks.py` starts it; Linux alone. Nothing here outlives the command: each process dies with its parent.
"""

import atexit
import ctypes
import gc
import os
import pickle
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, JobStatus, run_job, setup_globals
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, open_dict

from ablation.sweep.jobs import in_a_line
from ablation.sweep.pages import give_back_read_pages
from ablation.sweep.pickling import dumps

Do = Callable[[int, Sequence[str]], JobReturn]

_PR_SET_PDEATHSIG = 1


def main(socket: int, parent: int) -> None:
    """Serve launches until the sweep ends.

    Args:
        socket: gets the app, then launches, as `Forks` sends them; gives back what jobs return.
        parent: the process of the sweep.
    """
    _end_with(parent)
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)  # the sweep is interrupted, and ends this
    connection, is_cold = Connection(socket), sys.orig_argv[-1] == "cold"
    if not (is_cold or (_warm(connection.recv_bytes()) and _may_fork())):
        os.execv(sys.executable, [*sys.orig_argv, "cold"])
    while True:
        try:
            work, n_at_once, first, jobs = connection.recv()
        except (EOFError, OSError):
            os._exit(0)
        do = partial(_do_unread, work) if is_cold else partial(_do, *pickle.loads(work))
        gc.freeze()  # a collection would write to what is shared
        for returned in _run(do, n_at_once, first, jobs, interrupt):
            connection.send(returned)


def _warm(app: bytes) -> bool:
    """Import what jobs need; return whether that succeeded. If not, the jobs meet the same error."""
    try:
        OverridesParser.create().parse_overrides(["a=b"])  # makes what each job needs, in a tenth of a second
        warm = getattr(pickle.loads(app), "warm", None)
        if warm:
            warm()
            give_back_read_pages()
    except (Exception, SystemExit):
        return False
    return True


def _may_fork() -> bool:
    """Whether imports have left no threads, which a fork would lack; BLAS ends its own for the first fork."""
    if os.fork() == 0:
        os._exit(0)
    os.wait()
    return len(list(Path("/proc/self/task").iterdir())) == 1


def _run(
    do: Do, n_at_once: int, first: int, jobs: Sequence[Sequence[str]], interrupt: Any
) -> Iterator[tuple[int, int, bytes]]:
    """Each job's number, exit code and what it returns, in the order in which they end."""
    waiting, running = deque(enumerate(jobs)), dict[int, tuple[int, BinaryIO]]()
    parent = os.getpid()
    while waiting or running:
        while waiting and len(running) < n_at_once:
            i, overrides = waiting.popleft()
            file: BinaryIO = os.fdopen(os.memfd_create("returned"), "w+b")
            pid = os.fork()
            if pid == 0:
                _end_with(parent)
                if interrupt is not signal.SIG_IGN:
                    signal.signal(signal.SIGINT, signal.SIG_DFL)
                _be_job(do, first + i, overrides, file)
            running[pid] = i, file
        pid, status = os.wait()
        i, file = running.pop(pid)
        with file:
            file.seek(0)
            yield i, os.waitstatus_to_exitcode(status), file.read()


def _be_job(do: Do, number: int, overrides: Sequence[str], file: BinaryIO) -> NoReturn:
    """Do a job in this process, and end it."""
    if "numpy.random" in sys.modules:  # Python reseeds its own generator after a fork, NumPy does not
        sys.modules["numpy.random"].seed()
    try:
        try:
            returned = do(number, overrides)
        except (Exception, SystemExit) as error:
            returned = JobReturn(overrides=overrides, status=JobStatus.FAILED, _return_value=error)
        file.write(_packed(returned))
        file.flush()
        atexit._run_exitfuncs()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _do_unread(work: bytes, number: int, overrides: Sequence[str]) -> JobReturn:
    """One job, where this process has yet to import everything."""
    context, config, task, singletons = pickle.loads(work)
    return _do(context, config, task, singletons, number, overrides)


def _do(
    context: HydraContext,
    config: DictConfig,
    task: TaskFunction,
    singletons: Any,
    number: int,
    overrides: Sequence[str],
) -> JobReturn:
    """One job, as Hydra's other launchers do it."""
    setup_globals()
    Singleton.set_state(singletons)
    composed = context.config_loader.load_sweep_config(config, list(overrides))
    with open_dict(composed):
        composed.hydra.job.id = f"{composed.hydra.job.name}_{number}"
        composed.hydra.job.num = number
    HydraConfig.instance().set_config(composed)
    returned = run_job(
        hydra_context=context,
        config=composed,
        task_function=task,
        job_dir_key="hydra.sweep.dir",
        job_subdir_key="hydra.sweep.subdir",
    )
    returned.cfg = returned.hydra_cfg = None  # of thousands of jobs they would fill the sweep's memory
    return returned


def _packed(returned: JobReturn) -> bytes:
    """What a job returns, or words for it where it cannot travel."""
    try:
        packed = dumps(returned)
        pickle.loads(packed)
    except Exception:
        words = RuntimeError(in_a_line(returned._return_value))
        return pickle.dumps(JobReturn(returned.overrides, status=returned.status, _return_value=words))
    return packed


def _end_with(parent: int) -> None:
    """Have the system end this process when its parent ends, however that is."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
