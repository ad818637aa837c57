"""Experiments from DVC's queue, as `dvc exp show` of DVC 3.67.1 printed them."""

import json
from pathlib import Path

import pytest

from ablation.errors import UsageError
from ablation.sources import read
from tests.sources.conformance import SourceConformance


class TestShownAsJson(SourceConformance):
    archive, place, failed = "dvc", "exp.json", "failed"

    def test_the_workspace_and_the_commit_before_are_no_runs(self):
        found = read(self.source)
        assert len(found) == 24
        assert not {"workspace", "master"} & {*found["run"]}

    def test_an_experiment_that_waits_is_not_finished(self):
        shown = json.loads(Path(self.source).read_text())
        shown[1]["experiments"][0]["executor"] = {"state": "queued", "name": "dvc-task"}
        Path(self.source).write_text(json.dumps(shown))
        assert read(self.source)["status"].to_list().count("queued") == 1

    def test_the_csv_is_refused_with_what_to_print(self):
        with pytest.raises(UsageError, match=r"exp.csv: expected what `dvc exp show --json` prints"):
            read(self.folder / "exp.csv")
