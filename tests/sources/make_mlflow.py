"""Has MLflow 3.17.2 write an experiment of 24 runs into SQLite, and one into files."""

import os
import sqlite3
from pathlib import Path

os.environ |= {"MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}
import mlflow
from planted import RUNS, write


def fill(address: str, artifacts: Path) -> None:
    mlflow.set_tracking_uri(address)
    mlflow.create_experiment("planted", artifact_location=str(artifacts))
    mlflow.set_experiment("planted")
    with mlflow.start_run(run_name="parent"):
        for run in RUNS:
            try:
                with mlflow.start_run(run_name=f"run-{run.number}", nested=True):
                    mlflow.log_params({"act": run.act, "opt.name": run.optimizer, "seed": run.seed})
                    mlflow.log_metric("loss", 2.0, step=0)
                    if run.fails:
                        raise FloatingPointError("planted")
                    mlflow.log_metric("loss", run.loss, step=1)
            except FloatingPointError:
                pass


def in_sqlite(folder: Path) -> None:
    fill(f"sqlite:///{folder}/mlflow.db", folder / "artifacts")
    with sqlite3.connect(folder / "mlflow.db") as database:
        database.execute("VACUUM")


def in_files(folder: Path) -> None:
    fill(f"{folder}/mlruns", folder / "artifacts")


if __name__ == "__main__":
    write("mlflow_sqlite", "mlflow", in_sqlite)
    write("mlflow_files", "mlflow", in_files)
