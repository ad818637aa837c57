"""Folders of event files, as tensorboardX 2.6.5 and torch 2.13 wrote them."""

from pathlib import Path

import pytest

from ablation.errors import UsageError
from ablation.sources import read
from tests.sources.conformance import SourceConformance


class TestTensorboardX(SourceConformance):
    archive, place, kind, failed = "tensorboardx", "runs", "tensorboard", ""
    tolerance = 1e-6  # scalars are 32-bit floats

    def log(self, part: str = "3") -> Path:
        return next(Path(self.source, part).glob("*tfevents*"))

    def damage(self):
        data = bytearray(self.log().read_bytes())
        data[3] = 7  # in the length of the first record
        self.log().write_bytes(data)

    def test_a_file_that_was_cut_off_has_what_stands_before(self):
        self.log().write_bytes(self.log().read_bytes()[:-3])
        found = read(self.source)
        assert found["loss"][3] == 2.0, "the second of its two steps was cut off"
        assert found["loss"].notna().sum() == 22

    def test_a_repeated_step_after_a_restart_has_its_last_value(self):
        path = self.log("4")
        path.with_name(path.name.replace("tfevents.1", "tfevents.2")).write_bytes(self.log("3").read_bytes())
        found = read(self.source)
        assert found["loss"][4] == found["loss"][3]

    def test_whole_numbers_are_integers_as_the_plugin_keeps_floats(self):
        assert read(self.source)["seed"].dtype == "int64"

    def test_flags_stand_in_the_order_of_their_names_as_a_map_of_protobuf_has_none(self):
        assert list(read(self.source))[1:5] == ["act", "opt.name", "opt.nesterov", "seed"]

    def test_folders_without_hyperparameters_are_told(self):
        for path in Path(self.source).glob("*/hparams/*"):
            path.unlink()
        with pytest.raises(UsageError, match=r"expected runs with hyperparameters, .* 24 folders without"):
            read(self.source)


class TestTorch(TestTensorboardX):
    archive = "tensorboard_torch"
