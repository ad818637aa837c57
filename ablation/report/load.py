"""From a study's folder, or any table of runs, to the subject of a report."""

import logging
import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ablation.adaptive.adaptive_study import level_texts, replay_of
from ablation.adaptive.planned_looks import looks_at
from ablation.analysis import analyze
from ablation.analysis.analysis_request import AnalysisRequest, read_request
from ablation.analysis.data.factors import read_factor
from ablation.analysis.data.prepare import computed_column, prepare
from ablation.analysis.data.reading import read_table
from ablation.analysis.data.select import factor_of
from ablation.errors import UsageError
from ablation.naming import cell_label, factor_labels, slug, unique
from ablation.report.subject import FailedRun, ResponseResult, Subject
from ablation.results import Arrays, Row, Snapshot, StudyRecord, open_existing
from ablation.results.cost_file import with_costs
from ablation.results.table import table as table_of
from ablation.words import counted

log = logging.getLogger(__name__)

LevelTexts = Mapping[str, Mapping[str, str]]
"""Factor → `repr` of a level → its text."""


@dataclass(frozen=True)
class TableSettings:
    """How a table is to be analysed: the settings of `arguments.KEYS`, with the main response first."""

    table: str
    responses: Sequence[str]
    factors: Sequence[str]
    block: Sequence[str] = ()
    margin: float | None = None
    direction: str | None = None
    directions: Mapping[str, str] = field(default_factory=dict)
    numeric: Mapping[str, str] = field(default_factory=dict)
    scale: str = "auto"
    interactions: int | str = "auto"
    alpha: float = 0.05
    anova_type: int = 2
    weights: str | None = None
    reference: Mapping[str, str] = field(default_factory=dict)
    where: str = ""
    trials: Mapping[str, str] | str = field(default_factory=dict)
    item: str | None = None
    nested: Mapping[str, str] = field(default_factory=dict)
    looks: Sequence[int] = ()
    max_replicates: int = 0

    def arguments(self, response: str) -> dict[str, Any]:
        """What `analyze` takes for one of the responses."""
        names = ("scale", "interactions", "alpha", "anova_type", "weights", "where", "item")
        is_main = response == self.responses[0]
        trials = self.trials if isinstance(self.trials, Mapping) else {self.responses[0]: self.trials}
        return {
            **{name: getattr(self, name) for name in names},
            "block": self.block,
            "margin": self.margin if is_main else None,
            "numeric": self.numeric,
            "direction": self.directions.get(response, self.direction if is_main else None),
            "reference": dict(self.reference),
            "trials": trials.get(response),
            "nested": self.nested,
        }

    def request(self, response: str) -> AnalysisRequest:
        """The checked request for one of the responses.

        Raises:
            UsageError: an argument means nothing.
        """
        return read_request(self.factors, response=response, **self.arguments(response))


def load_study(path: str, folder: str | None = None) -> Subject:
    """Read and analyse a study.

    Args:
        path: its folder, such as `runs/quick`, or the URL of its rows.
        folder: where its arrays are, if the rows are elsewhere.

    Raises:
        UsageError: there is no such study.
    """
    store = open_existing(path)
    snapshot = store.scan()
    if not snapshot.record.keys:
        raise UsageError(
            f"{path}: expected a study that has been swept. Received: rows without a design, or none. "
            "Run the sweep first, or report any table: ablation report table=results.csv …"
        )
    return subject_of(snapshot, store.place, folder or path)


def subject_of(snapshot: Snapshot, place: str, folder: str) -> Subject:
    """Analyse a study that has been read."""
    record = snapshot.record
    frame = with_costs(table_of(snapshot, design_only=True), folder)
    texts = level_texts(record.factors)
    factors = {name: list(dict.fromkeys(known.values())) for name, known in texts.items()}
    answers = _answers(snapshot, frame)
    return Subject(
        name=record.study or Path(place).name,
        record=record,
        table=_with_distances(frame, answers),
        factors=factors,
        answers=answers,
        source=place,
        histories={key: row.history for key, row in snapshot.rows.items()},
        logs={key: row.log for key, row in snapshot.rows.items() if row.log},
        troubles=_troubles(snapshot, frame.attrs["missing"], factors, texts),
        arrays=_arrays(folder),
        command=shlex.join(["ablation", "report", place]),
        configs=[snapshot.rows[key].config for key in frame["key"]],
    )


def load_table(settings: TableSettings, command: str = "", table: pd.DataFrame | None = None) -> Subject:
    """Read and analyse a table of runs that came from anywhere.

    Raises:
        UsageError: the file or a column is missing, or an argument means nothing.
    """
    frame = _numbered(read_table(settings.table) if table is None else table)
    main, blocks = settings.responses[0], settings.block
    columns = [main, *settings.factors, *blocks, *([settings.weights] if settings.weights else [])]
    missing = [name for name in dict.fromkeys(columns) if name not in frame.columns]
    if missing:
        raise UsageError(
            f"Expected columns {', '.join(missing)} in {settings.table}. "
            f"Received: {', '.join(map(str, frame.columns))}. {_hint(missing, list(frame.columns))}"
        )
    if both := [name for name in blocks if name in settings.factors]:
        raise UsageError(f"Expected a block that is no factor. Received: {both[0]}")
    if blocks and "seed" not in blocks and "seed" in settings.factors:
        raise UsageError(
            f"Expected no factor called seed beside the block {' × '.join(blocks)}. Rename the column"
        )
    if main in columns[1:]:
        raise UsageError(f"Expected a response that is no factor or block. Received: {main}")
    if settings.item is not None and len(settings.responses) > 1:
        raise UsageError(
            f"item: expected one response. Received: {', '.join(settings.responses)}. Report each alone."
        )
    prepared, request, *_ = prepare(frame, settings.request(main))
    _check_numbers(prepared, [name for name in settings.responses if name in prepared])
    _check_numeric(prepared, settings.numeric)
    answers = [_answer_of_table(settings, frame, name) for name in settings.responses]
    shown, factors = _typed(prepared, request, answers)
    return Subject(
        name=Path(settings.table).stem,
        table=shown,
        factors=factors,
        answers=_prefixed(answers),
        source=settings.table,
        block=request.block,
        command=command,
    )


def _hint(missing: Sequence[str], columns: Sequence[object]) -> str:
    """What may be the matter with names that no column has."""
    several = next((name for name in missing if {*name.split(",")} <= {*map(str, columns)}), None)
    return f"Write several as [{several}]." if several else "Check the spelling."


def _check_numbers(frame: pd.DataFrame, responses: Sequence[str]) -> None:
    """Reject values that look like numbers but cannot be parsed: they would count as failed runs.

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


def _check_numeric(frame: pd.DataFrame, factors: Iterable[str]) -> None:
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


def analysis_settings(record: StudyRecord, factors: Collection[str]) -> dict[str, Any]:
    """What a record says of the model of some factors, as `analyze` takes it."""
    return {
        "numeric": {name: line for name, line in record.numeric.items() if name in factors},
        "nested": {name: where for name, where in record.nested.items() if {name, *where} <= {*factors}},
        "interactions": record.interactions,
        "alpha": record.alpha,
        "scale": record.scale,
    }


def _answers(snapshot: Snapshot, frame: pd.DataFrame) -> list[ResponseResult]:
    """One answer per response of a study, the main one first."""
    record, factors = snapshot.record, list(snapshot.record.factors)
    answers = []
    for name, direction in record.reported.items():
        # A response called as a column of every table, such as `seconds`, has its kind before it.
        response = f"response.{name}" if f"response.{name}" in frame else name
        if response not in frame:
            known = sorted({name for row in snapshot.rows.values() for name in row.responses})
            hint = f" They have: {', '.join(known)}." if known else ""
            obstacle = f"No finished run has the response '{response}' yet.{hint}"
            answers.append(ResponseResult(response, _either(direction), None, obstacle))
            continue
        arguments = {
            "block": "seed" if frame["seed"].nunique() > 1 else None,
            "margin": record.margin if name == record.response else None,
            **analysis_settings(record, factors),
            "direction": direction,
        }
        if name == record.response and record.adaptive:
            result = _adaptive_answer(record, frame, response, direction)
        else:
            result = _answer(frame, response, factors, arguments)
        answers.append(replace(result, unit=record.units.get(name, "")))
    return _prefixed(answers)


def _adaptive_answer(
    record: StudyRecord, frame: pd.DataFrame, response: str, direction: str | None
) -> ResponseResult:
    """What the last look of an adaptive study found."""
    try:
        looks = replay_of(record, frame).looks
    except UsageError as obstacle:
        return ResponseResult(response, _either(direction), None, str(obstacle))
    if not looks:
        first = f"The first look needs whole seeds; {len(frame)} runs are finished so far."
        return ResponseResult(response, _either(direction), None, first)
    last = looks[-1].analysis
    return ResponseResult(response, last.request.direction, last, looks=looks)


def _either(direction: object) -> str:
    """The direction of a response that could not be analysed."""
    return "higher" if direction == "higher" else "lower"


def _answer_of_table(settings: TableSettings, frame: pd.DataFrame, response: str) -> ResponseResult:
    direction = _either(settings.arguments(response)["direction"])
    if response not in frame:
        seen = ", ".join(map(str, frame.columns))
        return ResponseResult(
            response, direction, None, f"Expected a column '{response}' in the table. Received: {seen}."
        )
    if settings.looks and response == settings.responses[0]:
        prepared, main, *_ = prepare(frame, settings.request(response))
        looks = looks_at(prepared, main, settings.looks, settings.max_replicates)
        return ResponseResult(main.response, main.direction, looks[-1].analysis, looks=looks)
    return _answer(frame, response, list(settings.factors), settings.arguments(response))


def _answer(
    frame: pd.DataFrame, response: str, factors: list[str], arguments: Mapping[str, Any]
) -> ResponseResult:
    direction = _either(arguments["direction"])
    try:
        analysis = analyze(frame, response, factors, **arguments)
        analysis.verdicts  # noqa: B018  (computed now: without verdicts there is nothing to report)
    except UsageError as obstacle:
        return ResponseResult(response, direction, None, str(obstacle))
    except Exception as error:
        log.exception("The analysis of %s could not be made", response)
        text = "The analysis could not be made, which is a mistake in the program"
        return ResponseResult(response, direction, None, f"{text}: {type(error).__name__}: {error}")
    return ResponseResult(analysis.request.response, analysis.request.direction, analysis)


def _prefixed(answers: Sequence[ResponseResult]) -> list[ResponseResult]:
    """Names of files start with the response, but for the main one."""
    prefixes = [""]
    for answer in answers[1:]:
        prefixes.append(unique(slug(answer.response), prefixes))
    each = zip(answers, prefixes, strict=True)
    return [replace(answer, prefix=f"{prefix}-" if prefix else "") for answer, prefix in each]


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows by their number, as labels may repeat after `pd.concat`; an index with a name becomes a column."""
    named = [name for name in frame.index.names if name is not None and name not in frame.columns]
    return (frame.reset_index(level=named) if named else frame).reset_index(drop=True)


def _typed(
    frame: pd.DataFrame, request: AnalysisRequest, answers: Sequence[ResponseResult]
) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """The table as a study's would be: factors as categories, responses as numbers, seed, key and status."""
    shown, factors = _with_distances(frame, answers).copy(), {}
    for name in request.factors:
        factor = factor_of(frame, name, request)
        factors[name] = list(factor.levels)
        shown[name] = pd.Categorical.from_codes(factor.codes, categories=list(factor.levels), ordered=True)
    for answer in answers:
        if answer.response in shown and answer.response not in factors:
            shown[answer.response] = pd.to_numeric(shown[answer.response], errors="coerce").astype(float)
    if request.block:
        block = read_factor(frame[request.block], request.block)
        is_text = not pd.api.types.is_numeric_dtype(frame[request.block].dtype)
        texts = ["" if code < 0 else block.levels[code] for code in block.codes]
        shown["seed"] = texts if is_text else frame[request.block].to_numpy()
    elif "seed" not in shown:
        shown["seed"] = 0
    if "key" not in shown:
        shown["key"] = [str(label) for label in frame.index]
    if "status" not in shown:
        main = answers[0].response
        finite = np.isfinite(shown[main]) if main in shown else np.zeros(len(shown), bool)
        shown["status"] = np.where(finite, "ok", "failed")
    return shown, factors


def _with_distances(frame: pd.DataFrame, answers: Sequence[ResponseResult]) -> pd.DataFrame:
    """The table with a column for each response that is computed: a distance from a target, or a share."""
    for answer in answers:
        request = answer.analysis.request if answer.analysis else None
        if request and request.measured and answer.response not in frame:
            name, values = computed_column(frame, request)
            frame = frame.assign(**{name: values})
    return frame


def _troubles(
    snapshot: Snapshot, missing: Sequence[str], factors: Mapping[str, Sequence[str]], texts: LevelTexts
) -> list[FailedRun]:
    """The last recorded attempt at each run of the design that has no row."""
    failed = []
    for key in missing:
        rows = [attempt.row for attempt in snapshot.attempts.get(key, ()) if attempt.row is not None]
        if rows:
            failed.append(_trouble(rows[-1], snapshot.record, factors, texts))
    return failed


def _trouble(
    row: Row, record: StudyRecord, factors: Mapping[str, Sequence[str]], texts: LevelTexts
) -> FailedRun:
    values = {name: record.level(name, row.config, row.cell) for name in factors}
    levels = {name: texts[name].get(repr(value), str(value)) for name, value in values.items()}
    error = (row.error or "").partition("\n")[0]
    label = cell_label(levels, factors, factor_labels(factors))
    return FailedRun(label, row.seed, row.status, error, row.log or "")


def _arrays(folder: str) -> Any:
    """What gives the arrays of a run; None where the study keeps none."""
    if not Path(folder).is_dir():
        return None
    arrays = Arrays(folder)
    return lambda key: arrays.load("arrays", key)
