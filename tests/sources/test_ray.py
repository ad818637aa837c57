"""Folders of trials, as Ray Tune 2.60.0 wrote them."""

from pathlib import Path

from ablation.sources import read
from tests.sources.conformance import SourceConformance


class TestTune(SourceConformance):
    archive, place, failed = "ray", "planted", "ERROR"

    def damage(self):
        path = max(Path(self.source).glob("*/result.json"))
        path.write_text(path.read_text()[:-9])

    def test_a_metric_that_came_after_the_first_report_is_there_and_rays_own_are_not(self):
        found = read(self.source)
        assert found["late"].eq(1).sum() == 22
        assert found["nested.acc"].notna().sum() == 22
        assert not {"pid", "training_iteration", "config.act"} & {*found.columns}

    def test_a_trial_that_had_no_report_yet_and_one_that_goes_on(self):
        state = next(Path(self.source).glob("experiment_state-*.json"))
        state.write_text(state.read_text().replace("TERMINATED", "RUNNING", 1))
        folder = max(Path(self.source).glob("train_*"))
        (folder / "result.json").write_text("")
        found = read(self.source)
        assert found["status"].to_list().count("RUNNING") == 1
        assert len(found) == 24
        assert found["act"].notna().all()
