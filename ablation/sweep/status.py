"""`python -m ablation.sweep.status runs/quick`: how far a study is, from any shell."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from ablation.errors import UsageError
from ablation.numbers import duration
from ablation.results import Snapshot, StudyRecord, open_existing
from ablation.sweep.forecast import time_left
from ablation.sweep.slurm import Queue
from ablation.sweep.survey import Survey, survey
from ablation.sweep.terminal import (
    attempt_label,
    log_of,
    print_failures,
    print_lines,
    reason,
    row_label,
    value,
)
from ablation.words import counted

USAGE = "Expected the folders of studies: ablation status runs/quick"


def main(arguments: Sequence[str]) -> int:
    """Print the state of studies; 0 when done, 2 on a wrong argument."""
    if {"-h", "--help"} & set(arguments):
        print(USAGE)
        return 0
    try:
        if not arguments or any(word.startswith("-") for word in arguments):
            raise UsageError(f"{USAGE}. Received: {' '.join(arguments) or 'nothing'}")
        for path in arguments:
            _show(path)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _show(path: str) -> None:
    """How far a study is, and what has failed."""
    snapshot = open_existing(path).scan()
    record = snapshot.record
    if not record.keys:
        raise UsageError(f"{path}: expected a study that has been planned. Received: none there")
    found = survey(snapshot, record.keys)
    queued = Queue(path).lines() if "://" not in path else []
    print_lines([*status_lines(record, found), *queued, *_looks(snapshot)])
    lines = [
        f"{'interrupted' if attempt.status == 'lost' else 'failed'}: {attempt_label(attempt, record)}: "
        f"{reason(attempt)}{log_of(attempt, path)}"
        for attempt in found.failed.values()
    ]
    print_failures(sorted(lines))


def _looks(snapshot: Snapshot) -> list[str]:
    """The last look of an adaptive study: what is open, and the chance that the next look settles it."""
    if not snapshot.record.adaptive:
        return []
    from ablation.adaptive.study import replay_of
    from ablation.results.table import table
    from ablation.sweep.growing import look_lines

    replay = replay_of(snapshot.record, table(snapshot, design_only=True))
    if not replay.looks:
        return [f"The first look comes at {replay.next} seeds."]
    return look_lines(replay.looks[-1])


def status_lines(record: StudyRecord, found: Survey) -> list[str]:
    """How far a study is, in a line or two."""
    n_runs, n_done = len(record.keys), len(found.rows)
    n_lost = sum(attempt.status == "lost" for attempt in found.failed.values())
    n_diverged = sum(row.status == "diverged" for row in found.rows.values())
    counts = [
        f"{n_done} of {n_runs} runs done" + (f" ({n_diverged} diverged)" if n_diverged else ""),
        f"{found.n_running} in work by {counted(found.n_processes, 'process', 'processes')}",
        f"{len(found.failed) - n_lost} failed",
    ]
    counts += [f"{n_lost} interrupted"] if n_lost else []
    counts += [f"{found.n_outside} finished outside of the design"] if found.n_outside else []
    left = time_left(found.rows.values(), n_runs - n_done, found.n_processes) if found.n_processes else ""
    lines = [f"Study {record.study}: {', '.join(counts)}{left}."]
    last = max(found.rows.values(), key=lambda row: row.finished, default=None)
    if last is not None:
        ago = (datetime.now(UTC) - datetime.fromisoformat(last.finished)).total_seconds()
        shown = value(last, record.response)
        lines.append(f"Last: {shown} {row_label(last, record)}, about {duration(ago)} ago.")
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
