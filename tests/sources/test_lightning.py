"""Folders of Lightning's CSVLogger, as Lightning 2.6.6 wrote them."""

from pathlib import Path

import pytest

from ablation.analysis.data.propose import propose
from ablation.errors import UsageError
from ablation.sources import read
from tests.sources.conformance import SourceConformance


class TestCSVLogger(SourceConformance):
    archive, place, failed, columns = "lightning", "lightning_logs", "", {"loss": "val_loss"}
    tolerance = 1e-6  # Lightning keeps metrics as 32-bit floats

    def damage(self):
        path = Path(self.source, "version_3/metrics.csv")
        path.write_bytes(path.read_bytes()[:-4])

    def test_the_last_value_of_a_column_counts_though_the_last_row_lacks_it(self):
        assert read(self.source)["train_loss"].dropna().eq(2).all()

    def test_a_tuple_is_a_list_and_no_object_of_python_is_made(self):
        path = Path(self.source, "version_0/hparams.yaml")
        tags = "betas: !!python/tuple [0.9, 0.99]\nrun: !!python/object/apply:os.system ['touch made']\n"
        path.write_text(f"{path.read_text().partition('betas')[0]}{tags}")
        found = read(self.source)
        assert found["betas"][0] == found["betas"][1] == "[0.9, 0.99]"
        assert found["config.run"][0] == '["touch made"]'
        assert not Path("made").exists()

    def test_runs_that_end_at_different_epochs_are_a_doubt(self):
        path = Path(self.source, "version_3/metrics.csv")
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:4]))
        found = read(self.source)
        assert "Which runs were cut off: they end at epochs 0 and 1" in propose(found).doubts[0]
        assert propose(found[found["epoch"] == 1], "val_loss").runs == 21

    def test_notes_that_were_cut_off_are_refused(self):
        path = Path(self.source, "version_3/hparams.yaml")
        path.write_text(path.read_text().replace("opt:", "opt: {"))
        with pytest.raises(UsageError, match=r"hparams.yaml: expected a mapping of what was set"):
            read(self.source)
