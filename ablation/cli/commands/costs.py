"""`ablation costs`: what the cells of a finished study cost on this machine."""

from collections.abc import Sequence

from ablation.cli.described import described
from ablation.cli.studies import located
from ablation.cli.subcommand import Settings, Subcommand


def _settings() -> Settings:
    from ablation.app.costs.command_line import CostRequest

    settings = described(CostRequest)
    del settings["study"]
    return {"Settings": settings}


def _costs(words: Sequence[str]) -> int:
    from ablation.app.costs.__main__ import main

    return main([*located(words[:1]), *words[1:]])


COMMAND = Subcommand(
    "costs",
    "STUDY [KEY=VALUE …]",
    "measure what the cells of a finished study cost: operations, peak memory, latency",
    "Runs and keys stay as they are: the numbers are kept beside them, and the report shows them. "
    "Let nothing else run meanwhile.",
    _settings,
    _costs,
)
