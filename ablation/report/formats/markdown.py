"""report.md: the document for a pull request."""

import re
from collections.abc import Sequence

from ablation.report.document import (
    Beside,
    Block,
    Board,
    Cautions,
    Cell,
    Checks,
    Compare,
    Document,
    Facts,
    Figure,
    Folded,
    Grid,
    Matrix,
    Prose,
    Sentences,
    Table,
    Verbatim,
    Warned,
    parts,
)

_SPECIAL = re.compile(r"([\\`*\[\]|~])")
_MARKS = {"pass": "✓", "warn": "⚠", "unknown": "?"}


def markdown(document: Document) -> str:
    """The whole report in GitHub's Markdown; text that a user typed cannot break it."""
    parts = [f"# Study {escaped(document.title)}", escaped(document.line), _answer(document)]
    chapter = ""
    for section in document.sections:
        if section.chapter and section.chapter != chapter:
            parts.append(f"# Response {escaped(section.chapter)}")
        chapter = section.chapter or chapter
        parts += [f"## {escaped(section.title)}", *(_block(block) for block in section.blocks)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _answer(document: Document) -> str:
    lines = [
        " ".join(f"**{claim.kind}** {escaped(claim.text)}." for claim in claims) for claims in document.answer
    ]
    best = f"**Best cell** {escaped(document.best)}" if lines else escaped(document.best)
    return "\n".join(f"- {line}" for line in [*lines, best])


def escaped(text: str) -> str:
    """Text that stays text."""
    flat = " ".join(text.split())
    plain = _SPECIAL.sub(r"\\\1", flat).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\\_", plain)  # within words an underscore is one


def _block(block: Block) -> str:
    match block:
        case Prose():
            return escaped(block.text)
        case Sentences():
            return "\n".join(f"- {escaped(item)}" for item in block.items)
        case Warned():
            return "> **Before you read on**\n>\n" + "\n".join(f"> - {escaped(item)}" for item in block.items)
        case Checks():
            return "\n".join(
                f"- {_MARKS[t]} **{escaped(name)}**: {escaped(text)}" for t, name, text in block.lines
            )
        case Verbatim():
            return f"{escaped(block.label)}:\n\n{_fenced(block.text)}"
        case Figure():
            return f"![{escaped(block.picture.alt)}](figures/{block.picture.name}.svg)"
        case Table():
            return table_text(block)
        case Facts():
            return "\n".join(f"- **{escaped(name)}**: {escaped(text)}" for name, text in block.items)
        case Cautions() | Matrix() | Compare():
            return ""  # said by other blocks
        case Board() | Beside() | Grid():
            return _joined(parts(block))
        case Folded():
            inner = _joined(block.blocks)
            return f"<details><summary>{escaped(block.summary)}</summary>\n\n{inner}\n\n</details>"


def _joined(blocks: Sequence[Block]) -> str:
    return "\n\n".join(filter(None, map(_block, blocks)))


def _fenced(text: str) -> str:
    """A fence longer than any run of backticks inside."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}"


def table_text(table: Table) -> str:
    """A table with its caption."""
    parts = [f"{escaped(table.legend)}:", _rows(table, table.shown)]
    if table.n_hidden:
        parts.append(f"{table.n_hidden} more rows are in `tables/{table.name}.csv`.")
    return "\n\n".join(parts)


def _rows(table: Table, rows: Sequence[Sequence[Cell]]) -> str:
    """Columns of equal width, so that it reads well as text too."""
    head = [escaped(column.title) for column in table.columns]
    body = [[_cell(cell) for cell in row] for row in rows]
    widths = [max(3, *(len(line[i]) for line in (head, *body))) for i in range(len(head))]
    numbers = [column.is_number for column in table.columns]
    rule = [("-" * (w - 1) + ":") if n else "-" * w for w, n in zip(widths, numbers, strict=True)]
    lines = [_line(head, widths, numbers), _line(rule, widths, numbers)]
    return "\n".join([*lines, *(_line(line, widths, numbers) for line in body)])


def _line(texts: Sequence[str], widths: Sequence[int], numbers: Sequence[bool]) -> str:
    padded = [
        text.rjust(width) if number else text.ljust(width)
        for text, width, number in zip(texts, widths, numbers, strict=True)
    ]
    return f"| {' | '.join(padded)} |"


def _cell(cell: Cell) -> str:
    text = escaped(cell.text)
    return f"**{text}**" if cell.strong and text else text
