"""Where writers fight over one study: what is promised to them, and how it is checked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ablation.results import Row, Store
from ablation.results.encoding import encode
from tests.results.stores import open_as
from tests.results.worker import Log


@dataclass
class Outcome:
    """What a scenario counted, and in which ways a promise was broken (none, if all is well)."""

    n_keys: int = 0
    n_trainings: int = 0
    n_kills: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)


@dataclass
class Arena:
    """One study, and who may write to it."""

    kind: str
    place: str
    folder: Path
    seed: int

    def open(self, writer: int = 0, study: str = "s0", lease_seconds: float = 120.0) -> Store:
        return open_as(self.kind, f"{self.place}{study}", lease_seconds, seed=self.seed * 1000 + writer)

    def log(self, study: str = "s0") -> Log:
        return Log(self.folder / f"{study}.log")

    def check(self, study: str, wanted: list[Row], outcome: Outcome, n_allowed: int = 0) -> None:
        """I1 to I4, and no training more than was allowed."""
        log, scan = self.log(study), self.open(study=study).scan()
        expected = {row.key: encode(row) for row in wanted}
        got = {key: encode(row) for key, row in scan.rows.items()}
        trainings = log.keys("T")
        outcome.n_keys += len(wanted)
        outcome.n_trainings += len(trainings)
        say = outcome.problems.append
        if lost := [key for key in log.keys("A") if key not in got]:
            say(f"I1: {len(lost)} acknowledged rows are lost")
        if self.n_stored(study) not in (None, len(expected)):
            say(f"I2: {self.n_stored(study)} rows for {len(expected)} keys")
        if scan.quarantined:
            say(f"I3: {len(scan.quarantined)} damaged rows, such as {scan.quarantined[0].reason}")
        if got != expected:
            say(f"I4: {len(got)} rows, {len(expected)} expected, or other content")
        if len(trainings) > len(expected) + n_allowed:
            say(f"{len(trainings)} trainings of {len(expected)} runs, {n_allowed} repeats allowed")

    def n_stored(self, study: str) -> int | None:
        """How many files of rows there are, whatever the store makes of them."""
        rows = Path(f"{self.place}{study}") / "rows"
        return len(list(rows.glob("[!.]*"))) if rows.is_dir() else None


def fight(scenario: str, kind: str, place: str, folder: Path, seed: int = 0, **numbers: int) -> Outcome:
    """Run a scenario in a process of its own; errors of writers appear in the test's captured output."""
    command = [sys.executable, "-m", "tests.results.scenarios", scenario, kind, place, str(folder), str(seed)]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [*command, json.dumps(numbers)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        timeout=250,
        check=True,
    )
    return Outcome(**json.loads(done.stdout))
