"""Declared nesting: factors that have levels only at some levels of another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ablation.errors import UsageError
from ablation.words import listed, quoted


@dataclass(frozen=True)
class Nested:
    """A factor, and the levels of another at which it has levels itself."""

    factor: str
    on: str
    levels: tuple[object, ...]


def read_nested(
    nested: Mapping[str, Mapping[str, object] | str] | None, factors: Sequence[str], numeric: Iterable[str]
) -> tuple[Nested, ...]:
    """Check what was said of nested factors.

    Args:
        nested: factor -> {another: a level of it, or a list of levels}; or `dropout=true`, `opt=sgd|adam`.
        factors: of the request.
        numeric: those that enter as numbers.

    Raises:
        UsageError: it is something else, or names what is no factor with levels.
    """
    checked = []
    for name, where in (nested or {}).items():
        condition = _parsed(where) if isinstance(where, str) else where
        if not isinstance(condition, Mapping) or len(condition) != 1:
            raise UsageError(
                f"nested: expected a factor and where it has levels, such as {{rate: dropout=true}}. "
                f"Received: {{{name}: {where}}}."
            )
        ((on, value),) = condition.items()
        levels = tuple(value) if isinstance(value, list | tuple) else (value,)
        wrong = [each for each in (name, str(on)) if each not in factors or each in numeric]
        if wrong or name == on:
            choice = listed(quoted(f for f in factors if f not in numeric), 30)
            raise UsageError(
                f"nested: expected two factors with levels, of {choice}. Received: {name} in {on}."
            )
        checked.append(Nested(name, str(on), levels))
    return tuple(checked)


def _parsed(text: str) -> dict[str, list[str]]:
    """`optimizer=sgd|adam` as a mapping; nothing where it is something else."""
    on, equals, levels = text.partition("=")
    return {on.strip(): [level.strip() for level in levels.split("|")]} if equals else {}
