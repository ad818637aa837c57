"""`ablation copy`: a study's results, from a folder to a database or back."""

from collections.abc import Sequence

from ablation.cli.studies import located
from ablation.cli.subcommand import Subcommand
from ablation.errors import UsageError


def _copy(words: Sequence[str]) -> int:
    shown = " ".join(word or "''" for word in words)
    if len(words) != 2 or "" in words:
        raise UsageError(
            "Expected a source and a target: ablation copy runs/quick "
            f"postgresql+psycopg://user@host/database#quick. Received: {shown or 'nothing'}"
        )
    from ablation.results.__main__ import copy_study

    return copy_study(located(words[:1])[0], words[1])


COMMAND = Subcommand(
    "copy",
    "SOURCE TARGET",
    "copy a study's rows, attempts and record, and check them",
    "Source and target are a folder, such as runs/quick, or a database and the study's name in it, such as "
    "postgresql+psycopg://user@host/database#quick. Done again, it copies what is new; a row that the "
    "target has already is never overwritten. What its cells cost goes along from folder to folder.",
    dict,
    _copy,
)
