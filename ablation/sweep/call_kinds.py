"""Types of the arguments of `ablation.sweep`: a wrong one gives a sentence, not an error from deep inside."""

from collections.abc import Mapping
from numbers import Integral, Real
from pathlib import Path
from types import NoneType
from typing import Any

from ablation.errors import UsageError

Kind = tuple[tuple[type, ...], str]

_TEXT: Kind = ((str,), "a text")
_PLACE: Kind = ((str, Path), "a path")
_COUNT: Kind = ((Integral,), "a whole number")
_COUNT_OR_NONE: Kind = ((Integral, NoneType), "a whole number, or None")
_NUMBER_OR_NONE: Kind = ((Real, NoneType), "a number, or None")
_FLAG: Kind = ((bool,), "True or False")
_NAMES: Kind = ((list, tuple), "a list of texts")

_KINDS: Mapping[str, Kind] = {
    "factors": ((Mapping,), "arguments with their levels, such as {'norm': [False, True]}"),
    "response": _TEXT,
    "direction": ((str, Real, NoneType), "'lower', 'higher', or the number that is best"),
    "margin": _NUMBER_OR_NONE,
    "settings": ((Mapping, NoneType), "arguments with one value each, such as {'epochs': 10}"),
    "identity": ((Mapping, NoneType), "names with texts, such as {'data': 'v2'}"),
    "name": _TEXT,
    "folder": _PLACE,
    "url": _TEXT,
    "design": _TEXT,
    "n_jobs": _COUNT_OR_NONE,
    "backend": ((str, NoneType), "a text, or None"),
    "jobs_per_gpu": _COUNT_OR_NONE,
    "retries": _COUNT,
    "seed_key": _TEXT,
    "responses": _NAMES,
    "directions": ((Mapping,), "responses with their directions, such as {'accuracy': 'higher'}"),
    "numeric": ((list, tuple, Mapping), "a list of factors, or {'lr': 'log'}"),
    "interactions": ((Integral, str), "'auto', or the highest order"),
    "alpha": ((Real,), "a number"),
    "scale": _TEXT,
    "runs": _COUNT_OR_NONE,
    "generators": _NAMES,
    "reference": ((Mapping,), "factors with one level each, such as {'norm': False}"),
    "exclude": ((list, tuple), "a list of combinations, such as [{'norm': True, 'depth': 4}]"),
    "until": ((str, NoneType), "'settled', or None"),
    "max_replicates": _COUNT,
    "hopeless": _FLAG,
    "dropping": _FLAG,
    "order": _COUNT_OR_NONE,
    "on_failure": _TEXT,
}


def check_kinds(function: object, arguments: Mapping[str, Any]) -> None:
    """Refuse arguments of a wrong type.

    Args:
        function: what is to be called.
        arguments: of `ablation.sweep` by name; those without an entry here are checked where they are read.

    Raises:
        UsageError: naming the argument, what it can be and what it is.
    """
    if not callable(function):
        raise UsageError(f"function: expected one that can be called. Received: {function!r:.60}")
    for name, value in arguments.items():
        kinds, words = _KINDS.get(name, ((object,), ""))
        is_wrong_flag = isinstance(value, bool) and bool not in kinds and object not in kinds
        if is_wrong_flag or not isinstance(value, kinds):
            raise UsageError(f"{name}: expected {words}. Received: {value!r:.60}")
        wrong = [key for key in value if not isinstance(key, str)] if isinstance(value, Mapping) else []
        if wrong:
            raise UsageError(f"{name}: expected {words}. Received the name {wrong[0]!r:.60}")
