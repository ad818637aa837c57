"""From a command line to its subcommand, and from an error to a sentence and an exit code."""

import io
import os
import signal
import sys
from collections.abc import Sequence

from ablation.cli.commands import COMMANDS
from ablation.cli.parser import read
from ablation.errors import UsageError
from ablation.extras import needed
from ablation.interrupts import on_interrupt

_READING = ("report", "import", "status", "copy")
"""Commands that train nothing, and need no more than what they read needs."""


def run(arguments: Sequence[str]) -> int:
    """Run a command line.

    Returns:
        0; 1 when runs have failed; 2 on a mistake of the user; 3 when runs allow no analysis; 130 when
        interrupted.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):  # a minus or é in a log that is not UTF-8
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return _dispatch(arguments)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted. What was finished is kept.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _dispatch(arguments: Sequence[str]) -> int:
    with needed("This help needs", "sweep"):
        command, words = read(arguments, COMMANDS)
    on_interrupt(signal.default_int_handler)
    extra = "" if command.name in _READING else "sweep"
    with needed(f"`ablation {command.name}` needs", extra):
        return command.run(words)
