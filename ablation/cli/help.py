"""The texts of `--help`, laid out in two columns."""

import shutil
import textwrap
from collections.abc import Mapping, Sequence
from itertools import groupby

from ablation.cli.subcommand import Subcommand

_WIDEST_NAME = 34


def overview(commands: Sequence[Subcommand]) -> str:
    """The text of `ablation --help`."""
    return "\n".join(
        [
            "usage: ablation COMMAND …",
            "",
            "Which parts of a neural network earn their keep, and how sure one can be.",
            "",
            _columns({f"{c.name} {c.usage}": c.summary for c in commands}),
            "",
            "`ablation COMMAND --help` explains its settings; `ablation --version` names the version.",
        ]
    )


def command_help(command: Subcommand) -> str:
    """The text of `ablation COMMAND --help`."""
    parts = [
        f"usage: ablation {command.name} {command.usage}",
        "",
        _filled(f"{command.summary[0].upper()}{command.summary[1:]}."),
    ]
    parts += [""] if command.details else []
    for is_example, group in groupby(command.details.splitlines(), lambda line: line.startswith(" ")):
        lines = list(group)
        parts += lines if is_example else [_filled(" ".join(lines))]
    for heading, settings in command.settings().items():
        parts += ["", f"{heading}:", _columns(settings)]
    return "\n".join(parts)


def _columns(entries: Mapping[str, str]) -> str:
    """Names and their meanings; a name that is too long has a line of its own."""
    width = min(max(map(len, entries), default=0), _WIDEST_NAME)
    indent = " " * (width + 4)
    lines = []
    for name, meaning in entries.items():
        left = f"  {name:<{width}}  "
        if len(name) > width:
            lines.append(f"  {name}")
            left = indent
        lines += textwrap.wrap(meaning, _line(), initial_indent=left, subsequent_indent=indent) or [
            left.rstrip()
        ]
    return "\n".join(lines)


def _filled(text: str) -> str:
    return textwrap.fill(text, _line())


def _line() -> int:
    return max(60, min(shutil.get_terminal_size().columns, 110))
