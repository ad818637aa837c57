"""trackio's database: one SQLite file for each project (https://github.com/gradio-app/trackio, 0.43.0).

It does not note how a run ended; a run that was killed right after logging has no rows at all.
"""

import json
from collections import defaultdict
from typing import Any

from ablation.errors import UsageError
from ablation.sources.databases import Database, has_tables, opened
from ablation.sources.run_files import numbers
from ablation.sources.source import Found, Run, Settings, Source


def _is_here(place: str) -> bool:
    return has_tables(place, "metrics", "configs", "system_metrics")


def _read(place: str, settings: Settings) -> Found:  # noqa: ARG001  (it has none)
    with opened(place) as database:
        return Found(_runs(database, place))


def _runs(database: Database, place: str) -> list[Run]:
    last: dict[str, dict[str, float]] = defaultdict(dict)
    for run, text in database.rows("SELECT run_id, metrics FROM metrics ORDER BY step, id"):
        last[run].update(numbers(_mapping(text, place)))
    runs = []
    for run, name, text, created in database.rows(
        "SELECT run_id, run_name, config, created_at FROM configs ORDER BY id"
    ):
        config = {key: value for key, value in _mapping(text, place).items() if not key.startswith("_")}
        runs.append(Run(name, config, last[run], started=created))
    return runs


def _mapping(text: bytes | str, place: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
        if isinstance(content, dict):
            return content
        received = str(content)[:40]
    except ValueError as error:
        received = str(error)
    raise UsageError(
        f"{place}: expected names with values, as trackio writes them. Received: {received}. "
        "Copy the file again."
    )


SOURCE = Source("trackio", "a project of trackio (its .db file)", {}, _is_here, _read)
