"""Folders of Hydra's jobs, as Hydra 1.3.8 wrote them."""

from pathlib import Path

import pytest

from ablation.errors import UsageError
from ablation.sources import read
from tests.sources.conformance import SourceConformance


class TestMultirun(SourceConformance):
    archive, place, failed = "hydra", "multirun", ""

    def damage(self):
        path = Path(self.source, "3/metrics.json")
        path.write_text(path.read_text()[:-2])

    def test_jobs_are_found_at_any_depth_and_keep_the_types_of_their_config(self):
        deeper = Path(self.source, "deeper/2026-11-30/12-00-00")
        deeper.parent.mkdir(parents=True)
        Path(self.source, "3").rename(deeper)
        found = read(self.source)
        assert "deeper/2026-11-30/12-00-00" in found["run"].to_list()
        assert found["opt.nesterov"].eq(False).all()
        assert len(found) == 24

    def test_the_file_of_metrics_must_be_there_and_be_one(self):
        with pytest.raises(UsageError, match=r"metrics: expected a file .* Received: test.json, which none"):
            read(self.source, metrics="test.json")
        Path(self.source, "0/results.json").write_text("{}")
        with pytest.raises(UsageError, match=r"found: metrics.json, results.json"):
            read(self.source)
        assert len(read(self.source, metrics="metrics.json")) == 24
