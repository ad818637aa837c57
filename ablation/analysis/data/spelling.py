"""Different spellings of one number (`1e-2` and `0.01`, `64` and `64.0`) are one level."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

import pandas as pd

from ablation.analysis.notices import Notice
from ablation.words import listed, quoted

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,5})?")

NOTHING = ["", "nan", "none", "null", "na", "diverged"]
"""What stands, in lower case, where a number is missing."""

Value = tuple[str, object]


def meaning(text: str) -> Value:
    """What a level means: a number, a truth value, or the text itself.

    Numbers are compared exactly, so that long integers stay apart; so do `0` and `-0`, as in stored results.

    >>> meaning("1e-2") == meaning("0.01"), meaning("TRUE") == meaning("true")
    (True, True)
    """
    if _NUMBER.fullmatch(text):
        number = Decimal(text)
        return ("-0", 0) if number.is_zero() and text.startswith("-") else ("number", number)
    return ("truth", text.lower()) if text.lower() in ("true", "false") else ("text", text)


def number_of(text: str) -> float | None:
    """The number that a level means; None for other texts."""
    return float(text) if _NUMBER.fullmatch(text) else None


def numbers_in(column: pd.Series) -> pd.Series | None:
    """The column's numbers, with NaN for what says that there is none; None if it holds other words."""
    column = column.astype(object) if isinstance(column.dtype, pd.CategoricalDtype) else column
    if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype):
        return None
    numbers = pd.to_numeric(column.astype(object), errors="coerce").astype(float)
    words = column[numbers.isna() & column.notna()].astype(str).str.strip().str.lower()
    return numbers if numbers.notna().any() and words.isin(NOTHING).all() else None


def one_spelling(levels: Sequence[str]) -> dict[str, str]:
    """Each spelling -> the first spelling of the same level."""
    first: dict[Value, str] = {}
    return {level: first.setdefault(meaning(level), level) for level in levels}


def spelling_notices(spellings: Iterable[tuple[str, dict[str, str]]]) -> list[Notice]:
    """Which levels were written in several ways.

    Args:
        spellings: (name of a column, what `one_spelling` says of its levels).
    """
    again = [(name, [pair for pair in first.items() if pair[0] != pair[1]]) for name, first in spellings]
    columns = [(name, pairs) for name, pairs in again if pairs]
    return [Notice("spellings", {"columns": columns})] if columns else []


def find_level(value: object, levels: Sequence[str]) -> int | None:
    """The position of the level that is meant, in whatever spelling; None if there is none.

    >>> find_level(0.01, ["1e-2", "0.1"]), find_level("true", ["False", "True"]), find_level("x", ["y"])
    (0, 1, None)
    """
    text = str(value).strip()
    if text in levels:
        return list(levels).index(text)
    meant = [i for i, level in enumerate(levels) if meaning(level) == meaning(text)]
    return meant[0] if meant else None


def refused_level(key: str, name: str, received: object, levels: Sequence[str]) -> str:
    """The sentence for a level that a column does not have."""
    return f"{key}: expected a level of '{name}': {listed(quoted(levels))}. Received: {received}."
