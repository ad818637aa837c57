"""Runs a command in a process group that ends with its parent, even by `kill -9`.

Started as a script, of Python alone: `python -I -S guard.py WORD …`. Standard input is a pipe into which
nothing is ever written; it ends when the process at its other end is gone.
"""

import os
import signal
import subprocess
import sys
import threading


def _end_with_parent() -> None:
    os.read(0, 1)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _main(words: list[str]) -> int:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        return subprocess.call(words, stdin=subprocess.DEVNULL)
    except OSError as error:
        print(f"{words[0]}: {error.strerror}", file=sys.stderr)
        return 127


if __name__ == "__main__":
    code = _main(sys.argv[1:])
    os._exit(code if code >= 0 else 128 - code)
