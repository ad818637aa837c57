"""`ablation status`: how far studies are, from any shell."""

from collections.abc import Sequence

from ablation.cli.studies import located, swept_studies
from ablation.cli.subcommand import Subcommand
from ablation.errors import UsageError


def _status(words: Sequence[str]) -> int:
    as_json = "--json=true" in words
    studies = located([word for word in words if not word.startswith("--")]) or swept_studies()
    if not studies:
        raise UsageError(
            "Expected a study, or some under runs/. Received: none. Start one: ablation sweep quick"
        )
    from ablation.sweep.status import main

    return main([*studies, "--json"] if as_json else studies)


COMMAND = Subcommand(
    "status",
    "[STUDY …]",
    "how far studies are: all under runs/, or those named",
    "A study is its name, its folder, such as runs/quick, or the URL of its rows in a database. Shown are "
    "the runs that are done, in work, failed or interrupted, the time left, and the log of each failure.",
    lambda: {"Options": {"--json": "print JSON, a list with an entry for each study"}},
    _status,
    {"--json": ""},
)
