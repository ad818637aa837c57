"""Several jobs on each GPU; the list of GPUs is CUDA's own variable, so none is needed."""

import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from omegaconf import OmegaConf

import ablation
from ablation.errors import UsageError
from ablation.results import open_store
from ablation.sweep.sharing import KEY, gpus_to_share, n_at_once, share
from tests.sweep.conftest import started
from tests.sweep.test_jobs import BASIC, SUBMITIT

APP = """
import os, time
from pathlib import Path
import hydra

@hydra.main(version_base="1.3", config_path=None, config_name=None)
def main(cfg):
    Path(cfg.here, str(os.getpid())).touch()
    for _ in range(600):  # until all jobs are at work
        if len(list(Path(cfg.here).iterdir())) == 4:
            break
        time.sleep(0.1)
    return {"loss": 1 + 0.1 * cfg.a, "gpu": float(os.environ["CUDA_VISIBLE_DEVICES"]), "process": os.getpid()}

if __name__ == "__main__":
    main()
"""
PLAIN = ("-m", "hydra/sweeper=ablation", "+a=0,1,2,3", "hydra.sweeper.response=loss", f"{KEY}=2")


@pytest.fixture
def two_gpus(monkeypatch, tmp_path):
    """GPUs 3 and 5 of a machine, and a folder of locks that no other test has."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    monkeypatch.setenv("TMPDIR", str(tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("package", "launcher"),
    [
        ("hydra", ("hydra/launcher=joblib", "hydra.launcher.batch_size=1")),
        ("submitit", ("hydra/launcher=submitit_local",)),
    ],
)
def test_each_gpu_gets_its_jobs_and_a_job_sees_one(root, tmp_path, two_gpus, package, launcher):  # noqa: ARG001
    pytest.importorskip(package)
    (tmp_path / "train.py").write_text(APP)
    (tmp_path / "here").mkdir()
    here = f"+here={tmp_path}/here"
    shown, _ = started("train.py", *PLAIN, *launcher, here, cwd=tmp_path, root=root).communicate(timeout=240)
    rows = open_store(tmp_path / "runs/train").scan().rows.values()
    assert len(rows) == 4, shown
    assert len({row.responses["process"] for row in rows}) == 4
    assert Counter(row.responses["gpu"] for row in rows) == {3.0: 2, 5.0: 2}


def test_processes_of_a_function_share_gpus(two_gpus, tmp_path, monkeypatch):  # noqa: ARG001
    monkeypatch.chdir(tmp_path)
    here = tmp_path / "here"
    here.mkdir()

    def fit(a, seed):
        import os
        import time

        (here / str(os.getpid())).touch()
        for _ in range(600):  # until both processes are at work
            if len(list(here.iterdir())) > 1:
                break
            time.sleep(0.1)
        gpu = float(os.environ["CUDA_VISIBLE_DEVICES"])
        return {"loss": 1.0 + a + 0.1 * seed, "gpu": gpu, "process": os.getpid()}

    table = ablation.sweep(fit, {"a": [0, 1]}, seeds=2, jobs_per_gpu=1).table
    assert table.groupby("process")["gpu"].nunique().max() == 1
    assert set(table["gpu"]) == {3.0, 5.0}
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "3,5"
    assert os.getpid() not in set(table["process"])
    for process in map(int, set(table["process"])):
        with pytest.raises(ProcessLookupError):  # it saw one GPU, and is for no other sweep
            os.kill(process, 0)
    for more, said in (({"n_jobs": 2}, "n_jobs=2"), ({"backend": "threading"}, "backend='threading'")):
        with pytest.raises(UsageError, match=f"expected it alone.*{said}"):
            ablation.sweep(fit, {"a": [0, 1]}, seeds=2, jobs_per_gpu=1, **more)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["hydra/launcher=basic"], "expected a launcher that runs jobs at once on this machine"),
        (["hydra/launcher=joblib", f"{KEY}=0"], "expected a number of jobs from 1. Received: 0"),
        (["hydra/launcher=ray"], "hydra.launcher.ray.remote.num_gpus=0.5"),
        (["hydra/launcher=submitit_slurm"], "hydra.launcher.gres=shard:1"),
    ],
)
def test_what_cannot_share_is_a_sentence(plain_app, two_gpus, words, said):  # noqa: ARG001
    package = {"ray": "ray", "submitit_slurm": "submitit"}.get(words[0].partition("=")[2], "hydra")
    pytest.importorskip(package)
    words = words if KEY in words[-1] else [*words, f"{KEY}=2"]
    code, shown = plain_app(lambda cfg: cfg.a, "a: 0\nseed: 0\n", "a=0,1", *words)
    assert code == 2, shown
    assert said in " ".join(shown.split())


@pytest.mark.parametrize(
    ("launcher", "asked", "told"),
    [
        (SUBMITIT, None, ["hydra.sweeper.jobs_per_gpu=1", "hydra.sweeper.gpus='3,5'"]),
        (SUBMITIT, 2, ["hydra.sweeper.gpus='3,5'"]),
        ({**SUBMITIT, "gpus_per_node": 2}, None, []),
        (BASIC, None, []),
    ],
)
@pytest.mark.usefixtures("two_gpus")
def test_jobs_of_submitit_on_this_machine_see_its_gpus(launcher, asked, told):
    """Its own executor leaves CUDA_VISIBLE_DEVICES empty in them, unless it was told of GPUs."""
    sweeper = {"jobs_per_gpu": asked, "gpus": ""}
    config = OmegaConf.create(
        {"hydra": {"launcher": launcher, "sweeper": sweeper, "overrides": {"hydra": []}}}
    )
    share(config)
    assert config.hydra.overrides.hydra == told
    assert n_at_once(config.hydra.sweeper) == (2 * (asked or 1) if told else None)


@pytest.mark.usefixtures("two_gpus")
def test_without_gpus_submitit_s_jobs_are_left_alone(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    config = OmegaConf.create(
        {"hydra": {"launcher": SUBMITIT, "sweeper": {"jobs_per_gpu": None, "gpus": ""}}}
    )
    share(config)
    assert config.hydra.sweeper == {"jobs_per_gpu": None, "gpus": ""}


def test_without_a_gpu_there_is_nothing_to_share(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    with pytest.raises(
        UsageError, match=r"expected an NVIDIA GPU to share\. Received: none, CUDA_VISIBLE_DEVICES=-1"
    ):
        gpus_to_share(2)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    with pytest.raises(UsageError, match="nvidia-smi lists none"):
        gpus_to_share(2)
