"""`ablation report`: write the report of a study, or of any other runs."""

import shlex
from collections.abc import Sequence

from ablation.cli.studies import located, sources, swept_studies, tables
from ablation.cli.subcommand import Settings, Subcommand, as_flags
from ablation.errors import UsageError


def _settings() -> Settings:
    from ablation.report.arguments import KEYS, OF_A_STUDY
    from ablation.sources import known, settings

    return {
        "Options": {"--json": "print the numbers as JSON (effects.json), and no summary"},
        "Settings of a study": {key: KEYS[key] for key in OF_A_STUDY},
        "Settings of a table or source": {k: text for k, text in KEYS.items() if k not in OF_A_STUDY},
        "Sources": {name: source.words for name, source in known().items()},
        "Settings of sources": settings(),
    }


def _report(words: Sequence[str]) -> int:
    if "" in words or not [word for word in words if not word.startswith("--")]:
        raise UsageError(_proposal())
    from ablation.report.__main__ import main

    return main(located(as_flags(words)))


def _proposal() -> str:
    """What there is to report here."""
    commands = [f"ablation report {path}" for path in swept_studies()]
    commands += [f"ablation report {shlex.quote(path)}" for path in sources()]
    commands += [f"ablation report table={path} response=… factors=[…] block=…" for path in tables()]
    if not commands:
        return (
            "Expected a study, or a table and what its columns mean: ablation report quick, or "
            "ablation report table=results.csv response=loss factors=[a,b] block=seed. "
            "Received: nothing, and here is neither. Start a study: ablation sweep quick"
        )
    return "\n  ".join(["Expected runs to report. Received: nothing. Here there are:", *commands])


COMMAND = Subcommand(
    "report",
    "STUDY | TABLE | SOURCE [KEY=VALUE …], or two of them",
    "write the report of a study again, of runs that are somewhere, or of what has changed between two",
    "A study is its name, its folder, such as runs/quick, or the URL of its rows in a database. A table is "
    "a file with one row per run: runs.csv, or table=runs.csv. A source is where another tool keeps runs; "
    "it is read, never changed. Of a table or source of which nothing more is said, the report proposes what "
    "to look at, and runs that if nothing is in doubt. With two of them, the page says what has changed from "
    "the first to the second.",
    _settings,
    _report,
    {"--json": ""},
)
