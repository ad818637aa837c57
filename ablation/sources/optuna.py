"""Optuna's storages: a database or a journal (https://optuna.readthedocs.io, written by 5.0.0).

Both keep a parameter as a number beside its distribution; of a categorical one it is the place of the choice.
A pruned trial has a value, its last report, and stays unfinished.
"""

import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from ablation.errors import UsageError
from ablation.sources.databases import Database, has_tables, opened
from ablation.sources.optuna_journal import is_journal, replay
from ablation.sources.source import Found, Run, Settings, Source, chosen
from ablation.words import shown

SCHEMA = 12
"""The newest form of the tables that is known."""

_INFINITE = {"INF_POS": math.inf, "INF_NEG": -math.inf}


def _is_here(place: str) -> bool:
    return is_journal(Path(place)) or has_tables(place, "studies", "trials", "trial_params", "version_info")


def _read(place: str, settings: Settings) -> Found:
    if is_journal(Path(place)):
        return _of_journal(place, settings)
    with opened(place) as database:
        _check_version(database, place)
        studies = dict(database.rows("SELECT study_name, study_id FROM studies ORDER BY study_id"))
        name = chosen("a study", "study", list(studies), settings.get("study"), shown(place))
        return _of_study(database, studies[name])


def _check_version(database: Database, place: str) -> None:
    """Refuse tables of a form that is not known.

    Raises:
        UsageError: they are newer.
    """
    for version, library in database.rows("SELECT schema_version, library_version FROM version_info"):
        if version > SCHEMA:
            raise UsageError(
                f"{shown(place)}: expected an Optuna storage of schema {SCHEMA} or older. Received: schema "
                f"{version}, of Optuna {library}. Upgrade ablation-study, or export the trials: "
                "study.trials_dataframe().to_csv('trials.csv'), ablation report table=trials.csv"
            )


def _of_study(database: Database, study: int) -> Found:
    """One study of a database."""
    directions = database.rows(
        "SELECT direction FROM study_directions WHERE study_id = :study ORDER BY objective", study=study
    )
    names = database.rows(
        "SELECT value_json FROM study_system_attributes WHERE study_id = :study AND key = :key",
        study=study, key="study:metric_names",
    )  # fmt: skip
    objectives = _objectives([one for (one,) in directions], json.loads(names[0][0]) if names else None)
    flags, others, values = (_grouped(database.rows(query, study=study)) for query in _QUERIES)
    runs = [
        Run(
            f"trial {number}",
            {name: _decoded(float(value), text) for name, value, text in flags[key]},
            {list(objectives)[i]: _INFINITE.get(kind, value) for i, value, kind in values[key]},
            state,
            str(start or ""),
            _seconds(start, end),
            {name: json.loads(text) for name, text in others[key]},
        )
        for key, number, state, start, end in database.rows(
            "SELECT trial_id, number, state, datetime_start, datetime_complete FROM trials "
            "WHERE study_id = :study ORDER BY number", study=study,
        )
    ]  # fmt: skip
    return Found(runs, objectives)


_OF_STUDY = "JOIN trials t ON t.trial_id = x.trial_id WHERE t.study_id = :study"
_QUERIES = (
    f"SELECT x.trial_id, param_name, param_value, distribution_json FROM trial_params x {_OF_STUDY} "
    "ORDER BY x.param_id",
    f"SELECT x.trial_id, key, value_json FROM trial_user_attributes x {_OF_STUDY}",
    f"SELECT x.trial_id, objective, value, value_type FROM trial_values x {_OF_STUDY}",
)


def _grouped(rows: Sequence[Any]) -> dict[int, list[Any]]:
    groups = defaultdict(list)
    for key, *rest in rows:
        groups[key].append(rest)
    return groups


def _of_journal(place: str, settings: Settings) -> Found:
    studies = replay(Path(place))
    study = studies[chosen("a study", "study", list(studies), settings.get("study"), place)]
    objectives = _objectives(study.directions, study.metric_names)
    runs = [
        Run(
            f"trial {number}",
            {name: _decoded(value, text) for name, (value, text) in trial.params.items()},
            dict(zip(objectives, trial.values, strict=False)),
            trial.state,
            str(trial.start or ""),
            _seconds(trial.start, trial.end),
            trial.attributes,
        )
        for number, trial in enumerate(study.trials)
    ]
    return Found(runs, objectives)


def _objectives(directions: Sequence[str], names: Sequence[str] | None) -> dict[str, str]:
    """Response → which of its values are better."""
    usual = ["value"] if len(directions) == 1 else [f"values_{i}" for i in range(len(directions))]
    words = ["higher" if direction == "MAXIMIZE" else "lower" for direction in directions]
    return dict(zip(names or usual, words, strict=True))


def _decoded(value: float, distribution: str) -> object:
    """A parameter as the objective saw it."""
    name, attributes = _distribution(distribution)
    if name == "CategoricalDistribution":
        return attributes["choices"][int(value)]
    return int(value) if name.startswith("Int") else value


@cache
def _distribution(text: str) -> tuple[str, Mapping[str, Any]]:
    distribution = json.loads(text)
    return distribution["name"], distribution["attributes"]


def _seconds(start: object, end: object) -> float | None:
    if not (start and end):
        return None
    first, last = (datetime.fromisoformat(str(time)) for time in (start, end))
    return (last - first).total_seconds()


SOURCE = Source(
    "optuna",
    "an Optuna storage (sqlite:///optuna.db, postgresql://…, a journal file)",
    {"study": "the name of an Optuna study"},
    _is_here,
    _read,
)
