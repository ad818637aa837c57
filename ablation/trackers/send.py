"""Send missing runs to a tracker: the tracker itself says what it has, so nothing is sent twice."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ablation.results import Snapshot
from ablation.trackers.logged_runs import logged_runs
from ablation.trackers.registry import known
from ablation.trackers.tracker import LoggedRun, Session
from ablation.words import counted, shown


@dataclass(frozen=True)
class Sent:
    """The result of sending.

    Attributes:
        tracker: Its name.
        uri: What was asked for, without a password; empty for where the tracker itself would log.
        place: Where its runs are, likewise.
        sent: How many runs were sent now.
        there: How many of the study were there before.
        missing: How many are not there now.
        problem: Why, in one line; empty if all are there.
    """

    tracker: str
    uri: str
    place: str
    sent: int = 0
    there: int = 0
    missing: int = 0
    problem: str = ""


def send_missing(name: str, uri: str | None, snapshot: Snapshot, folder: str | Path) -> Sent:
    """Send the runs that a tracker lacks, and those that it has as failed and that have ended well since.

    Nothing is raised when the tracker is down, or behaves unexpectedly: the rows are there all the same.

    Args:
        name: of the tracker.
        uri: where, as its registry entry says; None for where the tracker itself would.
        snapshot: what the study's store holds.
        folder: of the study.
    """
    runs, place, there, n_sent = logged_runs(snapshot, Path(folder)), "", 0, 0
    study = snapshot.record.study or Path(folder).name
    if not runs:
        return Sent(name, shown(uri or ""), place)
    try:
        with _alone(folder), closing(known()[name].open(study, Path(folder), uri)) as session:
            place = shown(session.place)
            missing = _missing(runs, session)
            there = len(runs) - len(missing)
            for run in missing:
                session.send(run)
                n_sent += 1
            left = _missing(missing, session) if missing else []
    except (Exception, SystemExit) as error:
        line = next((line for line in str(error).splitlines() if line.strip()), "")
        problem = shown(f"{type(error).__name__}: {line[:200]}").rstrip(".: ")
        return Sent(name, shown(uri or ""), place, n_sent, there, len(runs) - there - n_sent, problem)
    problem = "it took them without an error, but has not kept them" if left else ""
    return Sent(name, shown(uri or ""), place, n_sent - len(left), there, len(left), problem)


def result_line(sent: Sent, study: str) -> str:
    """The result of sending, in a sentence."""
    at = f" ({sent.place})" if sent.place else ""
    if not sent.problem:
        before = f", {sent.there} were there" if sent.there else ""
        return f"{sent.tracker}{at}: {counted(sent.sent, 'run')} logged{before}."
    uri = f" --uri {sent.uri}" if sent.uri else ""
    return (
        f"Warning: {sent.tracker}{at}: {counted(sent.missing, 'run')} not logged. {sent.problem}. "
        f"The rows are kept; send what is missing later: ablation export {study} --to {sent.tracker}{uri}"
    )


def _missing(runs: list[LoggedRun], session: Session) -> list[LoggedRun]:
    there = session.sent({run.key for run in runs})
    return [run for run in runs if run.key not in there or (there[run.key] and not run.is_failed)]


@contextmanager
def _alone(folder: str | Path) -> Iterator[None]:
    """Keep other processes of this machine from sending runs of the study, where locks work."""
    descriptor = -1
    try:
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)
