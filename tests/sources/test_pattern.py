"""Folders of anybody's making, read by a pattern."""

import json
from pathlib import Path

import pytest

from ablation.errors import UsageError
from ablation.sources import read
from tests.sources.conformance import SourceConformance
from tests.sources.planted import RUNS


class TestFolders(SourceConformance):
    """No tool has written these: they are made here."""

    failed, columns = "", {"optimizer": "optimizer"}
    settings = {"pattern": "{act}-{optimizer}/seed{seed}/metrics.json"}  # noqa: RUF012

    @pytest.fixture(autouse=True)
    def _unpacked(self, tmp_path, monkeypatch):
        self.folder = tmp_path / "theirs"
        for run in RUNS:
            folder = self.folder / f"{run.act}-{run.optimizer}/seed{run.seed}"
            folder.mkdir(parents=True)
            if not run.fails:
                (folder / "metrics.json").write_text(json.dumps({"loss": run.loss}))
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        monkeypatch.setattr("signal.signal", lambda *_: None)

    def test_it_is_recognised(self):
        assert len(read(self.source, **self.settings)) == 24

    def damage(self):
        path = next(self.folder.rglob("metrics.json"))
        path.write_text(path.read_text()[:-2])

    def test_a_file_may_have_the_fields_and_a_config_more_of_them(self):
        for run in RUNS[:4]:
            folder = self.folder / f"seed={run.seed}"
            folder.mkdir()
            (folder / "c.yaml").write_text("opt: {lr: 1.0e-3, decay: null}")
            (folder / "run_a.csv").write_text("epoch,loss,acc\n0,1,\n1,0.5,0.9\n2,0.25,\n")
        found = read(self.source, pattern="seed={seed}/run_{act}.csv", config="c.yaml")
        first = found.drop(columns="run").iloc[0].to_dict()
        expected = {
            "seed": 0,
            "act": "a",
            "opt.lr": 1e-3,
            "opt.decay": "null",
            "epoch": 2,
            "loss": 0.25,
            "acc": 0.9,
        }
        assert first == expected

    @pytest.mark.parametrize("pattern", ["", "metrics.json", "../{a}/metrics.json"])
    def test_a_pattern_that_is_none_is_refused(self, pattern):
        with pytest.raises(UsageError, match=r"pattern: expected the names of folders"):
            read(self.source, pattern=pattern)

    def test_a_pattern_that_nothing_fits_is_told(self):
        with pytest.raises(UsageError, match=r"expected runs. Received: none"):
            read(self.source, pattern="{a}/{b}/{c}/{d}.json")
        assert not Path("page").exists()
