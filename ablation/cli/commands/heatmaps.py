"""`ablation heatmaps`: where the trained networks of a study look."""

from collections.abc import Sequence

from ablation.cli.described import described
from ablation.cli.studies import located
from ablation.cli.subcommand import Settings, Subcommand


def _settings() -> Settings:
    from ablation.app.heatmaps.command_line import MapRequest

    settings = described(MapRequest)
    del settings["study"]
    return {"Settings": settings}


def _heatmaps(words: Sequence[str]) -> int:
    from ablation.app.heatmaps.__main__ import main

    return main([*located(words[:1]), *words[1:]])


COMMAND = Subcommand(
    "heatmaps",
    "STUDY [KEY=VALUE …]",
    "draw where the trained networks of a study look",
    "It needs saved weights: a sweep keeps those of the best and of the reference cell "
    "(training.save_weights).",
    _settings,
    _heatmaps,
)
