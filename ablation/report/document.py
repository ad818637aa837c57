"""What a report consists of: sections of blocks, written once, rendered as HTML, Markdown and LaTeX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    import pandas as pd

    from ablation.report.figures import Picture, Plot
    from ablation.report.sentences.answer import Claim

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


class _Block:
    """A part of a section."""

    @property
    def kind(self) -> str:
        """What `blocks.html.j2` calls it."""
        return type(self).__name__.lower()


@dataclass(frozen=True)
class Table(_Block):
    """A table for people, and its numbers in full for programs.

    Args:
        name: stem of its files, unique in a report.
        caption: what it shows.
        columns: from left to right; the first names the row.
        rows: as long as `columns` each.
        data: the same in full precision, for the CSV.
        limit: rows that the page shows; the CSV has all.
        cells: of a table of cells, the number of each row's cell: it can be sorted, searched and filtered.
        ties: of such a table, how many rows tie with the first.
        note: what the abbreviations of its caption and heads mean.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    data: pd.DataFrame | None = None
    limit: int = 64
    cells: Sequence[int] = ()
    ties: int = 0
    note: str = ""

    @property
    def legend(self) -> str:
        """The caption, and what its abbreviations mean."""
        return f"{self.caption}. {self.note}" if self.note else self.caption

    @property
    def shown(self) -> Sequence[Sequence[Cell]]:
        """The rows that the page shows."""
        return self.rows[: self.limit]

    @property
    def n_hidden(self) -> int:
        """How many rows only the CSV has."""
        return max(len(self.rows) - self.limit, 0)


@dataclass(frozen=True)
class Prose(_Block):
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Sentences(_Block):
    """A list."""

    items: Sequence[str]


@dataclass(frozen=True)
class Warned(_Block):
    """What a reader must know before believing the rest."""

    items: Sequence[str]


@dataclass(frozen=True)
class Figure(_Block):
    """A drawn figure; `anchor` if something links to it, `is_extra` if it shows only then."""

    picture: Plot | Picture
    anchor: str = ""
    is_extra: bool = False


@dataclass(frozen=True)
class Cautions(_Block):
    """The two that weigh most of what must be known: a sentence and the anchor that says more."""

    items: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Facts(_Block):
    """Names and texts."""

    items: Sequence[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class BoardRow:
    """A row of the figure-table.

    Attributes:
        name: the component or level.
        about: what is compared, or how its levels rank.
        link: what it depends on, and the anchor that shows it.
        verdict, change, interval, p: the verdict and its numbers, as text.
        sentence: the same in words.
        letters: levels that share one are not separated.
        is_group: whether it is the head of the rows of its levels.
        is_inner: whether it is one of these.
        is_clear: whether p is significant.
        bar: the drawing.
    """

    name: str
    about: str = ""
    link: tuple[str, str] | None = None
    verdict: Cell | None = None
    change: str = ""
    interval: str = ""
    p: str = ""
    sentence: str = ""
    letters: str = ""
    is_group: bool = False
    is_inner: bool = False
    is_clear: bool = False
    bar: str = ""


@dataclass(frozen=True, eq=False)
class Board(_Block):
    """Verdicts as a figure-table; the same as sentences, table and figure, which other formats have.

    Attributes:
        rows: from top to bottom.
        axis: the drawing of the axis that all bars share.
        table, sentences, forest: the same in words, and as a figure.
        legend: what the drawings show.
        heads: of the columns but that of the drawings.
    """

    rows: Sequence[BoardRow]
    axis: str
    table: Table
    sentences: Sentences
    forest: Block | None
    legend: str
    heads: tuple[str, str, str, str] = ("component", "verdict", "effect", "p")


@dataclass(frozen=True)
class Matrix(_Block):
    """Factors against factors: a text, how dark it is from 0 to 1, and an anchor."""

    names: Sequence[str]
    entries: Sequence[Sequence[tuple[str, float, str] | None]]
    caption: str


@dataclass(frozen=True)
class Compare(_Block):
    """Room for the comparison of two cells, where there is a script."""


@dataclass(frozen=True)
class Verbatim(_Block):
    """Text whose spaces matter, such as the output of a program or a command; `file` if it is one too."""

    text: str
    label: str
    file: str = ""


@dataclass(frozen=True)
class Checks(_Block):
    """Plain lines that passed or warn: (tone, title, sentence)."""

    lines: Sequence[tuple[Tone, str, str]]


@dataclass(frozen=True)
class Beside(_Block):
    """Blocks side by side where there is room."""

    left: Sequence[Block]
    right: Sequence[Block]


@dataclass(frozen=True)
class Grid(_Block):
    """Small figures, as many in a row as there is room."""

    blocks: Sequence[Block]


@dataclass(frozen=True)
class Folded(_Block):
    """Details that open on demand, and always in print."""

    summary: str
    blocks: Sequence[Block]
    anchor: str = ""


B = TypeVar("B")
Block = (
    Table | Prose | Sentences | Warned | Figure | Verbatim | Checks | Beside | Grid | Folded
    | Cautions | Facts | Board | Matrix | Compare
)  # fmt: skip


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
        line: what was run, in a line.
        answer: lines of claims.
        best: the best cell, and what ties with it.
        sections: in reading order.
        data: runs, cells and levels, for the page's script.
        about: what the page is about, for its title.
        numbers: the file that has all numbers.
    """

    title: str
    line: str
    answer: Sequence[Sequence[Claim]]
    best: str
    sections: Sequence[Section]
    data: Mapping[str, object] = field(default_factory=dict)
    about: str = "what each component does"
    numbers: str = "effects.json"

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
    def pictures(self) -> list[Plot | Picture]:
        """Every picture."""
        return [figure.picture for figure in self.of(Figure)]


def parts(block: Block) -> Sequence[Block]:
    """The blocks directly inside of another, in reading order."""
    if isinstance(block, Beside):
        return (*block.left, *block.right)
    if isinstance(block, Grid | Folded):
        return block.blocks
    if isinstance(block, Board):
        return (block.sentences, block.table, *([block.forest] if block.forest else []))
    return ()


def _inside(block: Block) -> list[Block]:
    return [block, *(inner for child in parts(block) for inner in _inside(child))]
