"""What `@main` asks of an app, and what it says to one that breaks the contract."""

import os
import subprocess
import sys

import pytest

from ablation.results import read

RIGHT = 'yield Outcome(seed, {"loss": loss})'
APP = """
from ablation.sweep import Outcome, main

@main()
def train(config, seeds):
    for seed in seeds:
        yield Outcome(seed, {"loss": config.depth + 0.1 * config["momentum"] + 0.01 * seed})

if __name__ == "__main__":
    train()
"""
LOOP, YIELD = (APP[APP.index(word) : APP.index("\n\nif")] for word in ("    for seed", "yield"))


@pytest.fixture
def start(root, tmp_path):
    """An app as a user starts it: its source, configuration and arguments → exit code and what it showed."""

    def start(source, config, *arguments):
        (tmp_path / "conf").mkdir(exist_ok=True)
        (tmp_path / "conf/config.yaml").write_text(config)
        (tmp_path / "train.py").write_text(source)
        done = subprocess.run(
            [sys.executable, "train.py", *arguments],
            env={"PYTHONPATH": str(root), "PATH": os.environ["PATH"]},
            cwd=tmp_path, capture_output=True, text=True,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    return start


def test_no_key_is_needed_and_the_function_gets_what_hydra_users_expect(start, tmp_path):
    config = "depth: 2\nmomentum: false\n"
    sweep = ("-m", "hydra/sweeper=ablation", "depth=1,2", "momentum=false,true")
    code, shown = start(APP, config, *sweep, "hydra.sweeper.replicates=2")
    assert code == 0, shown
    assert "4 cells × 2 seeds = 8 runs, 0 done" in shown
    table = read(tmp_path / "runs/train")
    assert sorted(table["loss"]) == pytest.approx([1.0, 1.01, 1.1, 1.11, 2.0, 2.01, 2.1, 2.11])
    assert len(list((tmp_path / "runs/train/jobs").glob("*/app.log"))) == 4
    assert not (tmp_path / "multirun").exists()
    code, shown = start(APP, config, *sweep, "name=other", "seeds=[7]")
    assert code == 0, shown
    assert read(tmp_path / "runs/other")["seed"].tolist() == [7] * 4
    code, shown = start(APP, config, "depth=1", "seeds=[5]")
    assert "seed 5: ok, loss 1.05" in shown
    code, shown = start(APP, config, *sweep, "seeds=[0,1,5]")
    assert "12 runs, 9 done" in shown


def test_a_schema_needs_no_key_of_the_framework_either(start, tmp_path):
    source = APP.replace("@main()", "@main(schema=Config)").replace(
        "@main", "from dataclasses import dataclass\n\n@dataclass\nclass Config:\n    depth: int = 2\n"
        "    momentum: bool = False\n\n@main",
    ).replace('config["momentum"]', "config.momentum")  # fmt: skip
    config = "defaults: [schema, _self_, override hydra/sweeper: ablation]\n"
    code, shown = start(
        source, config, "-m", "momentum=false,true", "seeds=[0,1]", "name=mine", "analysis.margin=1"
    )
    assert code == 0, shown
    assert len(read(tmp_path / "runs/mine")) == 4


def test_all_missing_values_are_told_at_once(start):
    code, shown = start(APP, "depth: ???\nmomentum: ???\n", "-m", "hydra/sweeper=ablation", "+x=1,2")
    assert code == 2
    assert "Expected a value for depth, momentum. Received: none (???). Add it: depth=… momentum=…" in shown


@pytest.mark.parametrize(
    ("old", "new", "received"),
    [
        (LOOP, "    return 0.5", "return 0.5"),
        (
            LOOP,
            "    return {'loss': 0.5}",
            "return {'loss': 0.5}",
        ),
        (LOOP, "    print()", "a function without yield"),
        (
            LOOP,
            "    return [0.5]",
            "return of a list with 0.5",
        ),
        (YIELD, "yield 0.5", "yield 0.5"),
        (YIELD, "yield seed, 0.5", "yield (0, 0.5)"),
        ("def train(config, seeds)", "def train(cfg)", "def train(cfg)"),
        ("@main()", "@main", "@main without parentheses"),
    ],
)
def test_a_broken_contract_ends_with_the_right_lines(start, old, new, received):
    sweep = ("-m", "hydra/sweeper=ablation", "depth=1,2") if received == "return 0.5" else ()
    code, shown = start(APP.replace(old, new), "depth: 2\nmomentum: false\n", *sweep)
    assert code == 2, shown
    assert RIGHT in shown
    assert f"Received: {received}" in shown
    assert "Traceback" not in shown
