"""Where to look into a network, and the maps of what it is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

from ablation.app.maps.maps import Core, upsample

Weights = Sequence[tuple[Any, Any]]
"""Pairs of variable and value."""
Place = Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]


def stretched(maps: Mapping[str, Any], images: Mapping[str, Any]) -> dict[str, Any]:
    """Maps (n, h, w) by input, on the pixels of their images, where no layer drops a border; traceable."""
    return {name: upsample(map_, *images[name].shape[1:3]) for name, map_ in maps.items()}


@dataclass(frozen=True)
class MapTargets:
    """Where to look into a network: the same layer at every level, so that maps can be compared.

    Args:
        layers: input → the layer whose Grad-CAM is scored.
        gates: input → the attention layer whose gate is scored; empty where the level has none.
        target: what Grad-CAM explains, an output or a layer; None: the network's only output.
        place: (maps, images) by input → maps on the pixels of their images.
    """

    layers: Mapping[str, str]
    gates: Mapping[str, str]
    target: str | None = None
    place: Place = stretched


class MapMeasure:
    """Maps of a network, on the pixels of its images; those of random networks beside them. Traceable.

    Args:
        maps: name of a map → what makes it (`ablation.app.maps`): images by input → maps by input.
        place: puts maps on the pixels of their images.
        random: the weights of each random network, of which Grad-CAM is made as well.
    """

    def __init__(self, maps: Mapping[str, Core], place: Place, random: Sequence[Weights]) -> None:
        self.maps, self.place, self.random = dict(maps), place, list(random)

    def __call__(self, images: Mapping[str, Any]) -> dict[str, Any]:
        """`<map>.<input>`, (n, height, width); `grad_cam_random.<input>`, (networks, n, height, width)."""
        placed: dict[str, Any] = {}
        for name, core in self.maps.items():
            placed |= {f"{name}.{on}": m for on, m in self.place(core(images), images).items()}
        drawn = []
        for weights in self.random:
            with keras.StatelessScope(state_mapping=list(weights)):
                drawn.append(self.place(self.maps["grad_cam"](images), images))
        for on in drawn[0] if drawn else ():
            placed[f"grad_cam_random.{on}"] = ops.stack([maps[on] for maps in drawn])
        return placed
