"""What a report consists of: sections of blocks, written once and rendered as HTML, Markdown and LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    import pandas as pd

    from ablation.report.figures import Picture

Tone = Literal["", "keep", "hurts", "better", "worse", "nothing", "open", "pass", "warn", "unknown"]


@dataclass(frozen=True)
class Cell:
    """One entry of a table.

    Args:
        text: what it says; plain text, whatever a user typed.
        strong: whether it stands out, such as the best of a column.
        tone: of a verdict or a check.
        share: 0 to 1, drawn as a thin bar beside the text.
    """

    text: str
    strong: bool = False
    tone: Tone = ""
    share: float | None = None


@dataclass(frozen=True)
class Column:
    """Head of a column; numbers are set flush right."""

    title: str
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """A table for people, and its numbers in full for programs.

    Args:
        name: stem of its files, unique in a report.
        caption: what it shows.
        columns: from left to right; the first names the row.
        rows: as long as `columns` each.
        data: the same in full precision, for the CSV.
        copies: whether the page offers it as LaTeX and Markdown.
        limit: rows that the page shows; the CSV has all.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    data: pd.DataFrame | None = None
    copies: bool = False
    limit: int = 64
    kind: str = field(default="table", init=False)

    @property
    def shown(self) -> Sequence[Sequence[Cell]]:
        """The rows that the page shows."""
        return self.rows[: self.limit]

    @property
    def n_hidden(self) -> int:
        """How many rows only the CSV has."""
        return max(len(self.rows) - self.limit, 0)


@dataclass(frozen=True)
class Prose:
    """A paragraph."""

    text: str
    kind: str = field(default="prose", init=False)


@dataclass(frozen=True)
class Sentences:
    """A list; `lead` for those that a reader with twenty seconds should see."""

    items: Sequence[str]
    lead: bool = False
    kind: str = field(default="sentences", init=False)


@dataclass(frozen=True)
class Warned:
    """What a reader must know before believing the rest."""

    items: Sequence[str]
    kind: str = field(default="warned", init=False)


@dataclass(frozen=True)
class Figure:
    """A drawn figure."""

    picture: Picture
    kind: str = field(default="figure", init=False)


@dataclass(frozen=True)
class Verbatim:
    """Text whose spaces matter, such as the output of a program or a command; `file` if it is one too."""

    text: str
    label: str
    file: str = ""
    kind: str = field(default="verbatim", init=False)


@dataclass(frozen=True)
class Checks:
    """Plain lines that passed or warn: (tone, title, sentence)."""

    lines: Sequence[tuple[Tone, str, str]]
    kind: str = field(default="checks", init=False)


@dataclass(frozen=True)
class Beside:
    """Blocks side by side where there is room."""

    left: Sequence[Block]
    right: Sequence[Block]
    kind: str = field(default="beside", init=False)


@dataclass(frozen=True)
class Grid:
    """Small figures, as many in a row as there is room."""

    blocks: Sequence[Block]
    kind: str = field(default="grid", init=False)


@dataclass(frozen=True)
class Folded:
    """Details that open on demand, and always in print."""

    summary: str
    blocks: Sequence[Block]
    kind: str = field(default="folded", init=False)


B = TypeVar("B")
Block = Table | Prose | Sentences | Warned | Figure | Verbatim | Checks | Beside | Grid | Folded


@dataclass(frozen=True)
class Section:
    """A heading and its blocks.

    Args:
        name: the anchor, unique in a report.
        title: the heading.
        blocks: what stands below it.
        chapter: the response it belongs to, where a report has several.
    """

    name: str
    title: str
    blocks: Sequence[Block]
    chapter: str = ""


@dataclass(frozen=True)
class Document:
    """A whole report.

    Args:
        title: the study.
        facts: what was done and how, (name, text).
        notes: sentences on the design.
        sections: in reading order.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    notes: Sequence[str]
    sections: Sequence[Section]

    def blocks(self) -> list[Block]:
        """Every block, those inside of others too."""
        return [inner for section in self.sections for block in section.blocks for inner in _inside(block)]

    def of(self, kind: type[B]) -> list[B]:
        """The blocks of a kind, in reading order."""
        return [block for block in self.blocks() if isinstance(block, kind)]

    @property
    def tables(self) -> list[Table]:
        """Every table."""
        return self.of(Table)

    @property
    def pictures(self) -> list[Picture]:
        """Every picture."""
        return [figure.picture for figure in self.of(Figure)]


def _inside(block: Block) -> list[Block]:
    children: Sequence[Block] = ()
    if isinstance(block, Beside):
        children = (*block.left, *block.right)
    elif isinstance(block, Grid | Folded):
        children = block.blocks
    return [block, *(inner for child in children for inner in _inside(child))]
