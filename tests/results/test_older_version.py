"""A study that an older version made goes on: nothing finished is trained again, and its numbers stay.

`fixtures/make.sh` tells how the study was made: 12 of its 16 runs are finished (one will diverge), one has
failed, and two were being trained when their process was killed. Its record has the entry `stopped`, as
versions before 0.1.0 kept the stop signal there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ablation.report import write_report
from ablation.results import open_store, read
from ablation.sweep.status import main as status
from tests.results.postgres_server import postgres_programs

pytestmark = pytest.mark.slow
FIXTURES = Path(__file__).parent / "fixtures"
LEFT = {f"True {depth} spatial {seed}" for depth in (1, 2) for seed in (0, 1)}

BY_SEED = "verdicts allow for effects that differ from seed to seed"
FEW = "tests over two or three seeds no longer count as disagreement"
HC3 = "left out where there are two runs or fewer for each parameter: it tells nothing there"
CHANGED = {
    "best_cells.mean": "of a cell with failures, the mean of its runs and not the seed-adjusted one",
    **{f"verdicts.{name}": BY_SEED for name in ("se", "df", "ci_low", "ci_high", "p_adjusted")},
    **{f"verdicts.percent_{bound}": BY_SEED for bound in ("low", "high")},
    **{f"power.{name}": BY_SEED for name in ("se", "df", "detectable", "detectable_percent")},
    "robustness.agree": FEW,
    **dict.fromkeys(
        ("anova.F_hc3", "anova.p_hc3", "effects.p_hc3", "effects.se_hc3", "robustness.p_hc3"), HC3
    ),
}
"""Numbers of effects.json that a later version gives otherwise on purpose: `table.column` → why."""

WHATEVER_THE_MODEL = (
    *(f"best_cells.{name}" for name in ("estimate", "se", "df", "ci_low", "ci_high", "runs", "failed")),
    *(f"failures.{name}" for name in ("rate", "failed", "runs", "ci_low", "ci_high", "fisher_p")),
    *(f"robustness.{name}" for name in ("block_mean", "p_block", "p_sign_flip", "n_blocks")),
    *("marginal_means.estimate", "marginal_means.response", "lack_of_fit.df_pure_error"),
)
"""Numbers that do not depend on which interactions are in the model. A later version lets pairs enter by what
the runs carry, and those of the unfinished study do not carry them."""


@pytest.fixture
def old_folder(tmp_path: Path) -> Path:
    """The study in a folder; git keeps no times, so its claims are made as old as they are."""
    folder = tmp_path / "runs/old"
    shutil.copytree(FIXTURES / "old_study", folder)
    for claim in folder.glob("attempts/*/*.claim"):
        os.utime(claim, (0, 0))
    return folder


@pytest.fixture
def old_url(postgres: str) -> str:
    """The same study in a database."""
    psql = [postgres_programs() / "psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1"]
    address = postgres.replace("+psycopg", "")
    subprocess.run(
        [*psql, "--file", FIXTURES / "old_study.sql", address], check=True, stdout=subprocess.DEVNULL
    )
    return f"{postgres}#old"


def sweep(folder: Path, root: Path, *arguments: str) -> set[str]:
    """The command that was stopped, once more; returns what it trained."""
    command = [sys.executable, FIXTURES / "train.py", "-m", "attention=null,spatial", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 cells × 2 seeds = 16 runs, 12 done" in done.stdout
    lines = (folder / "trained.txt").read_text().splitlines()
    assert len(lines) == len(set(lines))
    return set(lines)


def numbers(value: Any, place: str = "") -> dict[str, Any]:
    """Every number of effects.json by where it stands; its sentences may be worded better."""
    if isinstance(value, dict | list):
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        return {p: number for key, each in entries for p, number in numbers(each, f"{place}.{key}").items()}
    return {} if isinstance(value, str) else {place: value}


def differences(old: Path, new: Path, columns: tuple[str, ...] = ()) -> dict[str, tuple[Any, Any]]:
    """Where a number of the old report differs in the new one, to twelve digits.

    Those after them depend on the machine and its linear algebra. All columns that have not changed on
    purpose are compared, or those that are named.
    """
    before, after = (numbers(json.loads(path.read_text())["responses"]) for path in (old, new))
    assert len(before) > 500
    compared = {
        place: (number, after.get(place, "absent"))
        for place, number in before.items()
        if (_column(place) in columns if columns else _column(place) not in CHANGED)
    }
    assert len(compared) > 40
    return {place: pair for place, pair in compared.items() if not _same(*pair)}


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, float) and isinstance(new, float):
        return new == pytest.approx(old, rel=1e-12, abs=1e-13)
    return repr(old) == repr(new)


def _column(place: str) -> str:
    """`.0.effects.3.p` → `effects.p`."""
    return ".".join(place.split(".")[-3::2])


def test_an_older_study_resumes_with_its_keys_and_numbers(old_folder, root):
    before = {path.name: path.read_bytes() for path in old_folder.glob("rows/*")}
    assert sweep(old_folder.parents[1], root) == LEFT
    after = {path.name: path.read_bytes() for path in old_folder.glob("rows/*")}
    assert before.items() <= after.items()
    assert len(after) == 16
    assert sorted(read(old_folder)["status"]) == ["diverged"] + ["ok"] * 15
    assert differences(FIXTURES / "resumed_effects.json", old_folder / "report/effects.json") == {}
    assert "stopped" not in json.loads((old_folder / "study.json").read_text())


def test_an_older_database_resumes_with_its_keys_and_numbers(old_url, tmp_path, root):
    before = open_store(old_url).scan().rows
    assert sweep(tmp_path, root, f"results.url='{old_url}'") == LEFT
    after = open_store(old_url).scan().rows
    assert before.items() <= after.items()
    assert len(after) == 16
    assert differences(FIXTURES / "resumed_effects.json", tmp_path / "runs/old/report/effects.json") == {}


def test_an_older_study_is_read_as_it_is(old_folder, capsys):
    assert json.loads((old_folder / "study.json").read_text())["stopped"] is True
    assert status([str(old_folder)]) == 0
    shown = capsys.readouterr().out
    assert "Study old: 12 of 16 runs done, 0 in work by 0 processes, 1 failed, 2 interrupted." in shown
    assert "failed: norm=true depth=1 attention=spatial seed=0: RuntimeError: out of luck" in shown
    pd.testing.assert_frame_equal(
        read(old_folder).astype(object), pd.read_parquet(old_folder / "results.parquet").astype(object)
    )
    shutil.move(old_folder / "report/effects.json", old_folder / "effects.json")
    assert write_report(str(old_folder), figures=False)
    reports = (old_folder / "effects.json", old_folder / "report/effects.json")
    assert differences(*reports, WHATEVER_THE_MODEL) == {}


def test_an_older_database_is_the_same_study(old_url, old_folder):
    inside, beside = open_store(old_url), open_store(old_folder)
    mine, other = vars(inside.load_record()), vars(beside.load_record())
    different = {"command", "defaults", "first_defaults"}  # the two commands, and what became of results.url
    assert {name for name in mine if mine[name] != other[name]} <= different
    assert inside.scan().rows.keys() == beside.scan().rows.keys()
