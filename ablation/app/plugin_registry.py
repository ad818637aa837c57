"""What the user's own files have added to the built-in app (`ablation.app.plugins`)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Registry:
    """What the files that are in use have added.

    Attributes:
        flags: dataclasses whose fields are flags.
        blocks: parts of every block, in the order in which they act.
        networks: by `model.name`; each an `ablation.app.problems.network.Network`.
        data_sets: by `data.name`; `data.folder` → four arrays.
        loaded: path and hash of each file.
    """

    flags: list[type] = field(default_factory=list)
    blocks: list[Callable[..., Any]] = field(default_factory=list)
    networks: dict[str, Any] = field(default_factory=dict)
    data_sets: dict[str, Callable[[str | None], Any]] = field(default_factory=dict)
    loaded: tuple[tuple[str, str], ...] = ()

    def clear(self) -> None:
        """Forget them all."""
        for known in (self.flags, self.blocks, self.networks, self.data_sets):
            known.clear()
        self.loaded = ()


registry = Registry()
