"""`python -m ablation.results copy SOURCE TARGET`: move a study between a folder and a database."""

import argparse
import sys
from collections.abc import Sequence

from ablation.errors import UsageError
from ablation.results.copying import Copied, copy
from ablation.words import counted


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        Exit code: 0; 1 if something could not be copied; 2 for a mistake.
    """
    parser = argparse.ArgumentParser(prog="python -m ablation.results", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    copying = commands.add_parser("copy", help="copy a study's rows, attempts and record, and check them")
    for name in ("source", "target"):
        copying.add_argument(name, help="runs/quick or postgresql+psycopg://user@host/database#quick")
    chosen = parser.parse_args(arguments)
    return copy_study(chosen.source, chosen.target)


def copy_study(source: str, target: str) -> int:
    """Copy a study and say what was copied.

    Args:
        source: A folder or URL.
        target: A folder or URL.

    Returns:
        Exit code: 0; 1 if something could not be copied; 2 for a mistake.
    """
    try:
        copied = copy(source, target)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    return _tell(copied)


def _tell(copied: Copied) -> int:
    counts = f"{counted(copied.n_rows, 'row')} and {counted(copied.n_attempts, 'attempt')}"
    print(f"At the target, checked: {counts}.")
    for key in copied.conflicts:
        print(f"{key}: the target had another row of this run, which stays.", file=sys.stderr)
    for bad in copied.quarantined:
        print(f"{bad.path}: not copied ({bad.reason}).", file=sys.stderr)
    if copied.running:
        n_running = counted(len(copied.running), "run")
        print(f"{n_running} in training at the source: copy again when that is done.", file=sys.stderr)
    return 1 if copied.conflicts or copied.quarantined or copied.running else 0


if __name__ == "__main__":
    sys.exit(main())
