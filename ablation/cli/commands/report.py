"""`ablation report`: the report of a study again, or of any table of runs."""

from collections.abc import Sequence

from ablation.cli.command import Command, Settings
from ablation.cli.studies import located, swept_studies, tables
from ablation.errors import UsageError


def _settings() -> Settings:
    from ablation.report.arguments import KEYS, OF_A_STUDY

    return {
        "Settings of a study": {key: KEYS[key] for key in OF_A_STUDY},
        "Settings of a table": {key: meaning for key, meaning in KEYS.items() if key not in OF_A_STUDY},
    }


def _report(words: Sequence[str]) -> int:
    if not words:
        raise UsageError(_proposal())
    from ablation.report.__main__ import main

    return main(located(words))


def _proposal() -> str:
    """What there is to report here."""
    commands = [f"ablation report {path}" for path in swept_studies()]
    commands += [f"ablation report table={path} response=… factors=[…] block=…" for path in tables()]
    if not commands:
        return (
            "Expected a study, or a table and what its columns mean: ablation report quick, or "
            "ablation report table=results.csv response=loss factors=[a,b] block=seed. "
            "Received: nothing, and here is neither. Start a study: ablation sweep quick"
        )
    return "\n  ".join(["Expected a study or a table. Received: nothing. Here there are:", *commands])


COMMAND = Command(
    "report",
    "STUDY | table=FILE response=COLUMN factors=[COLUMN,…] [KEY=VALUE …]",
    "write the report of a study again, or of any table of runs",
    "A study is its name, its folder, such as runs/quick, or the URL of its rows in a database. A table is "
    "a CSV or Parquet file with one row per run.",
    _settings,
    _report,
)
