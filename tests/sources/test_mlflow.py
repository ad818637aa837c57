"""MLflow's stores, as MLflow 3.17.2 wrote them."""

import math
import sqlite3
import sys
from pathlib import Path

import pytest

from ablation.errors import UsageError
from ablation.sources import read
from tests.sources.conformance import SourceConformance


class TestSQLite(SourceConformance):
    archive, place, kind = "mlflow_sqlite", "mlflow.db", "mlflow"

    def test_what_mlflow_cannot_store_comes_back_as_it_was(self):
        with sqlite3.connect(self.source) as database:
            runs = [run for (run,) in database.execute("SELECT run_uuid FROM runs ORDER BY start_time")]
            change = "UPDATE latest_metrics SET value = ?, is_nan = ? WHERE run_uuid = ?"
            database.execute(change, (0.0, 1, runs[1]))
            database.execute(change, (sys.float_info.max, 0, runs[2]))
        database.close()
        losses = read(self.source)["loss"]
        assert math.isnan(losses[0])
        assert losses[1] == math.inf

    def test_a_run_that_still_goes_on_and_one_that_was_deleted(self):
        with sqlite3.connect(self.source) as database:
            database.execute("UPDATE runs SET status = 'RUNNING', end_time = NULL WHERE name = 'run-0'")
            database.execute("UPDATE runs SET lifecycle_stage = 'deleted' WHERE name = 'run-1'")
        database.close()
        found = read(self.source)
        assert len(found) == 23
        assert found["status"].value_counts().to_dict() == {"FINISHED": 20, "FAILED": 2, "RUNNING": 1}
        assert math.isnan(found["seconds"][0])

    def test_tables_that_lack_a_column_are_of_another_version(self):
        with sqlite3.connect(self.source) as database:
            database.execute("ALTER TABLE latest_metrics RENAME COLUMN is_nan TO is_missing")
        database.close()
        with pytest.raises(UsageError, match=r"no such column: x.is_nan. It may be of another version"):
            read(self.source)


class TestFiles(SourceConformance):
    archive, place, kind = "mlflow_files", "mlruns", "mlflow"

    def damage(self):
        path = next(Path(self.source).glob("*/*/metrics/loss"))
        path.write_text(path.read_text()[:-3])

    def test_of_several_values_at_one_step_and_time_the_last_counts(self):
        """MLflow itself shows the largest: findings/mlflow_latest_of_ties.sh."""
        path = next(Path(self.source).glob("*/*/metrics/loss"))
        path.write_text("1000 0.9 3\n1000 0.1 3\n1000 0.5 3\n2000 7.0 2\n")
        assert (read(self.source)["loss"] == 0.5).sum() == 1

    def test_notes_that_were_cut_off_are_refused(self):
        path = next(Path(self.source).glob("*/*/meta.yaml"))
        path.write_text(path.read_text()[:100])
        with pytest.raises(UsageError, match=r"meta.yaml: expected the notes .* Received: "):
            read(self.source)


@pytest.mark.parametrize("experiment", ["planted", "other"])
def test_an_experiment_is_named(tmp_path, experiment):
    from tests.sources.planted import unpack

    place = unpack("mlflow_sqlite", tmp_path) / "mlflow.db"
    if experiment == "planted":
        assert len(read(place, experiment=experiment)) == 24
    else:
        with pytest.raises(UsageError, match=r"experiment: expected an experiment in .*: planted. Received"):
            read(place, experiment=experiment)
