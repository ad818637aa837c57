"""`python -m ablation.report runs/quick`: write the report of a study again."""

import sys

from ablation.errors import UsageError
from ablation.report.write import write_report

_USAGE = "Expected the folder of a study: python -m ablation.report runs/quick. Received: {}"


def main(arguments: list[str]) -> int:
    """Write the report; 0 when done, 2 on a wrong argument, 3 when the runs allow no analysis."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(_USAGE.format(" ".join(arguments) or "nothing"), file=sys.stderr)
        return 2
    try:
        return 0 if write_report(arguments[0]) else 3
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
