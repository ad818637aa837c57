"""The settings of a dataclass and their meanings, which stand below each field in its source."""

import ast
import inspect
import textwrap
from dataclasses import MISSING, Field, fields, is_dataclass
from itertools import pairwise
from typing import Any


def described(cls: type, prefix: str = "") -> dict[str, str]:
    """Setting → its meaning and default, in the order of the source.

    Args:
        cls: a dataclass with a text below each field. Fields that are dataclasses are left out.
        prefix: before each name, such as `model.`.
    """
    meanings = _meanings(cls)
    return {
        f"{prefix}{f.name}": _with_default(meanings[f.name], f)
        for f in fields(cls)
        if f.name in meanings and not is_dataclass(_default(f))
    }


def groups(cls: type) -> dict[str, type]:
    """The fields that are dataclasses themselves: name → class."""
    return {f.name: type(_default(f)) for f in fields(cls) if is_dataclass(_default(f))}


def _meanings(cls: type) -> dict[str, str]:
    """Field → the text below it, in one line; of the class and of those that it extends."""
    meanings: dict[str, str] = {}
    for each in [c for c in reversed(cls.__mro__) if is_dataclass(c)]:
        body = ast.parse(textwrap.dedent(inspect.getsource(each))).body[0].body  # type: ignore[attr-defined]
        for field, below in pairwise(body):
            text = below.value if isinstance(below, ast.Expr) else None
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Constant):
                meanings[ast.unparse(field.target)] = " ".join(str(text.value).split()).replace("`", "")
    return meanings


def _default(f: "Field[Any]") -> Any:
    return f.default if f.default_factory is MISSING else f.default_factory()


def _with_default(meaning: str, f: "Field[Any]") -> str:
    levels = f.metadata.get("levels")
    if levels:
        return f"{meaning} One of {', '.join(levels)}. Default: {levels[0]}."
    value = _default(f)
    if value is MISSING or value is None or value in ([], {}, (), ""):
        return meaning
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{meaning} Default: {shown}."
