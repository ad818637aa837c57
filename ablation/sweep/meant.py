"""Levels that were read as another type than the app has.

Without quotes YAML makes False of `off`, 8 of `010` and 90 of `1:30`; a command makes 1000.0 of `1e3`. Where
an app's schema declares text, OmegaConf then writes these as 'False', '8', '90' and '1000.0', without a word.
A command leaves `off`, `010` and `1:30` text: where the app's file says `off` without a schema, the text is
true in an if, and so is `on`.
"""

import re
from collections.abc import Sequence
from typing import Any

from omegaconf import OmegaConf

from ablation.errors import UsageError
from ablation.naming import level_text


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
    for parsed, value in zip(read, values, strict=False):
        if isinstance(value, str) and not isinstance(parsed, str) and value == str(parsed):
            kind = "off, no and false" if isinstance(parsed, bool) else "other texts, such as 010 and 1:30,"
            raise UsageError(
                f"{key}: expected text. Received: {parsed}, which a file makes of {kind} as well. "
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


def in_a_file(text: object) -> bool | float | None:
    """The boolean or number that a file makes of a text that a command leaves text; None if there is none."""
    if not (isinstance(text, str) and re.fullmatch(r"[+-]?\.?\w[\w.+-]*(:\d+)*", text)):
        return None
    value = OmegaConf.select(OmegaConf.create(f"value: {text}"), "value")
    return value if isinstance(value, bool | int | float) else None


def is_quoted(text: str, line: str) -> bool:
    """Whether an override has quotes around a text."""
    return f"'{text}'" in line or f'"{text}"' in line


def refuse_text(key: str, text: str, own: object) -> None:
    """Refuse a text of the command line where the app's own value is what a file makes of such a text.

    Args:
        key: of the app.
        text: a level, or the value of all cells.
        own: what the app's configuration says without it.

    Raises:
        UsageError: says what to write.
    """
    meant = in_a_file(text)
    if isinstance(meant, bool) and isinstance(own, bool):
        kind = "true or false"
    elif type(own) in (int, float) and type(meant) in (int, float):
        kind, meant = "a number", int(text) if text.isdecimal() else meant  # YAML reads 010 as octal
    else:
        return
    raise UsageError(
        f"{key}: expected {kind}, as in the app's configuration. Received: {text}, which is text on a "
        f"command line. Write {level_text(meant)}; or \"'{text}'\" if text is meant"
    )


def _is_written_anew(text: str) -> bool:
    """Whether Python writes a boolean or a float in this way."""
    try:
        return text in ("True", "False") or str(float(text)) == text
    except ValueError:
        return False
