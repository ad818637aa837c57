"""From what `ablation.Study` is given to what a report is about."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from ablation.analysis.data.propose import Proposal, propose
from ablation.analysis.data.reading import is_table, read_table
from ablation.errors import UsageError
from ablation.naming import slug
from ablation.report.arguments import is_study
from ablation.report.load import Asked, load_study, load_table
from ablation.report.proposal import completed
from ablation.report.subject import Subject
from ablation.report.write import page_folder
from ablation.sources import read
from ablation.words import listed, quoted, shown

OPTIONS = {field.name for field in fields(Asked)} - {
    "table",
    "responses",
    "factors",
    "direction",
    "directions",
}
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
    given = {key: _by_name(key, value) for key, value in settings.items() if value is not None}
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
    names, directions = _responses(responses)
    label = name or (slug(Path(shown(place)).stem) if place else "runs")
    asked, notes = _asked(frame, label, names, directions, _names(factors), given)
    subject = load_table(asked, table=frame)
    return ReadStudy(subject, f"{subject.name}-report", notes)


def _by_name(key: str, value: Any) -> Any:
    """A setting that names columns, with text for names that are numbers."""
    if key not in ("block", "numeric", "reference"):
        return value
    if isinstance(value, Mapping):
        return {str(name): each for name, each in value.items()}
    return list(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _table(runs: pd.DataFrame | str | Path, how: Mapping[str, str]) -> pd.DataFrame:
    if isinstance(runs, pd.DataFrame) or (not how and (is_table(Path(runs)) or is_study(str(runs)))):
        if how:
            raise UsageError(f"Expected settings: {listed(sorted(OPTIONS))}. Received: {listed(list(how))}.")
        return read_table(runs)
    if "://" not in str(runs) and not Path(runs).exists():
        raise UsageError(f"Expected runs. Received: {runs}, which does not exist. Check the path.")
    return read(os.fspath(runs), **how)


def _responses(
    given: Mapping[str, Any] | Iterable[str] | str | None,
) -> tuple[list[str] | None, dict[str, Any]]:
    """Names, and those of which it is said what is better."""
    if isinstance(given, Mapping):
        return list(map(str, given)), {
            str(name): str(told) for name, told in given.items() if told is not None
        }
    return _names(given), {}


def _names(given: Iterable[str] | str | None) -> list[str] | None:
    return given if given is None else [given] if isinstance(given, str) else list(map(str, given))


def _asked(
    frame: pd.DataFrame,
    label: str,
    responses: list[str] | None,
    directions: Mapping[str, Any],
    factors: list[str] | None,
    given: Mapping[str, Any],
) -> tuple[Asked, tuple[str, ...]]:
    """The whole request; what nobody said is proposed, if nothing is in doubt."""
    if missing := [response for response in responses or () if response not in frame.columns]:
        columns = listed(quoted(frame.columns), 30)
        raise UsageError(f"Expected the columns {listed(quoted(missing))}. Received: {columns}.")
    notes: tuple[str, ...] = ()
    if not responses or (factors is None and not given.get("numeric")):
        proposal = propose(frame, responses[0] if responses else None)
        found = completed(proposal, given)
        responses = responses or ([proposal.response] if proposal.response else [])
        factors = factors if factors is not None else found["factors"]
        given = {**{key: found[key] for key in ("numeric", "block") if key in found}, **given}
        directions = {**({responses[0]: found["direction"]} if "direction" in found else {}), **directions}
        notes = (_proposed(proposal, responses, factors, given),)
        if proposal.doubts or not responses:
            raise UsageError(
                f"{notes[0]} Not sure: {' '.join(proposal.doubts) or 'what was measured.'} "
                "Expected responses and factors. Received: none for some. Name them."
            )
    asked = Asked(
        table=label, responses=responses, factors=factors or [], directions=dict(directions), **given
    )
    if unknown := [
        name for name in (asked.trials if isinstance(asked.trials, Mapping) else ()) if name not in responses
    ]:
        raise UsageError(
            f"trials: expected names of {listed(quoted(responses))}. Received: {listed(quoted(unknown))}."
        )
    for response in responses:
        asked.request(response)
    return asked, notes


def _proposed(
    proposal: Proposal, responses: Iterable[str], factors: Iterable[str], given: Mapping[str, Any]
) -> str:
    """What the table seems to be about, in a line."""
    blocks = given.get("block") or ()
    told = [f"responses {listed(list(responses)) or 'none'}"]
    told.append(f"factors {listed([*factors, *given.get('numeric', ())]) or 'none'}")
    told.append(f"block {' × '.join(_names(blocks) or ()) or 'none'}")
    return f"Found in {proposal.runs} runs: {'; '.join(told)}."
