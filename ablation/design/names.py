"""What people call a factor and a level, and how a name they give is found."""

from collections.abc import Iterable, Sequence

from ablation.errors import UsageError

LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
"""Of factors in generators and words: I is the identity, so it names no factor."""


def short_name(factor: str) -> str:
    """The last part of a config key; of a group's `name`, the group.

    >>> short_name("flags.batch_norm"), short_name("model.name")
    ('batch_norm', 'model')
    """
    parts = factor.split(".")
    return parts[-2] if len(parts) > 1 and parts[-1] == "name" else parts[-1]


def short_names(factors: Iterable[str]) -> list[str]:
    """The short name of each factor, or the whole key where two would be called the same.

    >>> short_names(["flags.batch_norm", "model.depth", "decoder.depth"])
    ['batch_norm', 'model.depth', 'decoder.depth']
    """
    keys = list(factors)
    short = [short_name(key) for key in keys]
    return [name if short.count(name) == 1 else key for key, name in zip(keys, short, strict=True)]


def letters(n_factors: int) -> list[str]:
    """A, B, … H, J, … Z, then a, b, …; numbered from there on."""
    known = LETTERS + LETTERS.lower()
    return [known[i] if i < len(known) else f"x{i + 1}" for i in range(n_factors)]


def find_factor(name: str, factors: Sequence[str], where: str) -> str:
    """The factor that is called so, by its key or by a short name that only it has.

    Args:
        name: as the user wrote it.
        factors: the study's.
        where: what the name was given to, such as `exclude`, for the message.

    Raises:
        UsageError: with the names that can be had.
    """
    found = [f for f in factors if f == name] or [f for f in factors if short_name(f) == name]
    if len(found) == 1:
        return found[0]
    choice = ", ".join(short_names(factors)) or "none"
    problem = f"fits {len(found)} factors: name one in full" if found else "is no factor of the study"
    raise UsageError(f"{where}: expected one of the factors {choice}. Received: {name!r}, which {problem}")


def level_text(level: object) -> str:
    """A level as configurations write it.

    >>> level_text(True), level_text(None), level_text(0.5)
    ('true', 'null', '0.5')
    """
    if level is None:
        return "null"
    return str(level).lower() if isinstance(level, bool) else str(level)


def find_level(value: object, factor: str, levels: Sequence[object], where: str) -> int:
    """The position of the level that is meant: the same value, the same text, or the same number.

    Args:
        value: as the user wrote it; `true` finds both `True` and `"true"`.
        factor: whose level it is.
        levels: of that factor.
        where: what the value was given to, for the message.

    Raises:
        UsageError: with the levels that can be had.
    """
    same = [i for i, level in enumerate(levels) if repr(level) == repr(value)]
    same = same or [i for i, level in enumerate(levels) if level_text(level) == level_text(value)]
    same = same or [i for i, level in enumerate(levels) if _number(level) == _number(value) is not None]
    if len(same) == 1:
        return same[0]
    choice = ", ".join(map(level_text, levels))
    received = f"{short_name(factor)}={level_text(value)}"
    raise UsageError(f"{where}: expected a level of '{factor}': {choice}. Received: {received}")


def cell_text(factors: Sequence[str], levels: Iterable[object]) -> str:
    """A cell as people read it, such as `batch_norm=true activation=relu`."""
    return " ".join(f"{n}={level_text(v)}" for n, v in zip(short_names(factors), levels, strict=True))


def _number(value: object) -> float | None:
    """The number that a level is or says."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None
