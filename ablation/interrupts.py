"""Ctrl-C while a program only loads its libraries: nothing has begun, so a word is enough."""

import os
import signal
from types import FrameType


def end_quietly_while_loading() -> None:
    """End with a word and exit code 130, until the program sets handlers of its own.

    A shell that starts a program in the background has it ignore interrupts; that stays.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def _end(_number: int, _frame: FrameType | None) -> None:
    os.write(2, b"Interrupted. Nothing had begun.\n")
    os._exit(130)
