"""Canonical JSON, one text per value, on which keys and comparisons rest.

`true`, `1` and `1.0` are three different texts here, although Python calls them equal: a flag that is on, one
unit and the number one are different levels. Text is compared code point by code point (no Unicode
normalisation), and floats are written in their shortest exact form.
"""

import json
import math

from ablation.errors import UsageError


def canonical(value: object) -> str:
    """Write a JSON value as its one canonical text: sorted keys, no blanks, UTF-8 as it is.

    Args:
        value: None, bool, int, float, str, or lists and string-keyed dicts of them.

    Returns:
        Compact JSON. Equal texts mean equal values *and* equal types.

    Raises:
        UsageError: The value holds NaN, infinity, or something that JSON has no word for.
    """
    check_json(value, "value")
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def check_json(value: object, where: str) -> None:
    """Refuse what strict JSON cannot hold exactly.

    Args:
        value: What is about to be written.
        where: Its name, for the error.

    Raises:
        UsageError: Naming the place, what was expected and what was received.
    """
    if _is_plain(value) or isinstance(value, bool | int):
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            raise UsageError(f"{where}: expected a finite number. Received: {value!r}. JSON cannot hold it.")
    elif isinstance(value, str):
        _check_text(value, where)
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            check_json(item, f"{where}[{i}]")
    elif isinstance(value, dict):
        for name, item in value.items():
            if not isinstance(name, str):
                raise UsageError(f"{where}: expected names that are strings. Received: {name!r}.")
            if not name.isascii():
                _check_text(name, where)
            if not _is_plain(item):
                check_json(item, f"{where}.{name}")
    else:
        raise UsageError(
            f"{where}: expected true, false, null, a number, a string, a list or a mapping. "
            f"Received: {value!r} ({type(value).__name__}). Convert it first."
        )


def _is_plain(value: object) -> bool:
    """Whether a value is plainly right: most are, and reading 10,000 rows looks at 500,000 of them."""
    kind = type(value)
    if kind is str:
        return value.isascii()  # type: ignore[attr-defined, no-any-return]
    return kind is bool or kind is int or value is None or (kind is float and math.isfinite(value))  # type: ignore[arg-type]


def _check_text(text: str, where: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            f"{where}: expected text that UTF-8 can hold. Received: {text!r} ({error})."
        ) from error
