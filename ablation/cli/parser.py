"""The command line as argparse reads it. Settings are `KEY=VALUE`, as in Hydra; few commands have options."""

import argparse
import difflib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from typing import Any, NoReturn

from ablation.cli.help import command_help, overview
from ablation.cli.subcommand import Subcommand
from ablation.errors import UsageError


class Parser(argparse.ArgumentParser):
    """A parser whose help is ours, and whose errors are sentences.

    Args:
        shown: its help.
        expected: what an error says was expected.
    """

    def __init__(self, shown: Callable[[], str], expected: str, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)
        self.shown, self.expected = shown, expected

    def format_help(self) -> str:
        """The whole help."""
        return f"{self.shown()}\n"

    def error(self, message: str) -> NoReturn:
        """End with a sentence.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"Expected: {self.expected}. Received: {message}. `{self.prog} --help` says more")


def read(arguments: Sequence[str], commands: Sequence[Subcommand]) -> tuple[Subcommand, list[str]]:
    """The subcommand that a command line names, and its words; help and version end the process.

    Raises:
        UsageError: there is no such subcommand, or an option that there is not.
    """
    if arguments:
        _check_name(arguments[0], commands)
    top, parsers = _make(commands)
    parsed, unknown = top.parse_known_args(list(arguments) or ["--help"])
    if options := [word for word in unknown if word.startswith("-")]:
        parsers.get(parsed.name, top).error(options[0])
    command = next(command for command in commands if command.name == parsed.name)
    given = {name: getattr(parsed, name) for name in command.options}
    # argparse takes words after an option for unknown ones
    return command, [*parsed.words, *unknown, *(f"{name}={value}" for name, value in given.items() if value)]


def _make(commands: Sequence[Subcommand]) -> tuple[Parser, Mapping[str, Parser]]:
    """A parser of the whole command line, and those of the subcommands."""
    top = Parser(lambda: overview(commands), "ablation COMMAND …", prog="ablation")
    top.add_argument(
        "-V", "--version", action="version", version=f"ablation-study {version('ablation-study')}"
    )
    parsers = top.add_subparsers(dest="name")
    for command in commands:
        usage = f"ablation {command.name} {command.usage}{_options(command)}"
        parser = parsers.add_parser(command.name, shown=partial(command_help, command), expected=usage)
        parser.add_argument("words", nargs="*")
        for name, takes in command.options.items():
            how: dict[str, Any] = {"metavar": takes} if takes else {"action": "store_const", "const": "true"}
            parser.add_argument(name, dest=name, **how)
    return top, parsers.choices


def _options(command: Subcommand) -> str:
    if not command.options:
        return ", without options"
    return f", with the options {', '.join(command.options)}"


def _check_name(word: str, commands: Sequence[Subcommand]) -> None:
    """Refuse a subcommand that does not exist.

    Raises:
        UsageError: naming those that do.
    """
    names = [command.name for command in commands]
    if word not in names and not word.startswith("-"):
        near = difflib.get_close_matches(word, names, n=1)
        hint = f"Did you mean {near[0]}?" if near else "`ablation --help` says what they do"
        raise UsageError(f"Expected one of {', '.join(names)}. Received: {word or 'nothing'}. {hint}")
