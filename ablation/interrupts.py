"""Ctrl-C and SIGTERM."""

import os

TYPE_CHECKING = False  # nothing else is imported before a handler stands: `signal` takes milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def on_interrupt(handler: "Callable[[int, FrameType | None], object]") -> None:
    """Have this called, but where a shell that started the program in the background ignores interrupts."""
    import signal

    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def end_quietly_while_loading() -> None:
    """End with a word and exit code 130 until the program sets handlers of its own: nothing has begun."""
    try:
        on_interrupt(_end)
    except KeyboardInterrupt:
        _end()


def _end(_number: int = 0, _frame: "FrameType | None" = None) -> None:
    os.write(2, b"Interrupted. Nothing had begun.\n")
    os._exit(130)
