"""An app that knows nothing of this package, started as a process, in other processes, and killed."""

import os
import signal

import pytest

from ablation.results import open_store
from tests.sweep.conftest import started, wait_for_rows

APP = """
import time
from dataclasses import dataclass

import hydra
from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

OmegaConf.register_new_resolver("double", lambda x: 2 * x)


@dataclass
class Config:
    norm: bool = False
    seed: int = 0
    seconds: float = 0.0
    twice: float = "${double:${seed}}"


ConfigStore.instance().store(name="config", node=Config)


@hydra.main(version_base="1.3", config_path=None, config_name="config")
def main(cfg):
    time.sleep(cfg.seconds)
    return 1 - 0.2 * cfg.norm + cfg.twice


if __name__ == "__main__":
    main()
"""
PLAIN = ("-m", "hydra/sweeper=ablation", "norm=false,true", "hydra.sweeper.replicates=3",
         "hydra.sweeper.unkeyed=[seconds]")  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("package", "launcher"),
    [
        ("hydra", ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "hydra.launcher.batch_size=1")),
        ("submitit", ("hydra/launcher=submitit_local",)),
    ],
)
def test_a_killed_sweep_keeps_what_has_returned_and_the_same_command_goes_on(
    root, tmp_path, package, launcher
):
    pytest.importorskip(package)
    (tmp_path / "train.py").write_text(APP)
    store = open_store(tmp_path / "runs/train")

    def start(*arguments):
        return started("train.py", *PLAIN, *launcher, *arguments, cwd=tmp_path, root=root)

    process = start("seconds=2")
    wait_for_rows(tmp_path / "runs/train", 2, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    before = dict(store.scan().rows)
    shown, _ = start("seconds=0").communicate(timeout=240)
    after = store.scan().rows
    assert len(after) == 6, shown
    assert before.items() <= after.items()
    assert {row.responses["objective"] for row in after.values()} == {1.0, 3.0, 5.0, 0.8, 2.8, 4.8}


@pytest.mark.slow
def test_ray_does_the_jobs_of_an_app_that_knows_nothing_of_it(root, tmp_path):
    pytest.importorskip("hydra_plugins.hydra_ray_launcher")
    (tmp_path / "train.py").write_text(APP)
    words = (*PLAIN, "hydra/launcher=ray", "+hydra.launcher.ray.init={num_cpus:2,include_dashboard:false}")
    shown, _ = started("train.py", *words, cwd=tmp_path, root=root).communicate(timeout=400)
    rows = open_store(tmp_path / "runs/train").scan().rows.values()
    found = {(row.config["norm"], row.seed): row.responses["objective"] for row in rows}
    expected = {(norm, seed): 1 - 0.2 * norm + 2 * seed for norm in (False, True) for seed in range(3)}
    assert found == pytest.approx(expected), shown
    again, _ = started("train.py", *PLAIN, cwd=tmp_path, root=root).communicate(timeout=240)
    assert "6 runs, 6 done" in again
