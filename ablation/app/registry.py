"""What the user's own files have added to the built-in app (`ablation.app.plugins`)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Network:
    """A network of the user's.

    Args:
        problem: configuration → `ablation.app.training.problem.Problem`.
        data: names of the data sets that it learns from; none for all of images.
    """

    problem: Callable[[Any], Any]
    data: tuple[str, ...] = ()


@dataclass
class Registry:
    """What the files that are in use have added.

    Attributes:
        flags: dataclasses whose fields are flags.
        blocks: parts of every block, in the order in which they act.
        networks: by `model.name`.
        data_sets: by `data.name`; `data.folder` → four arrays.
        loaded: path and hash of each file.
    """

    flags: list[type] = field(default_factory=list)
    blocks: list[Callable[..., Any]] = field(default_factory=list)
    networks: dict[str, Network] = field(default_factory=dict)
    data_sets: dict[str, Callable[[str | None], Any]] = field(default_factory=dict)
    loaded: tuple[tuple[str, str], ...] = ()

    def clear(self) -> None:
        """Forget them all."""
        for known in (self.flags, self.blocks, self.networks, self.data_sets):
            known.clear()
        self.loaded = ()


registry = Registry()
