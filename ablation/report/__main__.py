"""`python -m ablation.report runs/quick`: write the report of a study again, or of any table of runs."""

import shlex
import sys
from pathlib import Path

from ablation.errors import UsageError
from ablation.report.arguments import USAGE, Arguments, asked_of, parse
from ablation.report.write import publish, write_report


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
    """The report of a table, beside it unless said otherwise."""
    from ablation.report.load import load_table

    wanted = asked_of(asked.values)
    study = load_table(wanted, shlex.join(["ablation", "report", *arguments]))
    table = Path(wanted.table)
    target = Path(asked.values.get("output") or table.with_name(f"{table.stem}-report"))
    return publish(study, target, asked.figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
