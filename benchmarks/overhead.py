"""What the framework itself costs: planning, resuming, jobs that have nothing to do, and overhead per run.

    python -m benchmarks.overhead
    python -m benchmarks.overhead function     what a Python function costs in its process
    python -m benchmarks.overhead jobs 1000    what a job costs under three sweepers, and a call of a function

An app with a stand-in trainer (no network) is swept as a user would, each time in a process of its own. What
Python and imports take is measured by a plan of one run, and subtracted. Prints Markdown tables.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOY = ROOT / "tests" / "sweep" / "toy.py"
BASIC = ("hydra/launcher=basic",)


def main() -> None:
    if sys.argv[1:2] == ["jobs"]:
        beside_other_sweepers(int(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        start = min(
            _seconds(folder, *design_words(1), "hydra.sweeper.plan_only=true", "name=one") for _ in range(3)
        )
        print(f"Python, imports and a plan of one run: {start:.1f} s, subtracted below.\n")
        print("| what | runs | seconds |\n| --- | ---: | ---: |")
        plan = _seconds(folder, *design_words(10_000), "hydra.sweeper.plan_only=true") - start
        print(f"| plan | 10,000 | {plan:.1f} |", flush=True)
        for n in (10, 100, 1000):
            study = (*design_words(n), f"name=n{n}", *BASIC)
            whole = _seconds(folder, *study) - start
            print(
                f"| sweep, gather and report | {n:,} | {whole:.1f} ({1e3 * whole / n:.0f} ms a run) |",
                flush=True,
            )
            again = _seconds(folder, *study) - start
            print(f"| resume a finished study | {n:,} | {again:.1f} |", flush=True)
        print(f"| a job with nothing to do | 1 | {_idle_job(folder):.3f} |")


_NO_OP = """
import random

import hydra


@hydra.main(version_base="1.3", config_path=".", config_name="config")
def main(cfg):
    return cfg.x + random.random()


if __name__ == "__main__":
    main()
"""

_SWEEPERS = {
    "Hydra's basic": ("seed=range(1,{})",),
    "Optuna's, random": ("hydra/sweeper=optuna", "hydra/sweeper/sampler=random", "seed=range(1,{})",
                         "hydra.sweeper.n_trials={n}"),
    "this one": ("hydra/sweeper=ablation", "hydra.sweeper.replicates={half}"),
}  # fmt: skip

_IN_PROCESS = """
import random, sys
import ablation

def train(x, seed):
    return x + random.random()

ablation.sweep(train, {"x": [0, 1]}, seeds=int(sys.argv[1]) // 2)
"""


def beside_other_sweepers(n: int) -> None:
    """The same app of `@hydra.main`, which does nothing, under three sweepers: what a job costs each.

    A function that does the same stands below them. All run at the same time, so that whatever else the
    machine does disturbs all alike.

    Args:
        n: jobs. A tenth of them is swept as well, and subtracted with all that a sweep costs once.
    """
    load = os.getloadavg()[0]
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores of {platform.machine()}, load {load:.0f}\n")
    sweepers = {**_SWEEPERS, "`ablation.sweep(function)`": ()}
    if find_spec("hydra_plugins.hydra_optuna_sweeper") is None:
        del sweepers["Optuna's, random"]
    few, many = (_spent_by_each(sweepers, jobs) for jobs in (n // 10, n))
    print("| sweeper | jobs | ms a job | CPU ms a job |\n| --- | ---: | ---: | ---: |")
    for name in sweepers:
        wall, cpu = (1e3 * (many[name][i] - few[name][i]) / (n - n // 10) for i in range(2))
        print(f"| {name} | {n:,} | {wall:.1f} | {cpu:.1f} |", flush=True)


def _spent_by_each(sweepers: Mapping[str, Sequence[str]], n: int) -> dict[str, tuple[float, float]]:
    """Sweeper → seconds and CPU seconds of n jobs, all sweepers at once."""
    with ThreadPoolExecutor(len(sweepers)) as pool:
        spent = dict(zip(sweepers, pool.map(lambda words: _spent(words, n), sweepers.values()), strict=True))
    for name, (wall, cpu) in spent.items():
        print(f"{name}, {n} jobs: {wall:.1f} s, {cpu:.1f} s of the CPU", file=sys.stderr, flush=True)
    return spent


def _spent(sweeper: Sequence[str], n: int) -> tuple[float, float]:
    """Seconds, and CPU seconds, of a sweep with n jobs; of a function where there are no arguments."""
    half = n // 2
    words = ["-m", "x=0,1", *(word.format(half + 1, n=n, half=half) for word in sweeper)]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "app.py").write_text(_NO_OP if sweeper else _IN_PROCESS)
        Path(folder, "config.yaml").write_text("x: 0\nseed: 1\n")
        start, nothing = time.perf_counter(), subprocess.DEVNULL
        process = subprocess.Popen(
            [sys.executable, "app.py", *(words if sweeper else [str(n)])],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=nothing,
            stderr=nothing,
        )
        _, status, used = os.wait4(process.pid, 0)  # of this process and its own, not of the others
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(words)} ended with exit code {process.returncode}")
    return time.perf_counter() - start, used.ru_utime + used.ru_stime


_DESIGNS = {
    1: (1, 1, 1, 1),
    10: (2, 5, 1, 1),
    100: (2, 5, 5, 2),
    1000: (2, 10, 10, 5),
    10_000: (2, 25, 25, 8),
}
"""Runs → levels of three factors, and seeds."""


def design_words(n: int) -> tuple[str, ...]:
    """The words of a study of so many runs of the stand-in."""
    norm, activation, rate, seeds = _DESIGNS[n]
    return (
        "-m",
        f"flags.norm={','.join(['false', 'true'][:norm])}",
        f"flags.activation={','.join(f'a{i}' for i in range(activation))}",
        f"rate={','.join(f'{i / 1e4}' for i in range(1, rate + 1))}",
        f"hydra.sweeper.replicates={seeds}",
    )


FUNCTION = """
import os, sys, time
import ablation

def train(a, b, seed):
    return 1.0

def write(path):
    with open(path, "xb") as file:
        file.write(bytes(1500))
        file.flush()
        os.fsync(file.fileno())

ablation.sweep(train, {"a": [0, 1], "b": [0]}, name="first")
start, busy = time.perf_counter(), time.process_time()
ablation.sweep(train, {"a": list(range(10)), "b": list(range(20))}, seeds=5, name="many")
runs, busy = time.perf_counter() - start, time.process_time() - busy
start = time.perf_counter()
for i in range(200):
    write(f"written-{i}")
print("measured", runs, busy, (time.perf_counter() - start) / 200)
"""


def function() -> None:
    """A Python function that does nothing, 1,000 times in one process, in memory and on this disk."""
    print("| a Python function in process | ms a run | CPU ms a run | a write that reaches the disk, ms |")
    print("| --- | ---: | ---: | ---: |")
    places = [("in memory", "/dev/shm"), ("on this disk", None)]
    for name, place in places if Path("/dev/shm").is_dir() else places[1:]:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            command = [sys.executable, "-c", FUNCTION]
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True, check=True
            )
            runs, busy, write = map(float, done.stdout.split("measured")[1].split())
            print(f"| {name} | {runs:.2f} | {busy:.2f} | {1e3 * write:.2f} |", flush=True)


def _seconds(folder: str, *arguments: str) -> float:
    start = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(TOY), *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return time.perf_counter() - start


def _idle_job(folder: str) -> float:
    """What each job adds when its cell is finished: jobs of a finished study, launched all the same."""
    script = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
sys.argv = ["toy.py", *{list(design_words(100))!r}, "name=n100", "hydra/launcher=basic"]
from ablation.sweep import study_sweep, survey
from tests.sweep import toy
study_sweep.survey = lambda store, keys: survey.Survey({{}}, 0, 0, {{}})
started = []
launch = study_sweep.launch
def timed(*arguments):
    started.append((time.perf_counter(), len(arguments[1])))
    yield from launch(*arguments)
    start, n = started[-1]
    print("idle", (time.perf_counter() - start) / n)
study_sweep.launch = timed
toy.train()
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, env=environment, capture_output=True, text=True
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("idle ")]
    if not lines:
        raise SystemExit(done.stdout + done.stderr)
    return float(lines[0].split()[1])


if __name__ == "__main__":
    function() if sys.argv[1:] == ["function"] else main()
