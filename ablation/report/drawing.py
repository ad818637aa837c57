"""Pictures for the page: drawn when wanted, named for their files, and never in the way of the rest."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ablation.naming import slug, unique
from ablation.report.document import Block, Figure, Grid, Prose

if TYPE_CHECKING:
    from ablation.report.figures import Picture

log = logging.getLogger(__name__)


class Drawer:
    """Calls functions of `ablation.report.figures`, which is imported only when pictures are wanted.

    Attributes:
        problems: what went wrong, a sentence each; a report is written nevertheless.
    """

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self.problems: list[str] = []
        self._names: list[str] = []

    def blocks(self, function: str, *arguments: Any, prefix: str = "") -> list[Block]:
        """Figure blocks of what a function draws.

        Args:
            function: its name.
            arguments: handed to it.
            prefix: start of the file names.
        """
        if not self.wanted:
            return []
        pictures = self.draw(function, *arguments, prefix=prefix)
        if pictures is None:
            return [Prose(f"The figure '{function}' could not be drawn: {self.problems[-1]}")]
        return [Figure(picture) for picture in pictures]

    def grid(self, function: str, *arguments: Any, prefix: str = "") -> list[Block]:
        """The same in a grid, where there are several."""
        found = self.blocks(function, *arguments, prefix=prefix)
        return [Grid(found)] if len(found) > 1 else found

    def draw(self, function: str, *arguments: Any, prefix: str = "") -> list[Picture] | None:
        """The pictures of a function; None where it failed, which is our mistake and no one's to pay."""
        from ablation.report import figures

        try:
            drawn = getattr(figures, function)(*arguments)
        except Exception as error:
            log.exception("The figure %s could not be drawn", function)
            self.problems.append(f"{type(error).__name__}: {error}")
            return None
        return [self._named(picture, prefix) for picture in _several(drawn)]

    def _named(self, picture: Picture, prefix: str) -> Picture:
        name = unique(slug(f"{prefix}{picture.name}", 120), self._names)
        self._names.append(name)
        return replace(picture, name=name)


def _several(drawn: Picture | Sequence[Picture] | None) -> Iterable[Picture]:
    if drawn is None:
        return []
    return drawn if isinstance(drawn, Sequence) else [drawn]
