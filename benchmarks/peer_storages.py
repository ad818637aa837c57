"""Storages of other tools with many runs, made and read by the tools themselves; runs in their environments.

    python benchmarks/peer_storages.py fill|read optuna|mlflow FILE N

The tool makes an empty storage; the runs are then put into its tables, as writing 100,000 of them through the
tool would take hours.
"""

import json
import sqlite3
import sys

DISTRIBUTIONS = {
    "lr": {"name": "FloatDistribution", "attributes": {"step": None, "low": 1e-5, "high": 1.0, "log": True}},
    "act": {"name": "CategoricalDistribution", "attributes": {"choices": ["relu", "gelu", None]}},
    "depth": {"name": "IntDistribution", "attributes": {"log": False, "step": 1, "low": 1, "high": 8}},
    "norm": {"name": "CategoricalDistribution", "attributes": {"choices": [False, True]}},
}
START = 1764500000000


def flags(i: int) -> dict[str, float]:
    """The numbers that a storage has for the flags of a run."""
    return {"lr": 1e-5 * (i + 1), "act": i % 3, "depth": 1 + i % 8, "norm": i % 2}


def fill_optuna(place: str, n: int) -> None:
    import optuna

    optuna.create_study(storage=f"sqlite:///{place}", study_name="bench")
    at = "2026-11-30 12:00:00.000000"
    with sqlite3.connect(place) as database:
        insert = database.executemany
        insert(
            "INSERT INTO trials VALUES (?, ?, 1, 'COMPLETE', ?, ?)", ((i + 1, i, at, at) for i in range(n))
        )
        insert(
            "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) "
            "VALUES (?, ?, ?, ?)",
            (
                (i + 1, name, value, json.dumps(DISTRIBUTIONS[name]))
                for i in range(n)
                for name, value in flags(i).items()
            ),
        )
        insert(
            "INSERT INTO trial_user_attributes (trial_id, key, value_json) VALUES (?, 'seed', ?)",
            ((i + 1, str(i % 5)) for i in range(n)),
        )
        insert(
            "INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?, 0, ?, 'FINITE')",
            ((i + 1, i / n) for i in range(n)),
        )


def fill_mlflow(place: str, n: int) -> None:
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{place}")
    experiment = mlflow.create_experiment("bench")
    with sqlite3.connect(place) as database:
        insert = database.executemany
        insert(
            "INSERT INTO runs (run_uuid, name, user_id, status, start_time, end_time, lifecycle_stage, "
            "artifact_uri, experiment_id) VALUES (?, ?, 'me', 'FINISHED', ?, ?, 'active', '', ?)",
            ((f"{i:032x}", f"run-{i}", START + i, START + 60_000 + i, experiment) for i in range(n)),
        )
        insert(
            "INSERT INTO params VALUES (?, ?, ?)",
            (
                (name, str(value), f"{i:032x}")
                for i in range(n)
                for name, value in {**flags(i), "seed": i % 5}.items()
            ),
        )
        for table in ("latest_metrics", "metrics"):
            insert(
                f"INSERT INTO {table} (key, value, timestamp, step, is_nan, run_uuid) "
                "VALUES (?, ?, ?, 9, 0, ?)",
                ((name, i / n, START + i, f"{i:032x}") for i in range(n) for name in ("loss", "acc")),
            )


def read_optuna(place: str, _: int) -> None:
    import optuna

    storage = f"sqlite:///{place}"
    print(len(optuna.load_study(study_name="bench", storage=storage).trials_dataframe()))


def read_mlflow(place: str, n: int) -> None:
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{place}")
    print(len(mlflow.search_runs(experiment_names=["bench"], max_results=n)))


if __name__ == "__main__":
    what, tool, place, n = sys.argv[1:]
    globals()[f"{what}_{tool}"](place, int(n))
