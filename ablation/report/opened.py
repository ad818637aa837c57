"""From the command line to the study, and to the place of its page."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from ablation.report.arguments import Arguments, is_open, table_settings
from ablation.report.subject import Subject
from ablation.report.write import page_folder


def opened(options: Arguments, arguments: Sequence[str], is_quiet: bool = False) -> Subject:
    """Read and analyse a study, a table, or another tool's runs.

    What is analysed is printed where nobody has said it.

    Raises:
        UsageError: there is nothing, or something is not sure.
    """
    from ablation.analysis.data.reading import read_table
    from ablation.report.load import load_study, load_table
    from ablation.report.proposal import settled
    from ablation.sources import read
    from ablation.words import shown

    if options.path:
        return load_study(options.path)
    values, place = options.values, shown(options.source)
    frame = read(options.source, **options.how) if options.source else None
    command = shlex.join(["ablation", "report", *(shown(word) for word in arguments)])
    if is_open(options):
        frame = read_table(values["table"]) if frame is None else frame
        proposed = settled(frame, options, place or values["table"])
        print(proposed.text, file=sys.stderr if is_quiet else sys.stdout)
        values, command = proposed.values, proposed.line
    return load_table(table_settings({**values, "table": values.get("table") or place}), command, frame)


def folder_for(options: Arguments, study: Subject, name: str) -> Path:
    """Where a page goes: in the study's folder, beside a table, or for another tool's runs in this folder."""
    if output := options.values.get("output"):
        return Path(str(output))
    if options.path:
        return page_folder(options.path, name)
    table = Path(study.source)
    named = f"{table.stem or 'runs'}-{name}"
    return Path(named) if options.source else table.with_name(named)
