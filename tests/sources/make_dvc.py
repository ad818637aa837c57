"""Has DVC 3.67.1 run 24 experiments from its queue, and show them as JSON and as CSV."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from planted import ACTS, OPTIMIZERS, write

TRAIN = """
import json, sys
sys.path.insert(0, {here!r})
from planted import RUNS
lines = open("params.yaml").read().split()
act, name, seed = (lines[lines.index(key) + 1] for key in ("act:", "name:", "seed:"))
run = next(r for r in RUNS if (r.act, r.optimizer, r.seed) == (act, name, int(seed)))
assert not run.fails, "planted"
json.dump({{"loss": run.loss, "nested": {{"acc": float("nan")}}}}, open("metrics.json", "w"))
"""
STAGE = """
stages:
  train:
    cmd: {python} train.py
    params: [act, opt, seed]
    metrics: [metrics.json: {{cache: false}}]
"""
ENVIRONMENT = os.environ | {
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",  # to call its worker
    "DVC_NO_ANALYTICS": "1",
    "GIT_AUTHOR_NAME": "me", "GIT_AUTHOR_EMAIL": "me@here", "GIT_COMMITTER_NAME": "me",
    "GIT_COMMITTER_EMAIL": "me@here", "GIT_CONFIG_GLOBAL": "/dev/null",
}  # fmt: skip


def make(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as room:

        def call(*words: str, fails: bool = False) -> str:
            done = subprocess.run(
                words, cwd=room, env=ENVIRONMENT, capture_output=True, text=True, check=False
            )
            assert fails or done.returncode == 0, done.stderr
            return done.stdout

        dvc = (sys.executable, "-m", "dvc")
        call("git", "init", "-q")
        call(*dvc, "init", "-q")
        Path(room, "train.py").write_text(TRAIN.format(here=str(Path(__file__).parent)))
        Path(room, "dvc.yaml").write_text(STAGE.format(python=sys.executable))
        Path(room, "params.yaml").write_text("act: relu\nopt:\n  name: sgd\n  nesterov: false\nseed: 0\n")
        call("git", "add", "-A")
        call("git", "commit", "-qm", "Begin")
        sets = [f"act={','.join(ACTS)}", f"opt.name={','.join(OPTIMIZERS)}", "seed=range(0,4)"]
        call(*dvc, "exp", "run", "--queue", *(word for one in sets for word in ("-S", one)))
        call(*dvc, "exp", "run", "--run-all", "-j", "1", fails=True)
        (folder / "exp.json").write_text(call(*dvc, "exp", "show", "--json"))
        (folder / "exp.csv").write_text(call(*dvc, "exp", "show", "--csv"))


if __name__ == "__main__":
    write("dvc", "dvc", make)
