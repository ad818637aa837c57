"""Two checkouts side by side, such as an older commit and this one: time and memory of what they do.

    git worktree add /tmp/old 0069ca5
    python -m benchmarks.compare /tmp/old . [--rounds 3] [--only sweep plan resume report]
    python -m benchmarks.compare /tmp/old . --only sweep --cells 32 --whole  # `make sweep` itself
    python -m benchmarks.compare . . --only sweep --cells 8 64               # does memory grow?

Each figure is of a whole process with what it starts, in turn: old, new, old, new. Seconds of the processor
count what a busy machine does not; memory is the sum of proportional shares (PSS), the most that was held at
once. Prints a Markdown table of medians, and the ratio new / old with its range over rounds.

The sweep is that of `study=quick` with fewer images, one epoch and one seed, so what a cell costs beside its
steps weighs more than in the study; `--whole` is the study, `--sweep` gives other overrides. Below the table
stands how many losses are the same to the last bit.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.memory import PeakMemory
from benchmarks.overhead import BASIC, design_words
from benchmarks.report import table
from benchmarks.sweep import FIXED, LEVELS

TINY = ("data.n_train=512", "data.n_test=200", "training.epochs=1", "hydra.sweeper.replicates=1")
REPORT = ("response=loss", "factors=[norm,dropout,attention,activation]", "block=seed", "margin=1")
ROOT = Path(__file__).resolve().parents[1]
TOY = Path("tests", "sweep", "toy.py")

Figures = Mapping[str, float]
"""What was measured, with its unit → value."""


@dataclass(frozen=True)
class Side:
    """A checkout, a folder in which its commands run, and the losses of its sweeps: (sweep, run) → loss."""

    checkout: Path
    folder: Path
    losses: dict[tuple[str, str], float] = field(default_factory=dict)

    def run(self, *words: str) -> Figures:
        """What a Python command takes."""
        environment = {**os.environ, "PYTHONPATH": str(self.checkout), "TF_CPP_MIN_LOG_LEVEL": "2"}
        start = time.perf_counter()
        with tempfile.TemporaryFile() as shown:
            child = subprocess.Popen(
                [sys.executable, *words], cwd=self.folder, env=environment, stdout=shown, stderr=shown
            )
            with PeakMemory(child.pid) as memory:
                _, status, used = os.wait4(child.pid, 0)
            seconds = time.perf_counter() - start
            if status:
                shown.seek(0)
                sys.exit(f"{self.checkout}: {' '.join(words)} failed:\n{shown.read().decode()[-2000:]}")
        cpu = used.ru_utime + used.ru_stime
        return {"CPU, s": cpu, "clock, s": seconds, "memory, MB": memory.peak_bytes / 1e6}

    def sweep(self, words: Sequence[str], name: str) -> Figures:
        """A study of networks, and when its first run was there."""
        start = time.time()
        figures = self.run("-m", "ablation", "-m", "study=quick", f"name={name}", *words)
        rows = list((self.folder / "runs" / name / "rows").glob("*.json"))
        first = min(path.stat().st_mtime for path in rows) - start
        for path in rows:
            self.losses[name, path.stem] = json.loads(path.read_bytes())["responses"]["loss"]
        return {**figures, "until the first run, s": first}

    def toy(self, *words: str) -> Figures:
        """A study of an app that trains nothing."""
        return {"CPU, s": self.run(str(self.checkout / TOY), *words)["CPU, s"]}

    def report(self, number: int) -> Figures:
        """A report of 96 runs with its figures."""
        words = ("-m", "ablation.report", "table=96.csv", f"output=page{number}", *REPORT)
        return {"CPU, s": self.run(*words)["CPU, s"]}


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        sides = []
        for name in ("old", "new"):
            place = Path(folder, name)
            place.mkdir()
            table(3).to_csv(place / "96.csv", index=False)
            sides.append(Side(Path(getattr(options, name)).resolve(), place))
        print("| what | old | new | new / old | range |\n| --- | ---: | ---: | ---: | --- |")
        for what, measure in _measures(options, sides):
            _print(what, [[measure(side, i) for side in sides] for i in range(options.rounds)])
        old, new = (side.losses for side in sides)
        if old.keys() | new.keys():
            n_same = sum(old.get(run) == loss for run, loss in new.items())
            print(f"\nLosses: the same to the last bit in {n_same} of {len(old.keys() | new.keys())} runs.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cells", type=int, nargs="+", default=[8], choices=LEVELS)
    parser.add_argument("--sweep", nargs="*", default=TINY, help="overrides of the study of networks")
    parser.add_argument("--whole", dest="sweep", action="store_const", const=(), help="none")
    known = ["sweep", "plan", "resume", "report"]
    parser.add_argument("--only", nargs="*", default=known, choices=known)
    return parser.parse_args()


def _measures(
    options: argparse.Namespace, sides: Sequence[Side]
) -> list[tuple[str, Callable[[Side, int], Figures]]]:
    """Name of what is measured → (side, number of the round) → figures."""
    many = (*design_words(1000), "name=many", *BASIC)
    if "resume" in options.only:
        for side in sides:
            side.run(str(side.checkout / TOY), *many)
    plan = (*design_words(10_000), "hydra.sweeper.plan_only=true")
    measures: dict[str, tuple[str, Callable[[Side, int], Figures]]] = {
        "plan": ("plan of 10,000 runs", lambda side, _: side.toy(*plan)),
        "resume": ("resuming 1,000 finished runs", lambda side, _: side.toy(*many)),
        "report": ("report of 96 runs", lambda side, i: side.report(i)),
    }
    sweeps = [_sweep_of(n, options.sweep) for n in options.cells] if "sweep" in options.only else []
    return sweeps + [measures[name] for name in options.only if name in measures]


def _sweep_of(n: int, overrides: Sequence[str]) -> tuple[str, Callable[[Side, int], Figures]]:
    """A sweep of so many cells, as `_measures` gives it."""
    levels = {name: LEVELS[n].get(name, [value]) for name, value in FIXED.items()}
    words = [*(f"flags.{name}={','.join(each)}" for name, each in levels.items()), *overrides]
    return f"sweep of {n} cells", lambda side, i: side.sweep(words, f"sweep{n}-{i}")


def _print(what: str, rounds: Sequence[Sequence[Figures]]) -> None:
    """A line for each figure."""
    for figure in rounds[0][0]:
        medians = [median(each[side][figure] for each in rounds) for side in (0, 1)]
        ratios = sorted(new[figure] / old[figure] for old, new in rounds)
        texts = [f"{value:,.0f}" if value >= 100 else f"{value:.1f}" for value in medians]
        texts += [f"{median(ratios):.2f}", f"{ratios[0]:.2f} to {ratios[-1]:.2f}"]
        print(f"| {what}: {figure} | {' | '.join(texts)} |", flush=True)


if __name__ == "__main__":
    main()
