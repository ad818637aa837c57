"""What is known of a network before it is built."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ablation.app.config import Config
from ablation.results import Response

if TYPE_CHECKING:
    from ablation.app.maps.targets import MapTargets
    from ablation.app.training.problem import Problem


@dataclass(frozen=True)
class Network:
    """A value of `model.name`. A plan reads this, so nothing here may need a deep-learning library.

    Args:
        prepare: configuration → what builds the problem. It reads all settings that the problem depends on
            (a flag that acts inside the network may be left to `source`) and imports no Keras: what it
            returns does.
        data: names of the data sets that the network learns from; none for all of images.
        responses: what is measured on its runs, beside what is measured on all.
        targets: the built network → where heatmaps look into it; None where that is unknown.
        source: `module:function` that builds the network: its code says which flags it reads. None for a
            network of the user's.
        function: of the user's configuration: its code says which settings it reads.
    """

    prepare: Callable[[Config], "Callable[[], Problem]"]
    data: tuple[str, ...] = ()
    responses: tuple[Response, ...] = ()
    targets: "Callable[[Any], MapTargets] | None" = None
    source: str | None = None
    function: Callable[[Config], "Problem"] | None = None
