"""Levels that are text to the app, but were read as another type on the way to it.

Without quotes YAML makes False of `off`, 8 of `010` and 90 of `1:30`; a command makes 1000.0 of `1e3`. Where
an app's schema declares text, OmegaConf then writes these as 'False', '8', '90' and '1000.0', without a word.
"""

from collections.abc import Sequence
from typing import Any

from ablation.errors import UsageError


def refuse_read(key: str, read: Sequence[Any], values: Sequence[Any]) -> None:
    """Refuse a boolean or a number of a file where the app has text.

    Args:
        key: of the app.
        read: what YAML made of the file, by level.
        values: what the app's configuration holds, by level. A schema may give such a level a meaning of its
            own; then it is none of these texts.

    Raises:
        UsageError: naming the first of them.
    """
    for given, value in zip(read, values, strict=False):
        if isinstance(value, str) and not isinstance(given, str) and value == str(given):
            kind = "off, no and false" if isinstance(given, bool) else "other texts, such as 010 and 1:30,"
            raise UsageError(
                f"{key}: expected text. Received: {given}, which a file makes of {kind} as well. "
                "Put what is meant in quotes, such as 'off'"
            )


def refuse_changed(key: str, line: str, values: Sequence[Any]) -> None:
    """Refuse a typed boolean or number that the app has as another text.

    Args:
        key: of the app.
        line: the override that names the levels.
        values: what the app's configuration holds, by level.

    Raises:
        UsageError: naming the first of them.
    """
    for value in values:
        if "(" not in line and isinstance(value, str) and _is_written_anew(value) and value not in line:
            raise UsageError(
                f"{key}: expected text. Received: {line}, of which one becomes {value!r}. "
                "Put what is meant in quotes, such as 'true'"
            )


def _is_written_anew(text: str) -> bool:
    """Whether a boolean or a number is written so."""
    try:
        return text in ("True", "False") or str(float(text)) == text
    except ValueError:
        return False
