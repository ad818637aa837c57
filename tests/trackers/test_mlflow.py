"""Runs in MLflow 3.17.2, read back by its client and by our own source."""

import shutil

import pytest

from tests.trackers.conformance import TrackerConformance


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A database without runs: MLflow takes seconds to make one."""
    pytest.importorskip("mlflow", reason="nox -s trackers has it")
    import mlflow

    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    mlflow.MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


class TestMlflow(TrackerConformance):
    name, failed = "mlflow", "FAILED"
    renamed = {"note=@": "note__"}  # noqa: RUF012

    @property
    def uri(self):
        return f"sqlite:///{self.home}/mlflow.db"

    @property
    def place(self):
        return self.uri

    @pytest.fixture(autouse=True)
    def _database(self, empty, tmp_path):
        shutil.copy(empty, tmp_path / "mlflow.db")

    def prepare(self, monkeypatch):
        monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")

    def _client(self):
        import mlflow

        client = mlflow.MlflowClient(self.uri)
        return client, client.search_runs([client.get_experiment_by_name("mine").experiment_id])

    def history(self):
        client, runs = self._client()
        return {
            run.data.tags["ablation.key"]: {
                name: [one.value for one in client.get_metric_history(run.info.run_id, name)]
                for name in run.data.metrics
            }
            for run in runs
        }

    def midst(self):
        import mlflow

        return mlflow.MlflowClient, "log_batch"

    def test_notes_are_tags_and_the_report_is_the_description(self):
        self.send()
        _, runs = self._client()
        (failed,) = [run for run in runs if run.info.status == "FAILED"]
        assert failed.data.tags["ablation.error"] == "RuntimeError: out of luck"
        assert failed.info.run_name == "norm=true act=relu seed=1"
        assert "runs/mine/report/index.html" in failed.data.tags["mlflow.note.content"]
        assert failed.info.end_time - failed.info.start_time == 30_000
