"""Filters of rows, `State=finished and lr<=1e-2 and model in [a, b]`: a small grammar, without evaluation."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Bools
from ablation.analysis.data.spelling import meaning, number_of, numbers_in
from ablation.errors import UsageError
from ablation.words import listed, quoted

GRAMMAR = "comparisons such as State=finished, lr<=1e-2 or model in [a, b], joined by 'and'"

_TOKEN = re.compile(r"""\s*(?:("[^"]*"|'[^']*')|(!=|<=|>=|==|=|<|>)|([\[\],])|([^\s"'=<>!\[\],]+))""")
_ORDERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")


@dataclass(frozen=True)
class Comparison:
    """One condition: a column, `=`, `!=`, `<`, `<=`, `>`, `>=` or `in`, and what it is compared with."""

    column: str
    sign: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def parse_where(text: str) -> tuple[Comparison, ...]:
    """Read a filter. Names and values with blanks or signs in them stand in quotes.

    Raises:
        UsageError: it is none; the sentence says where.
    """
    tokens = _tokens(text)
    comparisons = []
    while True:
        comparisons.append(_comparison(tokens, text))
        if not tokens:
            return tuple(comparisons)
        joint = tokens.pop(0)
        if joint.kind != "word" or joint.text.lower() != "and":
            hint = "; for several values of one column write column in [a, b]" if joint.text == "or" else ""
            raise _refused(text, f"'{joint.text}' where 'and' is expected{hint}")


def rows_where(table: pd.DataFrame, text: str) -> Bools:
    """Which rows pass a filter, (n_rows,).

    Numbers are compared by value, truth values in any spelling, dates such as `2026-11-30` as times, anything
    else as text. An empty cell equals only the empty text `''`, and is neither less nor greater.

    Raises:
        UsageError: the filter is none, or names a column that the table lacks, or orders what has no order.
    """
    passed = np.ones(len(table), dtype=bool)
    for comparison in parse_where(text):
        passed &= _rows(table, comparison, text)
    return passed


def _tokens(text: str) -> list[_Token]:
    tokens, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _refused(text, f"{text[place:].strip()[:20]!r}, which starts nothing that is known")
        quoted, sign, bracket, word = match.groups()
        place = match.end()
        if quoted is not None:
            tokens.append(_Token("quoted", quoted[1:-1]))
        else:
            tokens.append(
                _Token("sign" if sign else "bracket" if bracket else "word", sign or bracket or word)
            )
    return tokens


def _comparison(tokens: list[_Token], text: str) -> Comparison:
    column = _operand(tokens, text, "the name of a column")
    if not tokens:
        raise _refused(text, f"nothing after '{column}'")
    sign = tokens.pop(0)
    if sign.kind == "word" and sign.text.lower() == "in":
        return Comparison(column, "in", _list(tokens, text))
    if sign.kind != "sign":
        hint = "; a name of several words stands in quotes" if sign.kind == "word" else ""
        raise _refused(
            text, f"'{sign.text}' after '{column}' where =, !=, <, <=, >, >= or in is expected{hint}"
        )
    value = _operand(tokens, text, f"a value after '{sign.text}'")
    return Comparison(column, "=" if sign.text == "==" else sign.text, (value,))


def _operand(tokens: list[_Token], text: str, what: str) -> str:
    if tokens and tokens[0].kind in ("word", "quoted"):
        return tokens.pop(0).text
    raise _refused(text, f"{'nothing' if not tokens else repr(tokens[0].text)} where {what} is expected")


def _list(tokens: list[_Token], text: str) -> tuple[str, ...]:
    if not tokens or tokens.pop(0).text != "[":
        raise _refused(text, "'in' without a list such as [a, b] after it")
    values = [_operand(tokens, text, "a value in the list")]
    while tokens and tokens[0].kind == "bracket":
        mark = tokens.pop(0).text
        if mark == "]":
            return tuple(values)
        if mark == "[":
            break
        values.append(_operand(tokens, text, "a value in the list"))
    raise _refused(text, "a list without ']' at its end")


def _refused(text: str, received: str) -> UsageError:
    return UsageError(f"where: expected {GRAMMAR}. Received: {received}, in where={text!r}.")


def _rows(table: pd.DataFrame, comparison: Comparison, text: str) -> Bools:
    if list(table.columns).count(comparison.column) != 1:
        names = listed(quoted(table.columns), 30)
        raise UsageError(f"where: expected one of the columns {names}. Received: '{comparison.column}'.")
    column = table[comparison.column]
    if comparison.sign in _ORDERS:
        return _ordered(column, comparison, text)
    meant = {meaning(value) for value in comparison.values}
    codes, values = pd.factorize(column.astype(object).where(column.notna(), ""), use_na_sentinel=False)
    same = np.array([_meaning(value) in meant for value in values], dtype=bool)
    equal: Bools = same[codes] if len(values) else np.zeros(len(table), dtype=bool)
    return ~equal if comparison.sign == "!=" else equal


def _meaning(value: object) -> object:
    return meaning(repr(float(value)) if isinstance(value, float) else str(value).strip())


def _ordered(column: pd.Series, comparison: Comparison, text: str) -> Bools:
    (value,) = comparison.values
    compare = _ORDERS[comparison.sign]
    limit = number_of(value)
    numbers = numbers_in(column)
    if limit is not None and numbers is not None:
        return np.asarray(compare(numbers, limit) & numbers.notna(), dtype=bool)
    if _DATE.fullmatch(value):
        times, moment = (
            pd.to_datetime(column, utc=True, errors="coerce", format="ISO8601"),
            pd.Timestamp(value),
        )
        moment = moment.tz_localize("UTC") if moment.tzinfo is None else moment
        if times.notna().any():
            return np.asarray(compare(times, moment), dtype=bool)
    shown = next((str(v) for v in column if not pd.isna(v) and str(v)), "nothing")
    raise _refused(
        text,
        f"'{comparison.column}' {comparison.sign} {value}, where '{comparison.column}' holds {shown!r}: only "
        "numbers and dates have an order",
    )  # fmt: skip
