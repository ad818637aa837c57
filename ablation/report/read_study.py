"""From the arguments of `ablation.Study` to the subject of a report."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ablation.analysis.data.propose import Proposal, propose
from ablation.analysis.data.reading import is_table, read_table
from ablation.errors import UsageError
from ablation.naming import slug
from ablation.report.arguments import KEYS, is_study, names_in, responses_of, table_settings
from ablation.report.load import load_study, load_table
from ablation.report.proposal import completed
from ablation.report.subject import Subject
from ablation.report.write import page_folder
from ablation.sources import read
from ablation.words import listed, quoted, shown

OPTIONS = KEYS.keys() - {
    "table", "response", "responses", "factors", "direction", "directions", "output", "figures",
}  # fmt: skip
"""Settings of an analysis."""


@dataclass(frozen=True)
class ReadStudy:
    """What was read: the study, where its report goes, and what must be known."""

    subject: Subject
    folder: str
    notes: tuple[str, ...] = ()


def read_study(
    runs: pd.DataFrame | str | Path,
    responses: Mapping[str, Any] | Iterable[str] | str | None,
    factors: Iterable[str] | str | None,
    settings: Mapping[str, Any],
    name: str = "",
) -> ReadStudy:
    """Read runs from anywhere, and analyse them.

    Args:
        runs: a DataFrame, a file, a study's folder or URL, or runs of another tool.
        responses: what was measured → which of its values are better; or names.
        factors: the columns that were varied.
        settings: of the analysis, `OPTIONS`, or of the source; None for those that are not given.
        name: the heading.

    Raises:
        UsageError: something is missing, or not as expected.
    """
    given = {key: value for key, value in settings.items() if value is not None}
    is_frame = isinstance(runs, pd.DataFrame)
    if not (is_frame or isinstance(runs, str | os.PathLike)):
        raise UsageError(f"Expected a DataFrame, or the path of runs. Received: {type(runs).__name__}.")
    place = "" if isinstance(runs, pd.DataFrame) else os.fspath(runs)
    if place and is_study(place) and responses is None and factors is None:
        if given:
            raise UsageError(
                "A study knows its own design. Expected no settings. "
                f"Received: {listed(quoted(given))}. For others, name responses and factors as well."
            )
        return ReadStudy(load_study(place), str(page_folder(place)))
    how = {key: str(given.pop(key)) for key in sorted(given.keys() - OPTIONS)}
    frame = _table(runs, how).rename(columns=str)  # a frame's columns may be numbers
    if frame.empty:
        raise UsageError("Expected at least one run. Received: a table without rows. Run the study first.")
    if isinstance(responses, Mapping):
        known = {name: direction for name, direction in responses.items() if direction is not None}
        given, responses = {**given, "directions": known}, list(responses)
    named = {"responses": responses, "factors": factors}
    given |= {key: list(names_in(names)) for key, names in named.items() if names is not None}
    label = name or (slug(Path(shown(place)).stem) if place else "runs")
    values, notes = _completed(frame, {**given, "table": label})
    subject = load_table(table_settings(values), table=frame)
    return ReadStudy(subject, f"{subject.name}-report", notes)


def _table(runs: pd.DataFrame | str | Path, how: Mapping[str, str]) -> pd.DataFrame:
    if isinstance(runs, pd.DataFrame) or (not how and (is_table(Path(runs)) or is_study(str(runs)))):
        if how:
            raise UsageError(f"Expected settings: {listed(sorted(OPTIONS))}. Received: {listed(list(how))}.")
        return read_table(runs)
    if "://" not in str(runs) and not Path(runs).exists():
        raise UsageError(f"Expected runs. Received: {runs}, which does not exist. Check the path.")
    return read(os.fspath(runs), **how)


def _completed(frame: pd.DataFrame, given: dict[str, Any]) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The settings; what nobody said is proposed, if nothing is in doubt."""
    responses = given.get("responses", [])
    if missing := [response for response in responses if response not in frame.columns]:
        columns = listed(quoted(frame.columns), 30)
        raise UsageError(f"Expected the columns {listed(quoted(missing))}. Received: {columns}.")
    if responses and ("factors" in given or given.get("numeric")):
        return given, ()
    proposal = propose(frame, next(iter(responses), None))
    settings = completed(proposal, given)
    note = _proposed(proposal, settings)
    if proposal.doubts or not responses_of(settings):
        raise UsageError(
            f"{note} Not sure: {' '.join(proposal.doubts) or 'what was measured.'} "
            "Expected responses and factors. Received: none for some. Name them."
        )
    return settings, (note,)


def _proposed(proposal: Proposal, settings: Mapping[str, Any]) -> str:
    """What the table seems to be about, in a line."""
    parts = [f"responses {listed(responses_of(settings)) or 'none'}"]
    parts.append(f"factors {listed([*settings['factors'], *settings.get('numeric', ())]) or 'none'}")
    parts.append(f"block {' × '.join(names_in(settings.get('block'))) or 'none'}")
    return f"Found in {proposal.runs} runs: {'; '.join(parts)}."
