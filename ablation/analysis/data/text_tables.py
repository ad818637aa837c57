"""Tables of text, separated by commas or tabs; every cell stays as it was written."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

import pandas as pd

from ablation.errors import UsageError
from ablation.results.views import without_apostrophes

Open = Callable[[], BinaryIO]
"""Opens a file's bytes, decompressed, from their start."""

KINDS = {",": "CSV", "\t": "tab-separated text", ";": "text separated by semicolons"}
"""What a separator makes of a file, in words."""


@dataclass
class _Shape:
    """How many entries the lines below the names have.

    Attributes:
        lengths: number of entries -> the first line (from 1) that has as many.
        too_long: the first line with an entry beyond the names that holds something; None without one.
        row_names: the first entries, as long as no two are the same.
    """

    lengths: dict[int, int] = field(default_factory=dict)
    too_long: int | None = None
    row_names: set[str] | None = field(default_factory=set)


def read_text_table(open_bytes: Open, name: str, separator: str) -> pd.DataFrame:
    """Read a table in UTF-8 with a line of names.

    A file whose names are separated by another of `KINDS`, such as a spreadsheet's semicolons, is read so.
    Separators too many at the ends of lines add no columns. Where every line has one entry more than there
    are names, and no two first entries are the same, these are names of rows, as R's `write.table` has it.

    Raises:
        UsageError: there are no names, or lines have different numbers of entries; or numbers have decimal
            commas.
    """
    separator = _separator(open_bytes, separator)
    names, shape = _measure(open_bytes, separator)
    has_row_names = _has_row_names(names, shape, separator, name)
    with _text(open_bytes) as file:
        next(csv.reader(file, delimiter=separator, skipinitialspace=True))
        frame = pd.read_csv(
            file, sep=separator, header=None, names=list(range(max([len(names), *shape.lengths]))),
            index_col=False, dtype=str, keep_default_na=False, skipinitialspace=True,
        )  # fmt: skip
    names = ["", *names] if has_row_names else names
    frame = frame.iloc[:, : len(names)]
    frame.columns = pd.Index([title or f"Unnamed: {i}" for i, title in enumerate(names)])
    if separator == ";":
        _refuse_decimal_commas(frame, name)
    return without_apostrophes(frame)


def _separator(open_bytes: Open, usual: str) -> str:
    """What separates the names: as usual, unless that leaves a single name and another does not."""

    def n_names(separator: str) -> int:
        with _text(open_bytes) as file:
            return len(next(csv.reader(file, delimiter=separator, skipinitialspace=True), []))

    if n_names(usual) != 1:
        return usual
    return max([usual, *KINDS], key=n_names)


def _refuse_decimal_commas(frame: pd.DataFrame, name: str) -> None:
    """Refuse `0,5`, which may be a half or two names.

    Raises:
        UsageError: naming the column.
    """
    for title, column in frame.items():
        texts = column[column != ""]
        with_comma = texts[texts.str.fullmatch(r"[+-]?\d+,\d+([eE][+-]?\d+)?")]
        if len(with_comma) and texts.str.fullmatch(r"[+-]?\d+([,.]\d+)?([eE][+-]?\d+)?").all():
            raise UsageError(
                f"Expected numbers with decimal points in {name}, which is separated by semicolons. "
                f"Received: {with_comma.iloc[0]} in the column '{title}'. Save it with points: 0.5."
            )


def _text(open_bytes: Open) -> io.TextIOWrapper:
    return io.TextIOWrapper(open_bytes(), encoding="utf-8-sig", newline="")


def _measure(open_bytes: Open, separator: str) -> tuple[list[str], _Shape]:
    """The names, and how many entries the lines below them have."""
    shape = _Shape()
    with _text(open_bytes) as file:
        reader = csv.reader(file, delimiter=separator, skipinitialspace=True)
        names = [title.strip() for title in next(reader, [])]
        while names and not names[-1]:
            names.pop()
        for row in reader:
            if row:
                shape.lengths.setdefault(len(row), reader.line_num)
            if len(row) > len(names):
                _look_beyond(shape, row, len(names), reader.line_num)
    return names, shape


def _look_beyond(shape: _Shape, row: list[str], n_names: int, line: int) -> None:
    if shape.too_long is None and any(row[n_names:]):
        shape.too_long = line
    if shape.row_names is not None:
        if row[0] in shape.row_names:
            shape.row_names = None
        else:
            shape.row_names.add(row[0])


def _has_row_names(names: list[str], shape: _Shape, separator: str, name: str) -> bool:
    """Whether the first entries have no name.

    Raises:
        UsageError: the lines are of another kind.
    """
    lengths = set(shape.lengths)
    if names and shape.too_long is not None and lengths == {len(names) + 1} and shape.row_names is not None:
        return True
    if names and shape.too_long is None and min(lengths, default=len(names)) >= len(names):
        return False
    short = [line for n, line in shape.lengths.items() if n < len(names)]
    received = (
        "none" if not names
        else f"more in line {shape.too_long}" if shape.too_long is not None
        else f"fewer in line {short[0]}"
    )  # fmt: skip
    raise UsageError(
        f"Expected a table of runs in {name}: {KINDS[separator]} in UTF-8 with a line of names and as many "
        f"entries in every line, {len(names)} here. Received: {received}. Leave an entry empty where there "
        "is no value, and put quotes around one that holds the separator."
    )
