"""The command line of `python -m ablation.app.heatmaps`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ablation.app.study_settings import study_and_settings
from ablation.errors import UsageError

MAPS = ("grad_cam", "attention", "occlusion", "residual", "top_k", "top_k_variance")

USAGE = (
    "Expected the folder of a study, then settings: ablation heatmaps runs/density "
    "map=grad_cam input=rgb layer=rgb_4_activation images=6 cells=a1b2c3d4e5,… output=FILE"
)


@dataclass(frozen=True)
class MapRequest:
    """Which maps of which networks."""

    study: str
    """The folder of the study."""
    map: str = field(default=MAPS[0], metadata={"levels": MAPS})
    """What is drawn."""
    input: str | None = None
    """Of a network with several pictures, the one that is looked at; else that of the layer, or the first."""
    layer: str | None = None
    """The layer whose output or gate is looked at; else the one that runs are scored by."""
    cells: tuple[str, ...] = ()
    """Ids of cells, separated by commas; else all that have weights."""
    images: int = 5
    """How many of the first test images."""
    output: str | None = None
    """Where to write, without suffix; else heatmaps_<input>_<map> in the study's folder."""

    def __post_init__(self) -> None:
        """Refuse maps that do not exist."""
        if self.map not in MAPS:
            raise UsageError(f"map: expected one of {', '.join(MAPS)}. Received: {self.map!r}")
        if self.images < 1:
            raise UsageError(f"images: expected at least 1. Received: {self.images}")


def parse(arguments: Sequence[str]) -> MapRequest:
    """Read the command line.

    Raises:
        UsageError: no study, or a setting that does not exist.
    """
    study, texts = study_and_settings(arguments, MapRequest, USAGE)
    settings: dict[str, Any] = {
        name: text if name in ("map", "images") else text or None for name, text in texts.items()
    }
    if "images" in settings:
        if not re.fullmatch(r"-?\d+", settings["images"]):
            raise UsageError(f"images: expected a number. Received: {settings['images']!r}")
        settings["images"] = int(settings["images"])
    if "cells" in settings:
        settings["cells"] = tuple(filter(None, (settings["cells"] or "").split(",")))
    return MapRequest(study, **settings)
