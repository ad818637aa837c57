"""`python -m ablation.report runs/quick`: write the report of a study again, or of any table of runs."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ablation.errors import UsageError
from ablation.report.arguments import ASKED, USAGE, Arguments, asked_of, parse, responses_of
from ablation.report.write import publish, write_report

if TYPE_CHECKING:
    import pandas as pd


def main(arguments: list[str]) -> int:
    """Write the report; 0 when done, 2 on a wrong argument, 3 when the runs allow no analysis."""
    if arguments in (["--help"], ["-h"]):
        print(USAGE)
        return 0
    try:
        asked = parse(arguments)
        done = _table(asked, arguments) if not asked.path else write_report(asked.path, figures=asked.figures)
        return 0 if done else 3
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2


def _table(asked: Arguments, arguments: list[str]) -> bool:
    """The report of a table, beside it unless said otherwise, or of another tool's runs, in this folder."""
    from ablation.analysis.data.reading import read_table
    from ablation.report.load import load_table
    from ablation.sources import read
    from ablation.sources.databases import shown

    values, place = asked.values, shown(asked.source)
    frame = read(asked.source, **asked.how) if asked.source else None
    told = shlex.join(["ablation", "report", *(shown(word) for word in arguments)])
    if _is_open(asked):
        frame = read_table(values["table"]) if frame is None else frame
        values, told = _proposed(frame, asked, place)
    wanted = asked_of({**values, "table": values.get("table") or place})
    study = load_table(wanted, told, frame)
    table = Path(wanted.table)
    name = f"{table.stem or 'runs'}-report"
    target = Path(values.get("output") or (name if asked.source else table.with_name(name)))
    return publish(study, target, asked.figures)


def _is_open(asked: Arguments) -> bool:
    """Whether it has still to be found what is analysed; another tool's runs know what was varied."""
    values = asked.values
    if not asked.source:
        return not any(values.get(key) for key in ASKED)
    names_factors = values.get("factors") or values.get("numeric")
    return not (names_factors and (values.get("response") or values.get("responses")))


def _proposed(frame: pd.DataFrame, asked: Arguments, place: str) -> tuple[Mapping[str, Any], str]:
    """What the table seems to be about, printed; the settings and the command for it.

    Raises:
        UsageError: something in it is not sure, so that a person must say it.
    """
    from ablation.analysis.data.propose import propose
    from ablation.analysis.data.where import rows_where
    from ablation.report.proposal import command, completed, described

    if where := asked.values.get("where"):
        frame = frame[rows_where(frame, where)]
    proposal = propose(frame, next(iter(responses_of(asked.values)), None))
    values = completed(proposal, asked.values)
    line = command({**asked.how, **values}, asked.figures, place)
    text = described(proposal, place or asked.values["table"], f"  {line}")
    if not proposal.is_certain:
        raise UsageError(
            f"{text}\nExpected a response and factors, as this is not sure. Received: none. Run it "
            "as it stands, or with what is right."
        )
    print(text)
    return values, line


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
