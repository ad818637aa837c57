"""`python -m ablation.sweep.status runs/quick`: how far a study is, from any shell."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from ablation.errors import UsageError
from ablation.numbers import duration
from ablation.results import Snapshot, StudyRecord, open_existing
from ablation.results.opening import is_url
from ablation.sweep.messages import (
    attempt_label,
    log_of,
    print_failures,
    print_lines,
    reason,
    row_label,
    value,
)
from ablation.sweep.slurm import Queue
from ablation.sweep.survey import Survey, survey
from ablation.sweep.time_left import time_left
from ablation.words import counted

USAGE = "Expected the folders of studies: ablation status runs/quick"


def main(arguments: Sequence[str]) -> int:
    """Print the state of studies; 0 when done, 2 on a wrong argument."""
    if {"-h", "--help"} & set(arguments):
        print(USAGE)
        return 0
    try:
        as_json = "--json" in arguments
        arguments = [word for word in arguments if word != "--json"]
        if not arguments or any(word.startswith("-") for word in arguments):
            raise UsageError(f"{USAGE}. Received: {' '.join(arguments) or 'nothing'}")
        if as_json:
            print(json.dumps([_entry(path) for path in arguments], indent=1))
            return 0
        for path in arguments:
            _show(path)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _surveyed(path: str) -> tuple[Snapshot, Survey]:
    snapshot = open_existing(path).scan()
    if not snapshot.record.keys:
        raise UsageError(f"{path}: expected a study that has been planned. Received: none there")
    return snapshot, survey(snapshot, snapshot.record.keys)


def _entry(path: str) -> dict[str, object]:
    """How far a study is, for programs; docs/results.md says what the names mean."""
    snapshot, state = _surveyed(path)
    lost = [attempt for attempt in state.failed.values() if attempt.status == "lost"]
    failed = [attempt for attempt in state.failed.values() if attempt.status != "lost"]
    return {
        "schema": 1,
        "study": snapshot.record.study,
        "place": path,
        "runs": len(snapshot.record.keys),
        "done": len(state.rows),
        "diverged": sum(row.status == "diverged" for row in state.rows.values()),
        "running": state.n_running,
        "failed": len(failed),
        "interrupted": len(lost),
        "outside": state.n_outside,
        "failures": [
            {"run": attempt_label(attempt, snapshot.record), "reason": reason(attempt)} for attempt in failed
        ],
    }


def _show(path: str) -> None:
    """How far a study is, and what has failed."""
    snapshot, state = _surveyed(path)
    record = snapshot.record
    queued = Queue(path).lines() if not is_url(path) else []
    print_lines([*status_lines(record, state), *queued, *_looks(snapshot)])
    lines = [
        f"{'interrupted' if attempt.status == 'lost' else 'failed'}: {attempt_label(attempt, record)}: "
        f"{reason(attempt)}{log_of(attempt, path)}"
        for attempt in state.failed.values()
    ]
    print_failures(sorted(lines))


def _looks(snapshot: Snapshot) -> list[str]:
    """The last look of an adaptive study: what is open, and the chance that the next look settles it."""
    if not snapshot.record.adaptive:
        return []
    from ablation.adaptive.adaptive_study import replay_of
    from ablation.results.table import table
    from ablation.sweep.growing import look_lines

    replay = replay_of(snapshot.record, table(snapshot, design_only=True))
    if not replay.looks:
        return [f"The first look comes at {replay.next} seeds."]
    return look_lines(replay.looks[-1])


def status_lines(record: StudyRecord, state: Survey) -> list[str]:
    """How far a study is, in a line or two."""
    n_runs, n_done = len(record.keys), len(state.rows)
    n_lost = sum(attempt.status == "lost" for attempt in state.failed.values())
    n_diverged = sum(row.status == "diverged" for row in state.rows.values())
    counts = [
        f"{n_done} of {n_runs} runs done" + (f" ({n_diverged} diverged)" if n_diverged else ""),
        f"{state.n_running} in work by {counted(state.n_processes, 'process', 'processes')}",
        f"{len(state.failed) - n_lost} failed",
    ]
    counts += [f"{n_lost} interrupted"] if n_lost else []
    counts += [f"{state.n_outside} finished outside of the design"] if state.n_outside else []
    left = time_left(state.rows.values(), n_runs - n_done, state.n_processes) if state.n_processes else ""
    lines = [f"Study {record.study}: {', '.join(counts)}{left}."]
    last = max(state.rows.values(), key=lambda row: row.finished, default=None)
    if last is not None:
        ago = (datetime.now(UTC) - datetime.fromisoformat(last.finished)).total_seconds()
        shown = value(last, record.response)
        lines.append(f"Last: {shown} {row_label(last, record)}, about {duration(ago)} ago.")
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
