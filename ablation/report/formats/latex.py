r"""Tables as LaTeX: `\input{tables/verdicts}` with booktabs and graphicx, compiled as they are."""

import re
import unicodedata
from collections.abc import Sequence

from ablation.naming import clipped, slug
from ablation.report.document import Cell, Table

LIMIT = 45
"""Rows beyond this do not fit on a page; the CSV has all."""

FITTED = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}"
"""Makes a table smaller that is wider than the text, and no other."""

_TEXT = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    '"': "''",
    "[": "{[}",  # at the start of a row it would be an argument of the \\ before it
    "*": "{*}",
    "−": "$-$",
    "–": "--",
    "—": "---",
    "×": r"$\times$",
    "±": r"$\pm$",
    "²": "$^2$",
    "·": r"$\cdot$",
    "…": r"\ldots{}",
    "✓": r"$\checkmark$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "→": r"$\to$",
    "°": r"$^\circ$",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "å": r"\aa{}",
    "Å": r"\AA{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "\u00a0": "~",
}
_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0308": '"',
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u030b": "H",
    "\u030c": "v",
    "\u0327": "c",
}
_GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER (\w+)$")
_LIKE_LATIN = {
    "Alpha",
    "Beta",
    "Epsilon",
    "Zeta",
    "Eta",
    "Iota",
    "Kappa",
    "Mu",
    "Nu",
    "Omicron",
    "Rho",
    "Tau",
    "Chi",
}


def latex(table: Table) -> str:
    """A table with caption and label, no wider than the text; nothing that a user typed is a command."""
    columns = "".join("r" if column.is_number else "l" for column in table.columns)
    rows = [" & ".join(_cell(cell) for cell in row) for row in table.rows[:LIMIT]]
    body = "\n".join(f"{row} \\\\" for row in rows)
    head = " & ".join(escaped(column.title) for column in table.columns)
    needs = r"\usepackage{booktabs} and \usepackage{graphicx}"
    if r"\checkmark" in body + head:
        needs += r" and \usepackage{amssymb} (for \checkmark)"
    comment = f"% Needs {needs}.\n"
    if len(table.rows) > LIMIT:
        comment += f"% {len(table.rows) - LIMIT} more rows are in {table.name}.csv.\n"
    rule = "\\midrule\n" if rows else ""
    return (
        f"{comment}\\begin{{table}}[htbp]\n\\centering\n\\caption{{{escaped(clipped(table.legend, 400))}}}\n"
        f"\\label{{tab:{slug(table.name, 80)}}}\n{FITTED}{{%\n\\begin{{tabular}}{{{columns}}}\n\\toprule\n"
        f"{head} \\\\\n{rule}{body}\n\\bottomrule\n\\end{{tabular}}}}\n\\end{{table}}\n"
    )


def _cell(cell: Cell) -> str:
    text = escaped(clipped(cell.text, 60))
    return rf"\textbf{{{text}}}" if cell.strong and text else text


def escaped(text: str) -> str:
    r"""Text that stays text, in what pdflatex knows without further packages.

    >>> escaped("batch_norm −0.5 %"), escaped("é"), escaped("中")
    ('batch\\_norm $-$0.5 \\%', "\\'{e}", '\\texttt{U+4E2D}')
    """
    flat = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(map(_character, flat)).replace("$$", "")


def _character(character: str) -> str:
    if character in _TEXT:
        return _TEXT[character]
    if character.isascii():
        return character if character.isprintable() else " "
    return _greek(character) or _accented(character) or rf"\texttt{{U+{ord(character):04X}}}"


def _greek(character: str) -> str:
    letter = _GREEK.match(unicodedata.name(character, ""))
    if letter is None:
        return ""
    name = {"LAMDA": "lambda"}.get(letter[2], letter[2].lower())
    if letter[1] == "CAPITAL":
        name = name.capitalize()
        return "" if name in _LIKE_LATIN else rf"$\{name}$"
    return "o" if name == "omicron" else rf"$\{name}$"


def _accented(character: str) -> str:
    parts: Sequence[str] = unicodedata.normalize("NFD", character)
    if len(parts) == 2 and parts[0].isascii() and parts[0].isalpha() and parts[1] in _ACCENTS:
        return rf"\{_ACCENTS[parts[1]]}{{{parts[0]}}}"
    return ""
