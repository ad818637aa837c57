"""`python -m ablation.report runs/quick`: write the report of a study again, or of any table of runs."""

import sys
from pathlib import Path

from ablation.errors import UsageError
from ablation.report.arguments import USAGE, is_open, parse, parse_two, paths_of, value_of
from ablation.report.write import publish, publish_changes, write_changes, write_files


def main(arguments: list[str]) -> int:
    """Write the report; 0 when done, 2 on a wrong argument, 3 when the runs allow no analysis.

    With `--json` among the arguments the numbers are printed in place of the summary, and nothing else.
    """
    if arguments in (["--help"], ["-h"]):
        print(USAGE)
        return 0
    as_json = "--json" in arguments
    arguments = [word for word in arguments if word != "--json"]
    try:
        done = (_two if len(paths_of(arguments)) == 2 else _one)(arguments, as_json)
        return 0 if done else 3
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2


def _one(arguments: list[str], as_json: bool) -> bool:
    """The report of a study, a table or another tool's runs."""
    options = parse(arguments)
    from ablation.report.opened import folder_for, opened  # pandas: not for a mistake

    study = opened(options, arguments, as_json)
    target = folder_for(options, study, "report")
    if not as_json:
        return publish(study, target, options.figures)
    _print_numbers(target / "effects.json", write_files(study, target, options.figures))
    return study.concludes


def _two(arguments: list[str], as_json: bool) -> bool:
    """What has changed from one study to another."""
    both = parse_two(arguments)
    from ablation.naming import slug
    from ablation.report.changed import compare_studies
    from ablation.report.opened import folder_for, opened

    try:
        first, second = (opened(options, arguments, as_json) for options in both)
    except UsageError as error:
        if not any(not options.path and is_open(options) for options in both):
            raise
        raise UsageError(f"{error} Settings after two places count for both.") from error
    changed = compare_studies(first, second, value_of("response", arguments))
    output = value_of("output", arguments)
    target = Path(output) if output else folder_for(both[1], second, f"changes-from-{slug(first.name)}")
    if as_json:
        _print_numbers(target / "changes.json", write_changes(changed, target, both[1].figures))
    else:
        publish_changes(changed, target, both[1].figures)
    return True


def _print_numbers(file: Path, problems: list[str]) -> None:
    print(file.read_text(encoding="utf-8"), end="")
    print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
