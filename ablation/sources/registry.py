"""The known sources, and which of them a place is. Modules are imported when they are needed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ablation.errors import UsageError
from ablation.extras import needed
from ablation.sources.databases import is_database, opened
from ablation.sources.source import Source
from ablation.words import listed, shown

if TYPE_CHECKING:
    import pandas as pd

TOOL = "tool"
"""In the `attrs` of a table that was read: the name of its source."""

NAMES = (
    "wandb",
    "optuna",
    "mlflow",
    "lightning",
    "hydra",
    "ray",
    "tensorboard",
    "trackio",
    "dvc",
    "pattern",
)
"""Each is a module of this room with a `SOURCE`. The first that recognises a place reads it."""


@cache
def known() -> dict[str, Source]:
    """Name → source, in the order in which they are tried."""
    return {name: import_module(f"{__package__}.{name}").SOURCE for name in NAMES}


def settings() -> dict[str, str]:
    """The settings of all sources, with what they mean."""
    meanings = {"source": f"which tool wrote it, if that is not recognised: {', '.join(NAMES)}"}
    for source in known().values():
        for name, meaning in source.settings.items():
            meanings[name] = f"{meanings[name]}; {meaning}" if name in meanings else meaning
    return meanings


def recognised(place: str) -> Source | None:
    """The source for a path or URL; None if there is none."""
    return next((source for source in known().values() if source.is_here(place)), None)


def find(place: str, settings: Mapping[str, str]) -> Source:
    """The source for a path or URL.

    Args:
        place: a file, a folder or the URL of a database.
        settings: `source` names it where somebody has said it; a `pattern` is one.

    Raises:
        UsageError: it is none, or there is nothing.
    """
    name = settings.get("source", "pattern" if "pattern" in settings else None)
    if name is not None and name not in known():
        raise UsageError(f"source: expected one of {', '.join(NAMES)}. Received: {name}.")
    is_there = "://" in place or Path(place).exists()
    source = known()[name] if name else recognised(place)
    if source is None or not is_there:
        raise UsageError(_no_source(place, is_there))
    return source


def _no_source(place: str, is_there: bool) -> str:
    """Why a place is no source; a database that refuses says so itself.

    Raises:
        UsageError: it refuses.
    """
    received = shown(place) if is_there else f"{place}, which does not exist"
    if is_database(place):
        with opened(place) as database:
            received += f", a database with the tables {listed(sorted(database.tables())) or 'none'}"
    words = "; ".join(each.words for each in known().values())
    return (
        f"Expected a source of runs: {words}. Received: {received}. "
        "Name its tool with source=NAME, or report a table: ablation report table=runs.csv"
    )


def read(place: str | os.PathLike[str], **settings: str) -> pd.DataFrame:
    """Read the runs that another tool has kept. Nothing is written, and the tool itself is not imported.

    Args:
        place: a file, a folder or the URL of a database.
        settings: `source`, and those of the source.

    Returns:
        One row per run: `run` (its name), `status` (the tool's word, where it has one), the flags, the
        responses, `started` and `seconds` where they are known. `attrs` say what each column is.

    Raises:
        UsageError: it is no source, or damaged, locked, or of a newer version than is known.
    """
    from ablation.sources.runs_table import table

    place, wanted = os.fspath(place), dict(settings)
    source = find(place, wanted)
    wanted.pop("source", None)
    if unknown := [name for name in wanted if name not in source.settings]:
        names = ", ".join(source.settings) or "none"
        raise UsageError(f"Expected settings of {source.words}: {names}. Received: {', '.join(unknown)}.")
    try:
        with needed(f"Runs of {source.name} need"):
            runs = table(source.read(place, wanted), shown(place))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:  # somebody else's files: anything
        problem = f"{type(error).__name__}: {error}"
        raise UsageError(
            f"{shown(place)}: expected {source.words}, of a version that docs/results-you-have.md names. "
            f"Received: something unreadable ({problem}). Check the file, or export its runs as a table."
        ) from error
    runs.attrs[TOOL] = source.name
    return runs
