"""What a change touches, as docs/structure.md promises it: each change is made in a copy, and works."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.changes import (
    ATTENTION_LEVEL,
    BACKEND,
    DESIGN,
    FLAG,
    NETWORK,
    OPTION,
    RESPONSE,
    SECTION,
    SOURCE,
    TRACKER,
    Change,
)

pytestmark = pytest.mark.slow

TINY = (
    "model.units=[2,2,2]",
    "data.n_train=64",
    "data.n_test=20",
    "training.epochs=1",
    "hydra/launcher=basic",
    "hydra.sweeper.order=null",
)
PLAN = "hydra.sweeper.plan_only=true"


@dataclass
class Copy:
    """A copy of the package in which a change is made, and a folder to work in."""

    root: Path
    work: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def make(self, change: Change) -> "Copy":
        """Make the change; what it replaces must stand in its file exactly once."""
        for path, edits in change.edits.items():
            text = (self.root / path).read_text()
            for before, after in edits:
                assert text.count(before) == 1, (path, before)
                text = text.replace(before, after)
            (self.root / path).write_text(text)
        for path, content in change.files.items():
            assert not (self.root / path).exists()
            (self.root / path).parent.mkdir(exist_ok=True)
            (self.root / path).write_text(content)
        return self

    def python(self, *arguments: str, code: int = 0) -> str:
        """Run Python in the copy; what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.work,
            env={**os.environ, "PYTHONPATH": str(self.root), **self.environment},
            capture_output=True,
            text=True,
            timeout=500,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stderr

    def app(self, *arguments: str, code: int = 0) -> str:
        """Run the built-in app in the copy."""
        return self.python("-m", "ablation", *arguments, code=code)


@pytest.fixture
def copy(root, tmp_path):
    for part in ("ablation", "hydra_plugins", "conf"):
        shutil.copytree(root / part, tmp_path / "copy" / part, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "work").mkdir()
    return Copy(tmp_path / "copy", tmp_path / "work")


def layers(copy, flag, level):
    """The names of the layers of an autoencoder and of a density network that the copy builds."""
    code = f"""
from ablation.app.config import Config
from ablation.app.problems import problem
for name, data in (("variational", "mnist_sample"), ("density", "synthetic_density")):
    config = Config()
    config.model.units, config.data.n_train, config.data.n_test, config.data.size = [2, 2, 2], 8, 8, 28
    config.model.name, config.data.name, config.flags.{flag} = name, data, {level!r}
    print(*[layer.name for layer in problem(config).network.layers])
"""
    return [line.split() for line in copy.python("-c", code).splitlines()[-2:]]


@pytest.mark.parametrize(
    ("change", "edited", "new"),
    [
        (FLAG, 2, 1),
        (ATTENTION_LEVEL, 1, 1),
        (NETWORK, 1, 3),
        (RESPONSE, 1, 0),
        (DESIGN, 1, 0),
        (OPTION, 2, 0),
        (SECTION, 1, 1),
        (SOURCE, 1, 1),
        (TRACKER, 1, 1),
        (BACKEND, 1, 2),
    ],
    ids=lambda value: value.name if isinstance(value, Change) else "",
)
def test_a_change_touches_as_many_files_as_promised(change, edited, new):
    assert (len(change.edits), len(change.files)) == (edited, new)


def test_a_flag_is_swept_acts_in_its_network_and_is_refused_where_it_does_not(copy):
    copy.make(FLAG)
    assert "2 cells" in copy.app("-m", "study=mine", PLAN)
    ignored = copy.app("-m", "study=mine", "model=density", "data=synthetic_density", PLAN, code=2)
    assert "flags.halved" in ignored
    assert "variational, autoencoder" in ignored
    autoencoder, density = layers(copy, "halved", True)
    assert "encoder_1_0_halved" in autoencoder
    assert not any("halved" in name for name in density)


def test_an_attention_level_is_swept_and_acts_in_every_network(copy):
    copy.make(ATTENTION_LEVEL)
    shown = copy.app("-m", "flags.attention=none,brightest", PLAN)
    assert "flags.attention: none, brightest" in shown
    for names in layers(copy, "attention", "brightest"):
        assert any(name.endswith("_attention") for name in names)


def test_a_network_is_trained_and_knows_its_data(copy):
    copy.make(NETWORK)
    assert "seed 0: ok" in copy.app("model=line", "seeds=[0]", *TINY[1:5])
    assert "model.latent" in copy.app("-m", "model=line", "model.latent=2,3", PLAN, code=2)
    assert "learns from one of mnist_sample" in copy.app("-m", "model=line", "data=mnist", PLAN, code=2)


def test_a_response_is_measured_judged_and_reported(copy):
    copy.make(RESPONSE)
    sweep = ("hydra.sweeper.replicates=2", "flags.batch_norm=false,true", "flags.activation=relu")
    fixed = (
        "flags.dropout=false",
        "flags.attention=none",
        "analysis.response=brightness",
        "analysis.margin=null",
    )
    shown = copy.app("-m", "model.latent=2", *sweep, *fixed, *TINY)
    assert "What each component does to brightness (higher is better)" in shown
    record = json.loads((copy.work / "runs/quick/study.json").read_text())
    assert (record["direction"], record["units"]["brightness"]) == ("higher", "%")


def test_a_design_is_planned(copy):
    shown = copy.make(DESIGN).app("-m", "hydra.sweeper.design=at_most", PLAN)
    assert "at most 2 factors off their reference" in shown
    assert "19 cells × 3 seeds = 57 runs" in shown  # 1 + (1 + 1 + 1 + 3) + (3 + 3 · 3) of 2×2×2×4


def test_an_option_of_a_design_is_planned_and_is_refused_for_other_designs(copy):
    copy.make(OPTION)
    shown = copy.app("-m", "hydra.sweeper.design=at_most", "hydra.sweeper.most=1", PLAN)
    assert "7 cells × 3 seeds = 21 runs" in shown
    assert "most: only for the designs at_most" in copy.app("-m", "hydra.sweeper.most=1", PLAN, code=2)


def test_a_section_stands_in_the_report(copy):
    copy.make(SECTION)
    lines = [
        f"{flag},{seed},{1 + 0.1 * flag + 0.01 * seed * (flag + 1)}" for flag in (0, 1) for seed in range(4)
    ]
    (copy.work / "runs.csv").write_text("\n".join(["flag,seed,loss", *lines]))
    wanted = ("response=loss", "factors=[flag]", "block=seed", "output=page", "figures=false")
    copy.python("-m", "ablation.report", "table=runs.csv", *wanted)
    assert "There are 8 rows." in (copy.work / "page/report.md").read_text()


def test_a_source_is_reported(copy):
    copy.make(SOURCE)
    (copy.work / "mine.notes").write_text("".join(f"{flag} {1 + i / 9}\n" for i, flag in enumerate("aabbab")))
    copy.python("-m", "ablation.report", "mine.notes", "output=page", "figures=false")
    assert "6 rows of 2 levels" in (copy.work / "page/report.md").read_text()


def test_a_tracker_gets_the_runs(copy):
    copy.make(TRACKER)
    (copy.work / "study.py").write_text(
        "import ablation\n\ndef train(a, seed):\n    return 1 + a + seed\n\n"
        "ablation.sweep(train, {'a': [0, 1]}, seeds=2, log='notebook')\n"
    )
    assert "notebook (mine.notes): 4 runs logged." in copy.python("study.py")
    assert len((copy.work / "mine.notes").read_text().splitlines()) == 4


def test_a_backend_trains(copy):
    copy.make(BACKEND).environment = {"KERAS_BACKEND": "numpy"}
    assert "seed 3: ok, loss 3" in copy.app("seeds=[3]", *TINY[:5])
