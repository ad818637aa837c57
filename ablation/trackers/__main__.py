"""`python -m ablation.trackers`: sends the runs of a sweep meanwhile; `ablation.sweep.tracking` starts it.

A process of its own: a tracker that hangs or ends its process costs the training nothing.
It ends after another line of its standard input, or with that: when the sweep has ended, however it ended.
"""

import json
import os
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ablation.errors import UsageError
from ablation.results import open_store
from ablation.trackers.send import Sent, result_line, send_missing
from ablation.words import shown

PAUSE_SECONDS = 30.0
_PAUSES_PER_PASS = 20
"""Sending takes a twentieth of the time at most: a store of thousands of runs is not read without end."""


def main() -> None:
    """Read what is wanted, a line of JSON, and follow the study until the sweep ends."""
    settings, ended = json.loads(sys.stdin.readline()), threading.Event()
    lines = os.fdopen(os.dup(1), "w")
    _keep_quiet(Path(settings["folder"]))
    threading.Thread(target=_wait, args=(ended,), daemon=True).start()
    trackers, totals = settings["trackers"].items(), dict[str, int]()
    pause, is_last = PAUSE_SECONDS, False
    while not is_last:
        is_last, start = ended.wait(pause), time.monotonic()
        store = open_store(settings["url"])
        try:
            snapshot = store.scan()
        except UsageError as error:  # the place of the rows does not answer; the next look may succeed
            done = [Sent(name, shown(uri or ""), "", problem=str(error)) for name, uri in trackers]
        else:
            done = [send_missing(name, uri, snapshot, settings["folder"]) for name, uri in trackers]
        for sent in done:
            totals[sent.tracker] = totals.get(sent.tracker, 0) + sent.sent
        pause = max(PAUSE_SECONDS, _PAUSES_PER_PASS * (time.monotonic() - start))
    with suppress(BrokenPipeError), lines:
        for sent in done:
            before = sent.there + sent.sent - totals[sent.tracker]
            whole = replace(sent, sent=totals[sent.tracker], there=before)
            print(result_line(whole, store.place), file=lines)


def _wait(ended: threading.Event) -> None:
    sys.stdin.readline()  # its end, where the sweep was killed
    ended.set()


def _keep_quiet(folder: Path) -> None:
    """What trackers print goes to a file beside the study's logs."""
    with suppress(OSError):
        (folder / "jobs").mkdir(parents=True, exist_ok=True)
        log = os.open(folder / "jobs" / "trackers.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)


if __name__ == "__main__":
    main()
