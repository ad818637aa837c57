"""`ablation import`: make a study of the runs that another tool has kept."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ablation.cli.subcommand import Settings, Subcommand
from ablation.errors import UsageError
from ablation.words import counted

if TYPE_CHECKING:
    import pandas as pd

    from ablation.report.arguments import Arguments
    from ablation.report.load import TableSettings
    from ablation.results import StudyRecord
    from ablation.sources.importing import Imported

_EXAMPLE = "ablation import sqlite:///optuna.db study=mine --to runs/mine"


def _settings() -> Settings:
    from ablation.report.arguments import KEYS
    from ablation.sources import known, settings

    left_out = ("table", "output", "figures", "weights", "anova_type")
    return {
        "Options": {
            "--to": "the study's folder, such as runs/mine, or the URL of its rows",
            "--json": "print JSON",
        },
        "Settings": {key: meaning for key, meaning in KEYS.items() if key not in left_out},
        "Sources": {name: source.words for name, source in known().items()},
        "Settings of sources": settings(),
    }


def _import(words: Sequence[str]) -> int:
    from ablation.report.arguments import parse

    options = dict(word.split("=", 1) for word in words if word.startswith("--"))
    rest = [word for word in words if not word.startswith("--")]
    target = options.get("--to", "")
    arguments = parse(rest) if rest and target else None
    if arguments is None or arguments.path:
        raise UsageError(
            f"Expected a source and a new study: {_EXAMPLE}. Received: {' '.join(words) or 'nothing'}"
        )
    done = _done(arguments, target)
    print(json.dumps({"schema": 1, **asdict(done)}, indent=1) if "--json" in options else _result_line(done))
    return 0


def _done(arguments: Arguments, target: str) -> Imported:
    """Read the source, settle what is analysed, and write the study."""
    from ablation.analysis.data.reading import read_table
    from ablation.analysis.data.where import rows_where
    from ablation.report.arguments import is_open, table_settings
    from ablation.report.proposal import settled
    from ablation.sources import read
    from ablation.sources.importing import import_runs
    from ablation.sources.registry import TOOL
    from ablation.sources.runs_table import typed_table
    from ablation.words import shown

    place = shown(arguments.source) or str(arguments.values["table"])
    frame = read(arguments.source, **arguments.how) if arguments.source else typed_table(read_table(place))
    values = settled(frame, arguments, place, "import").values if is_open(arguments) else arguments.values
    if where := values.get("where"):
        frame = frame[rows_where(frame, where)].reset_index(drop=True)
    wanted = table_settings({**values, "table": place})
    tool = str(frame.attrs[TOOL]) if arguments.source else "table"
    origin = {"tool": tool, "place": place, **arguments.how, **({"where": where} if where else {})}
    return import_runs(frame, target, _record(frame, wanted, target, origin), wanted.block)


def _record(
    frame: pd.DataFrame, wanted: TableSettings, target: str, origin: Mapping[str, str]
) -> StudyRecord:
    """How the study is judged."""
    from ablation.analysis.data.prepare import prepare
    from ablation.analysis.data.select import factor_of
    from ablation.results import StudyRecord
    from ablation.sources.importing import MARK, levels_of, seed_column

    main = wanted.responses[0]
    others = [name for name in wanted.block if name != seed_column(wanted.block)]
    prepared, request, *_ = prepare(frame, wanted.request(main))
    factors = {
        name: levels_of(prepared[name], factor_of(prepared, name, request))
        for name in (*wanted.factors, *others)
    }
    words = [f"{key}={value}" for key, value in origin.items() if key not in ("tool", "place")]
    return StudyRecord(
        study=target.rpartition("#")[2] if "#" in target else Path(target).name,
        factors=factors,
        response=main,
        direction=wanted.direction,
        responses=tuple(wanted.responses),
        directions=wanted.directions,
        margin=wanted.margin,
        numeric=wanted.numeric,
        interactions=str(wanted.interactions),
        alpha=wanted.alpha,
        scale=wanted.scale,
        command=shlex.join(["ablation", "import", origin["place"], *words, "--to", target]),
        unknown={MARK: origin},
    )


def _result_line(done: Imported) -> str:
    """What was imported, in words."""
    parts = [f"{done.place}: {counted(done.rows, 'row')}"]
    parts += [f"{done.failed} failed"] if done.failed else []
    parts += [f"{done.unfinished} not finished at the source"] if done.unfinished else []
    parts += [f"{done.repeated} that repeat a run and were left out"] if done.repeated else []
    again = " Import again when the source has more; what is there stays." if done.unfinished else ""
    report = f"Report: ablation report {shlex.quote(done.place)}"
    return "\n".join([f"{', '.join(parts)}.{again}", *done.notes, report])


COMMAND = Subcommand(
    "import",
    "SOURCE --to STUDY [KEY=VALUE …]",
    "make a study of the runs that another tool has kept",
    "The study is as any other: `ablation status`, `report` and `copy` understand it. The source is read, "
    "never changed, and a study that is there is never overwritten; done again, an import adds the runs that "
    "are new. What is not said is proposed, as by `ablation report SOURCE`.",
    _settings,
    _import,
    {"--to": "STUDY", "--json": ""},
)
