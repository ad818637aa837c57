"""From a study's folder, or any table of runs, to what a report is about."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ablation.analysis import analyze
from ablation.analysis.data.factors import read_factor
from ablation.analysis.data.reading import read_table
from ablation.errors import UsageError
from ablation.naming import cell_label, factor_labels, slug, unique
from ablation.report.subject import FailedRun, ResponseResult, Subject
from ablation.results import Arrays, Row, Scan, open_existing
from ablation.results.columns import level_names
from ablation.results.table import table as table_of
from ablation.words import counted

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """How a table is to be analysed.

    Args:
        table: the file, CSV or Parquet.
        responses: what is reported, the main one first.
        factors: the columns that were varied.
        block: the column of the paired seeds.
        margin: smallest effect that matters, of the main response.
        direction: which values of the main response are better.
        directions: the same for each response; `lower` where it is not said.
        numeric: factors that enter as numbers.
        scale: `log`, `identity` or `auto`.
        interactions: highest order of interactions in the model.
        alpha: error rate of tests.
        anova_type: of the sums of squares.
        weights: a column of weights.
    """

    table: str
    responses: Sequence[str]
    factors: Sequence[str]
    block: str | None = None
    margin: float | None = None
    direction: str = "lower"
    directions: Mapping[str, str] = field(default_factory=dict)
    numeric: Sequence[str] = ()
    scale: str = "auto"
    interactions: int = 2
    alpha: float = 0.05
    anova_type: int = 2
    weights: str | None = None

    @property
    def model(self) -> dict[str, Any]:
        """What is the same for every response, as `analyze` takes it."""
        names = ("block", "scale", "interactions", "alpha", "anova_type", "weights")
        return {name: getattr(self, name) for name in names}


def load_study(path: str, folder: str | None = None) -> Subject:
    """Read and analyse a study.

    Args:
        path: its folder, such as `runs/quick`, or the URL of its rows.
        folder: where its arrays are, if the rows are elsewhere.

    Raises:
        UsageError: there is no such study.
    """
    store = open_existing(path)
    record = store.load_study()
    if record is None:
        raise UsageError(
            f"{path}: expected a study that has been swept. Received: rows without a design, or none. "
            "Run the sweep first, or report any table: ablation report table=results.csv …"
        )
    scan = store.scan()
    frame = table_of(scan, record, design_only=True)
    factors = {
        str(name): [str(level) for level in level_names(levels)]
        for name, levels in _mapping(record, "factors").items()
    }
    return Subject(
        name=str(record.get("study", Path(path).name)),
        record=record,
        table=frame,
        factors=factors,
        answers=_answers(record, scan, frame, list(factors)),
        source=store.place,  # without a password
        histories={key: row.history for key, row in scan.rows.items()},
        troubles=_troubles(scan, frame.attrs["missing"], factors),
        arrays=_arrays(folder or path),
        command=shlex.join(["ablation", "report", store.place]),
    )


def load_table(asked: Asked, command: str = "") -> Subject:
    """Read and analyse a table of runs that came from anywhere.

    Raises:
        UsageError: the file or a column is missing, or an argument means nothing.
    """
    frame = _numbered(read_table(asked.table))
    named = [name for name in (asked.block, asked.weights) if name]
    wanted = [asked.responses[0], *asked.factors, *named]
    missing = [name for name in dict.fromkeys(wanted) if name not in frame.columns]
    if missing:
        raise UsageError(
            f"Expected columns {', '.join(missing)} in {asked.table}. "
            f"Received: {', '.join(map(str, frame.columns))}. {_hint(missing, list(frame.columns))}"
        )
    if asked.block in asked.factors:
        raise UsageError(f"Expected a block that is no factor. Received: {asked.block}")
    if asked.block and asked.block != "seed" and "seed" in asked.factors:
        raise UsageError(f"Expected no factor called seed beside the block {asked.block}. Rename the column")
    if asked.responses[0] in wanted[1:]:
        raise UsageError(f"Expected a response that is no factor or block. Received: {asked.responses[0]}")
    _check_numbers(frame, [name for name in asked.responses if name in frame])
    _check_numeric(frame, asked.numeric)
    answers = [_answer_of_table(asked, frame, i, name) for i, name in enumerate(asked.responses)]
    shown, factors = _typed(frame, asked)
    return Subject(
        name=Path(asked.table).stem,
        record={},
        table=shown,
        factors=factors,
        answers=_prefixed(answers),
        source=asked.table,
        block=asked.block,
        command=command,
    )


def _hint(missing: Sequence[str], columns: Sequence[object]) -> str:
    """What may be the matter with names that no column has."""
    if len(columns) == 1 and ";" in str(columns[0]):
        return "Separate columns by commas, not by semicolons."
    several = next((name for name in missing if {*name.split(",")} <= {*map(str, columns)}), None)
    return f"Write several as [{several}]." if several else "Check the spelling."


def _check_numbers(frame: pd.DataFrame, responses: Sequence[str]) -> None:
    """Refuse what is meant as a number and is none to us: left out, it would be a failed run.

    Raises:
        UsageError: naming one, such as `51.09%` or `1,009.5`.
    """
    for name in responses:
        unread = frame[name][pd.to_numeric(frame[name], errors="coerce").isna()].astype(str)
        odd = unread[unread.str.contains(r"\d")]
        if len(odd):
            raise UsageError(
                f"{name}: expected numbers such as 1009.5, or nothing for a run that failed. "
                f"Received: {counted(len(odd), 'entry', 'entries')} such as {odd.iloc[0]!r}"
            )


def _check_numeric(frame: pd.DataFrame, factors: Sequence[str]) -> None:
    """Refuse a factor that is called numeric and holds something else.

    Raises:
        UsageError: naming one of its levels.
    """
    for name in factors:
        unread = frame[name][pd.to_numeric(frame[name], errors="coerce").isna() & frame[name].notna()]
        if len(unread):
            raise UsageError(
                f"numeric: expected factors whose levels are numbers. Received: {name}, which has the level "
                f"{unread.iloc[0]!r}. List it among the factors alone"
            )


def _answers(
    record: Mapping[str, Any], scan: Scan, frame: pd.DataFrame, factors: list[str]
) -> list[ResponseResult]:
    """One answer per response of a study, the main one first."""
    main = str(record.get("response", "loss"))
    responses = [str(name) for name in record.get("responses") or [main]]
    directions = {main: str(record.get("direction", "lower")), **(record.get("directions") or {})}
    answers = []
    for i, name in enumerate(dict.fromkeys(responses)):
        direction = str(directions.get(name, "lower"))
        # A response called as a column of every table, such as `seconds`, has its kind before it.
        response = f"response.{name}" if f"response.{name}" in frame else name
        if response not in frame:
            known = sorted({name for row in scan.rows.values() for name in row.responses})
            hint = f" They have: {', '.join(known)}." if known else ""
            obstacle = f"No finished run has the response '{response}' yet.{hint}"
            answers.append(ResponseResult(response, direction, None, obstacle))
            continue
        arguments = {
            "block": "seed" if frame["seed"].nunique() > 1 else None,
            "margin": record.get("margin") if i == 0 else None,
            "numeric": [name for name in record.get("numeric") or [] if name in factors],
        }
        answers.append(_answer(frame, response, direction, factors, arguments))
    return _prefixed(answers)


def _answer_of_table(asked: Asked, frame: pd.DataFrame, i: int, response: str) -> ResponseResult:
    direction = asked.directions.get(response, asked.direction if i == 0 else "lower")
    if response not in frame:
        seen = ", ".join(map(str, frame.columns))
        return ResponseResult(
            response, direction, None, f"Expected a column '{response}' in the table. Received: {seen}."
        )
    arguments = {
        **asked.model,
        "margin": asked.margin if i == 0 else None,
        "numeric": list(asked.numeric),
    }
    return _answer(frame, response, direction, list(asked.factors), arguments)


def _answer(
    frame: pd.DataFrame, response: str, direction: str, factors: list[str], arguments: Mapping[str, Any]
) -> ResponseResult:
    try:
        found = analyze(frame, response, factors, direction=direction, **arguments)
        found.verdicts  # noqa: B018  (computed now: without verdicts there is nothing to report)
    except UsageError as obstacle:
        return ResponseResult(response, direction, None, str(obstacle))
    except Exception as error:
        log.exception("The analysis of %s could not be made", response)
        told = "The analysis could not be made, which is a mistake in the program"
        return ResponseResult(response, direction, None, f"{told}: {type(error).__name__}: {error}")
    return ResponseResult(response, direction, found)


def _prefixed(answers: Sequence[ResponseResult]) -> list[ResponseResult]:
    """Names of files start with the response, but for the main one."""
    prefixes = [""]
    for answer in answers[1:]:
        prefixes.append(unique(slug(answer.response), prefixes))
    return [
        ResponseResult(a.response, a.direction, a.analysis, a.obstacle, f"{prefix}-" if prefix else "")
        for a, prefix in zip(answers, prefixes, strict=True)
    ]


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows by their number, as labels may repeat after `pd.concat`; an index with a name becomes a column."""
    named = [name for name in frame.index.names if name is not None and name not in frame.columns]
    return (frame.reset_index(level=named) if named else frame).reset_index(drop=True)


def _typed(frame: pd.DataFrame, asked: Asked) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """The table as a study's would be: factors as categories, responses as numbers, seed, key and status."""
    shown, factors = frame.copy(), {}
    for name in asked.factors:
        factor = read_factor(frame[name], name)
        factors[name] = list(factor.levels)
        shown[name] = pd.Categorical.from_codes(factor.codes, categories=list(factor.levels), ordered=True)
    for name in asked.responses:
        if name in shown and name not in factors:
            shown[name] = pd.to_numeric(frame[name], errors="coerce").astype(float)
    if asked.block:
        shown["seed"] = frame[asked.block].to_numpy()
    elif "seed" not in shown:
        shown["seed"] = 0
    if "key" not in shown:
        shown["key"] = [str(label) for label in frame.index]
    if "status" not in shown:
        main = asked.responses[0]
        finite = np.isfinite(shown[main]) if main in shown else np.zeros(len(shown), bool)
        shown["status"] = np.where(finite, "ok", "failed")
    return shown, factors


def _troubles(scan: Scan, missing: Sequence[str], factors: Mapping[str, Sequence[str]]) -> list[FailedRun]:
    """The last recorded attempt at each run of the design that has no row."""
    found = []
    for key in missing:
        rows = [attempt.row for attempt in scan.attempts.get(key, ()) if attempt.row is not None]
        if rows:
            found.append(_trouble(rows[-1], factors))
    return found


def _trouble(row: Row, factors: Mapping[str, Sequence[str]]) -> FailedRun:
    levels = {name: str(level_names([row.config.get(name)])[0]) for name in factors}
    error = (row.error or "").partition("\n")[0]
    label = cell_label(levels, factors, factor_labels(factors))
    return FailedRun(label, row.seed, row.status, error, row.log or "")


def _arrays(folder: str) -> Any:
    """What gives the arrays of a run; None where the study keeps none."""
    if not Path(folder).is_dir():
        return None
    arrays = Arrays(folder)
    return lambda key: arrays.load("arrays", key)


def _mapping(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = record.get(name)
    return found if isinstance(found, dict) else {}
