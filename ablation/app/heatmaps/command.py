"""What `python -m ablation.app.heatmaps` is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from ablation.errors import UsageError

MAPS = ("grad_cam", "attention", "occlusion", "residual", "top_k", "top_k_variance")

USAGE = (
    "Expected the folder of a study, then settings: python -m ablation.app.heatmaps runs/density "
    "map=grad_cam input=rgb layer=rgb_4_activation images=6 cells=a1b2c3d4e5,… output=FILE"
)


@dataclass(frozen=True)
class MapRequest:
    """Which maps of which networks.

    Args:
        study: folder of the study.
        map: one of `MAPS`.
        input: of a network with several; None takes that of the layer, or the first.
        layer: whose output or gate is looked at; None takes the one that runs are scored by.
        cells: ids of cells; none takes all that have weights.
        images: how many of the first test images.
        output: where to write, without suffix; None: `heatmaps_<input>_<map>` in the study's folder.
    """

    study: str
    map: str = "grad_cam"
    input: str | None = None
    layer: str | None = None
    cells: tuple[str, ...] = ()
    images: int = 5
    output: str | None = None

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
    if not arguments or arguments[0].startswith("-") or "=" in arguments[0]:
        raise UsageError(f"{USAGE}. Received: {' '.join(arguments) or 'nothing'}")
    names = [f.name for f in fields(MapRequest)][1:]
    settings: dict[str, str] = {}
    for argument in arguments[1:]:
        name, equals, value = argument.partition("=")
        if not equals or name not in names:
            raise UsageError(
                f"Expected settings {', '.join(f'{n}=…' for n in names)}. Received: {argument!r}"
            )
        settings[name] = value
    images = settings.pop("images", "5")
    if not images.isdecimal():
        raise UsageError(f"images: expected a number. Received: {images!r}")
    cells = tuple(cell for cell in settings.pop("cells", "").split(",") if cell)
    texts = {name: value or None for name, value in settings.items() if name != "map"}
    return MapRequest(
        study=arguments[0],
        map=settings.get("map", "grad_cam"),
        input=texts.get("input"),
        layer=texts.get("layer"),
        cells=cells,
        images=int(images),
        output=texts.get("output"),
    )
