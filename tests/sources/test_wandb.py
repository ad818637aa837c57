"""Folders of offline runs, as W&B 0.31.0 wrote them; its CSV exports are tables, read as all are."""

from pathlib import Path

import pytest

from ablation.errors import UsageError
from ablation.sources import read, recognised
from tests.sources.conformance import SourceConformance


class TestOffline(SourceConformance):
    archive, place, failed = "wandb", "wandb", "failed"

    @property
    def log(self) -> Path:
        return min(Path(self.source).glob("*/run-*.wandb"))

    def damage(self):
        data = bytearray(self.log.read_bytes())
        data[13] = 9  # the kind of the first record
        self.log.write_bytes(data)

    def test_a_run_that_was_cut_off_still_goes_on_or_was_killed(self):
        data = self.log.read_bytes()
        self.log.write_bytes(data[: len(data) // 2])
        found = read(self.source)
        assert len(found) == 24
        assert found["status"].to_list().count("running") == 1
        assert found["act"].notna().all()

    def test_one_run_a_folder_of_them_and_the_folder_above_are_taken_each_run_once(self):
        assert len(read(self.log)) == len(read(self.log.parent)) == 1
        Path(self.source, "latest-run").symlink_to(self.log.parent)
        assert len(read(self.folder)) == 24

    def test_a_run_that_was_resumed_is_one_run(self):
        other = self.log.parent.with_name("offline-run-29991231_000000-x")
        other.mkdir()
        (other / self.log.name).write_bytes(self.log.read_bytes())
        assert len(read(self.source)) == 24

    def test_what_was_nan_is_nan_and_nested_names_are_one_each(self):
        found = read(self.source)
        assert found["val.loss"].isna().sum() == 22, "the two that failed had logged a 3 before"
        assert found["betas"].eq("[0.9, null]").all()

    def test_a_newer_form_is_refused(self):
        data = bytearray(self.log.read_bytes())
        data[6] = 1
        self.log.write_bytes(data)
        with pytest.raises(UsageError, match=r"expected a W&B log of format 0. Received: a file that begins"):
            read(self.source)

    def test_a_folder_of_logs_alone_is_no_source(self):
        for path in Path(self.source).rglob("*.wandb"):
            path.unlink()
        assert recognised(self.source) is None
