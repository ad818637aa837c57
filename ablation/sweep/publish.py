"""What a sweep writes at its end: the study's record, the views of its rows, and the report."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ablation.results import Snapshot, Store, StudyRecord, keys_of, write_views
from ablation.results.record import encode_record
from ablation.sweep.messages import print_lines

REPORT = "report"


def publish(
    store: Store,
    before: Snapshot,
    after: Snapshot,
    record: StudyRecord,
    folder: str,
    hook: Callable[[Snapshot, Any], None],
) -> None:
    """Write record, views and report, unless they would be empty and replace some that are not."""
    # These import pandas, which takes a second: too long at the start of a sweep.
    from ablation.report.load import subject_of
    from ablation.report.write import publish as write_report

    subject, is_ours = subject_of(after, store.place, folder), after.record.keys == record.keys
    is_empty = not subject.concludes and _concludes(folder)
    if is_ours:
        saved = before.record if is_empty and before.record.keys else record
        store.save_record(saved)
        after = replace(after, record=saved)
    write_views(after, Path(folder))
    store.sweep()
    if is_empty:
        print_lines(
            [
                f"The finished runs of this design allow no analysis: {subject.main.obstacle}",
                f"The report that was there stays, with its record: {Path(folder) / REPORT / 'index.html'}",
            ]
        )
        return
    hook(after, subject)
    write_report(subject, Path(folder) / REPORT)
    if not is_ours:
        print_lines(["Another sweep of this study was planned meanwhile: the report is of its design."])


def is_published(before: Snapshot, record: StudyRecord, folder: str) -> bool:
    """Whether record, views and report are there for all rows of the study, and the report is not older."""
    table = Path(folder) / "results.parquet"
    views = [
        table.with_suffix(".csv"),
        *(Path(folder) / REPORT / name for name in ("report.md", "index.html")),
    ]
    return (
        encode_record(before.record) == encode_record(record)
        and all(path.exists() for path in (table, *views))
        and all(path.stat().st_mtime >= table.stat().st_mtime for path in views[1:])
        and set(record.keys) & before.rows.keys() <= keys_of(table)
    )


def _concludes(folder: str) -> bool:
    """Whether the report that is there has an analysis of its main response."""
    try:
        effects = json.loads((Path(folder) / REPORT / "effects.json").read_bytes())
        return effects["responses"][0]["obstacle"] is None
    except (OSError, ValueError, LookupError, TypeError):
        return False
