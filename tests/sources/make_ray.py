"""Has Ray Tune 2.60.0 run 24 trials."""

import contextlib
import os
from pathlib import Path

os.environ |= {"RAY_worker_niceness": "0"}
import ray
from planted import ACTS, OPTIMIZERS, RUNS, SEEDS, write
from ray import tune


def train(config: dict) -> None:
    run = next(r for r in RUNS if r.config == config)
    tune.report({"loss": 2.0, "nested": {"acc": float("nan")}})
    if run.fails:
        raise FloatingPointError("planted")
    tune.report({"loss": run.loss, "nested": {"acc": 0.5}, "late": 1})


def make(folder: Path) -> None:
    ray.init(num_cpus=1, include_dashboard=False, logging_level="ERROR", configure_logging=False)
    space = {
        "act": tune.grid_search(list(ACTS)),
        "opt": {"name": tune.grid_search(list(OPTIMIZERS)), "nesterov": False},
        "seed": tune.grid_search(list(SEEDS)),
    }
    where = tune.RunConfig(storage_path=str(folder), name="planted", verbose=0)
    with contextlib.suppress(Exception):
        tune.Tuner(train, param_space=space, run_config=where).fit()
    for path in folder.rglob("*"):
        if path.suffix == ".pkl" or "tfevents" in path.name:
            path.unlink()
    assert len(list(folder.rglob("result.json"))) == len(RUNS)


if __name__ == "__main__":
    write("ray", "ray", make)
