"""`python -m ablation.report runs/quick`: write the report of a study again, or of any table of runs."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ablation.errors import UsageError
from ablation.report.arguments import USAGE, Arguments, asked_of, is_open, parse
from ablation.report.write import publish, write_files, write_report

if TYPE_CHECKING:
    from ablation.report.subject import Subject


def main(arguments: list[str]) -> int:
    """Write the report; 0 when done, 2 on a wrong argument, 3 when the runs allow no analysis.

    With `--json` among the arguments `effects.json` is printed in place of the summary, and nothing else.
    """
    if arguments in (["--help"], ["-h"]):
        print(USAGE)
        return 0
    as_json = "--json" in arguments
    arguments = [word for word in arguments if word != "--json"]
    try:
        asked = parse(arguments)
        if not asked.path:
            done = _table(asked, arguments, as_json)
        elif as_json:
            from ablation.report.load import load_study

            done = _as_json(load_study(asked.path), Path(asked.path, "report"), asked.figures)
        else:
            done = write_report(asked.path, figures=asked.figures)
        return 0 if done else 3
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2


def _as_json(study: Subject, target: Path, figures: bool) -> bool:
    """Write a report, and print its numbers."""
    problems = write_files(study, target, figures)
    print(Path(target, "effects.json").read_text(encoding="utf-8"), end="")
    print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)
    return study.concludes


def _table(asked: Arguments, arguments: list[str], as_json: bool) -> bool:
    """The report of a table, beside it unless said otherwise, or of another tool's runs, in this folder."""
    from ablation.analysis.data.reading import read_table
    from ablation.report.load import load_table
    from ablation.report.proposal import settled
    from ablation.sources import read
    from ablation.sources.databases import shown

    values, place = asked.values, shown(asked.source)
    frame = read(asked.source, **asked.how) if asked.source else None
    told = shlex.join(["ablation", "report", *(shown(word) for word in arguments)])
    if is_open(asked):
        frame = read_table(values["table"]) if frame is None else frame
        found = settled(frame, asked, place or values["table"])
        print(found.text, file=sys.stderr if as_json else sys.stdout)
        values, told = found.values, found.line
    wanted = asked_of({**values, "table": values.get("table") or place})
    study = load_table(wanted, told, frame)
    table = Path(wanted.table)
    name = f"{table.stem or 'runs'}-report"
    target = Path(values.get("output") or (name if asked.source else table.with_name(name)))
    return (_as_json if as_json else publish)(study, target, asked.figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
