"""The words of a command, with places for a run's values: `python train.py --lr {lr} {augment:--augment}`.

A command is split into words once, as a shell would, and values are put into words: none of them is ever
read by a shell.
"""

import re
import shlex
import shutil
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from ablation.errors import UsageError
from ablation.naming import level_text
from ablation.results.canonical import canonical

_PLACE = re.compile(r"\{\{|\}\}|\{([A-Za-z_][\w.]*)\}")
_CONDITION = re.compile(r"\{([A-Za-z_][\w.]*):(.*)\}")

OWN_PLACES = ("seed", "folder", "cwd")
"""Places that every command has: the seed, the run's own folder, and where the sweep was started."""


def split(command: object) -> list[str]:
    """The words of a command.

    Raises:
        UsageError: it is neither, or a quote is not closed.
    """
    try:
        words = shlex.split(command) if isinstance(command, str) else [str(word) for word in command]  # type: ignore[attr-defined]
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"command: expected a text, or a list of words. Received: {command!r} ({error})"
        ) from error
    if not words:
        raise UsageError("command: expected a program and its arguments. Received: none")
    return words


def check(words: Sequence[str], factors: Collection[str], settings: Collection[str]) -> None:
    """Refuse placeholders without a value, and factors without a placeholder.

    Raises:
        UsageError: naming them.
    """
    known, used = [*factors, *settings, *OWN_PLACES], places(words)
    for name in used:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"Did you mean {{{near[0]}}}?" if near else "Braces that are no place are doubled: {{ }}"
            raise UsageError(
                f"command: expected places for factors and settings, of {', '.join(known)}. "
                f"Received: {{{name}}}. {hint}"
            )
    idle = [name for name in (*factors, *settings) if name not in used]
    if idle:
        raise UsageError(
            f"command: expected a place for each factor and setting, such as --{idle[0]} {{{idle[0]}}}. "
            f"Received none for {', '.join(idle)}"
        )


def check_program(program: str) -> None:
    """Refuse a program that does not exist.

    Raises:
        UsageError: naming it.
    """
    if "{" not in program and shutil.which(program) is None:
        raise UsageError(
            f"command: expected a program that is installed, or the path of one. Received: {program}"
        )


def check_nested(words: Sequence[str], nested: Collection[str], settings: Collection[str]) -> None:
    """Refuse places of factors that have no level in some cells, unless it is said what stands there then.

    Raises:
        UsageError: naming the factor, and both ways to say it.
    """
    always = places([word for word in words if not _CONDITION.fullmatch(word)])
    for name in nested:
        if name in always and name not in settings:
            raise UsageError(
                f"command: expected what it gets in cells without a level of {name}. Received: {{{name}}} in "
                f"all of them. Give a value, settings: {{{name}: …}}, or a word that is there with a level "
                f"alone: {{{name}:--{name}={{{name}}}}}"
            )


def places(words: Sequence[str]) -> list[str]:
    """The names of a command's placeholders, each once."""
    names = []
    for word in words:
        condition = _CONDITION.fullmatch(word)
        names += [condition[1]] if condition else []
        names += [match[1] for match in _PLACE.finditer(condition[2] if condition else word) if match[1]]
    return list(dict.fromkeys(names))


def filled(words: Sequence[str], values: Mapping[str, Any]) -> list[str]:
    """A command for one run.

    >>> filled(split("train --lr {lr} {aug:--augment}"), {"lr": "1 2", "aug": True})
    ['train', '--lr', '1 2', '--augment']

    Args:
        words: of the command.
        values: name of a place → its value. A word `{name:text}` is there where the value is true, or, with a
            place for it in the text, where there is a value.

    Raises:
        UsageError: such a value is neither true nor false.
    """
    command = []
    for word in words:
        condition = _CONDITION.fullmatch(word)
        if condition is None:
            command.append(_filled(word, values))
        elif _holds(condition[1], condition[2], values):
            command.append(_filled(condition[2], values))
    return command


def _filled(word: str, values: Mapping[str, Any]) -> str:
    return _PLACE.sub(lambda match: _text(values[match[1]]) if match[1] else match[0][0], word)


def _holds(name: str, text: str, values: Mapping[str, Any]) -> bool:
    value = values[name]
    if not (value is None or isinstance(value, bool)):
        if f"{{{name}}}" in text:
            return True
        raise UsageError(
            f"command: expected true or false for {{{name}:…}}, a word that is there or not. Received: "
            f"{level_text(value)}. Put the value into a word: {{{name}}}"
        )
    return bool(value)


def _text(value: Any) -> str:
    return canonical(value) if isinstance(value, list | dict) else level_text(value)
