"""Pictures for the page: drawn if wanted and named for their files; a failed one does not stop the page."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ablation.errors import UsageError
from ablation.naming import slug, unique
from ablation.report import figures
from ablation.report.document import Block, Figure, Grid, Prose

if TYPE_CHECKING:
    from ablation.report.figures import Picture, Plot

    Drawn = Plot | Picture

__all__ = ["Drawer", "figures"]

log = logging.getLogger(__name__)


class Drawer:
    """Turns what figures draw into blocks.

    Attributes:
        with_figures: whether anything is drawn.
        problems: what went wrong, a sentence each; a report is written nevertheless.
    """

    def __init__(self, with_figures: bool) -> None:
        self.with_figures = with_figures
        self.problems: list[str] = []
        self._names: list[str] = []

    def blocks(
        self, draw: Callable[[], Plot | Picture | Sequence[Plot] | Sequence[Picture] | None], prefix: str = ""
    ) -> list[Block]:
        """Blocks of what a function draws, in a grid if there are several.

        Args:
            draw: such as `lambda: figures.half_normal(analysis)`; not called where no figures are wanted.
            prefix: start of the file names.
        """
        if not self.with_figures:
            return []
        try:
            drawn = draw()
        except UsageError as obstacle:  # what draws it is not installed
            return [Prose(str(obstacle))]
        except Exception as error:  # our mistake: the rest of the report stands
            log.exception("A figure could not be drawn")
            self.problems.append(f"{type(error).__name__}: {error}")
            return [Prose(f"A figure could not be drawn: {self.problems[-1]}")]
        pictures = drawn if isinstance(drawn, Sequence) else [drawn] if drawn else []
        each: list[Block] = [Figure(self._named(picture, prefix)) for picture in pictures]
        return [Grid(each)] if len(each) > 1 else each

    def _named(self, picture: Drawn, prefix: str) -> Drawn:
        name = unique(slug(f"{prefix}{picture.name}", 120), self._names)
        self._names.append(name)
        return replace(picture, name=name)
