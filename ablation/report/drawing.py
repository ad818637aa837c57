"""Pictures for the page: drawn when wanted, named for their files, and never in the way of the rest."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import LazyLoader, find_spec, module_from_spec
from typing import TYPE_CHECKING

from ablation.naming import slug, unique
from ablation.report.document import Block, Figure, Grid, Prose

if TYPE_CHECKING:
    from ablation.report import figures
    from ablation.report.figures import Picture
else:  # a report without figures does not wait for matplotlib: the first attribute that is used loads it
    figures = sys.modules.get("ablation.report.figures")
    if figures is None:
        _spec = find_spec("ablation.report.figures")
        _spec.loader = LazyLoader(_spec.loader)
        figures = sys.modules[_spec.name] = module_from_spec(_spec)
        _spec.loader.exec_module(figures)
        sys.modules["ablation.report"].figures = figures  # as an import does

__all__ = ["Drawer", "figures"]

log = logging.getLogger(__name__)


class Drawer:
    """Turns what figures draw into blocks.

    Attributes:
        wanted: whether anything is drawn.
        problems: what went wrong, a sentence each; a report is written nevertheless.
    """

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self.problems: list[str] = []
        self._names: list[str] = []

    def blocks(self, draw: Callable[[], Picture | Sequence[Picture] | None], prefix: str = "") -> list[Block]:
        """Blocks of what a function draws, in a grid if there are several.

        Args:
            draw: such as `lambda: figures.half_normal(analysis)`; not called where no figures are wanted.
            prefix: start of the file names.
        """
        if not self.wanted:
            return []
        try:
            drawn = draw()
        except Exception as error:  # our mistake, and no one's to pay
            log.exception("A figure could not be drawn")
            self.problems.append(f"{type(error).__name__}: {error}")
            return [Prose(f"A figure could not be drawn: {self.problems[-1]}")]
        pictures = drawn if isinstance(drawn, Sequence) else [drawn] if drawn else []
        found: list[Block] = [Figure(self._named(picture, prefix)) for picture in pictures]
        return [Grid(found)] if len(found) > 1 else found

    def _named(self, picture: Picture, prefix: str) -> Picture:
        name = unique(slug(f"{prefix}{picture.name}", 120), self._names)
        self._names.append(name)
        return replace(picture, name=name)
