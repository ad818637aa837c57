"""A Python function as a training: its arguments are a configuration, and what it returns is an outcome."""

import hashlib
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from ablation.errors import UsageError
from ablation.naming import slug
from ablation.results import Outcome
from ablation.results.canonical import canonical
from ablation.sweep.read_outcome import ContractError, Expected, outcome_of

Values = Mapping[str, Mapping[str, Any]]
"""Argument → canonical text of a level → the value that the function is given."""


@dataclass(frozen=True)
class Calls:
    """Calls a function once for each seed.

    Args:
        function: takes the levels and the seed by name; returns a number, or numbers by name.
        response: name of a number without a name.
        seed_key: the argument that takes the seed; empty for a function without.
    """

    function: Callable[..., Any]
    response: str
    seed_key: str

    def __call__(self, arguments: Mapping[str, Any], seeds: Sequence[int]) -> Iterator[Outcome]:
        """The outcomes of some seeds, one by one."""
        for seed in seeds:
            own = {self.seed_key: seed} if self.seed_key else {}
            returned = self.function(**arguments, **own)
            if returned is None:
                raise ContractError(
                    f"Expected {name_of(self.function)} to return a number, or numbers by name, such as "
                    f"{{'{self.response}': 0.1}}. Received: None"
                )
            yield outcome_of(returned, seed, Path(), Expected(self.response))


class Arguments:
    """The arguments that a function takes by name.

    Args:
        function: the user's.
        seed_key: the argument that takes the seed.
    """

    def __init__(self, function: Callable[..., Any], seed_key: str) -> None:
        self.name, self.seed_key = name_of(function), seed_key
        by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        try:
            parameters = inspect.signature(function).parameters.values()
        except ValueError as error:  # as of some functions written in C
            raise UsageError(
                f"function: expected one whose arguments are known. Received: {self.name}. Call it in one of "
                "yours: def train(a, seed): …"
            ) from error
        self.takes_all = any(each.kind == inspect.Parameter.VAR_KEYWORD for each in parameters)
        self.known = {each.name: each.default for each in parameters if each.kind in by_name}

    @property
    def takes_seed(self) -> bool:
        """Whether runs of a cell can differ."""
        return self.takes_all or self.seed_key in self.known

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """Argument → its default, if JSON can hold it; other defaults are not part of a run's key."""
        known = {name: default for name, default in self.known.items() if name != self.seed_key}
        return {name: level_of(default) for name, default in known.items() if _is_json(default)}

    def check(self, passed: Iterable[str], n_seeds: int) -> None:
        """Refuse arguments that the function does not take, or lacks.

        Raises:
            UsageError: naming the argument, and what the function takes.
        """
        names = [name for name in self.known if name != self.seed_key]
        for name in passed:
            if name == self.seed_key or not (self.takes_all or name in self.known):
                near = get_close_matches(name, names, n=1)
                hint = f". Did you mean {near[0]}?" if near else ""
                raise UsageError(
                    f"Expected arguments of {self.name}: {', '.join(names) or 'none'}. Received: {name}{hint}"
                )
        lacking = [n for n in names if self.known[n] is inspect.Parameter.empty and n not in passed]
        if lacking:
            raise UsageError(
                f"Expected levels or settings for all arguments of {self.name} without a default. "
                f"Received none for {', '.join(lacking)}: settings={{'{lacking[0]}': …}}"
            )
        if n_seeds > 1 and not self.takes_seed:
            raise UsageError(
                f"Expected a function with an argument {self.seed_key}, so that runs of a cell differ. "
                f"Received: {self.name}({', '.join(names)}). Add it, or name another: seed_key='random_state'"
            )

    def check_optional(self, nested: Iterable[str]) -> None:
        """Refuse nested factors that the function must be given in every call.

        Raises:
            UsageError: naming the argument.
        """
        needed = [name for name in nested if self.known.get(name) is inspect.Parameter.empty]
        if needed:
            raise UsageError(
                f"{needed[0]}: expected a default of {self.name}, for cells without a level of it. Received: "
                f"none. Say one: settings={{'{needed[0]}': …}}"
            )


def read_levels(factor: str, raw: Any) -> dict[str, Any]:
    """Canonical text of each level → the value that the function is given, in order.

    Args:
        factor: the argument.
        raw: levels; or level → value, for values that no file can hold, such as classes.

    Raises:
        UsageError: they are no list.
    """
    if isinstance(raw, str) or not isinstance(raw, Iterable):
        raise UsageError(f"{factor}: expected a list of levels, such as [False, True]. Received: {raw!r}")
    pairs = raw.items() if isinstance(raw, Mapping) else [(_name_or_value(each), each) for each in raw]
    levels = [(level_of(level), value) for level, value in pairs]
    for level, value in levels:
        if not _is_json(level):
            raise UsageError(
                f"{factor}: expected levels that are true, false, None, numbers, texts or lists of these. "
                f"Received: {value!r:.60}. Give other values names: {{'name': value, …}}"
            )
    texts = [canonical(level) for level, _ in levels]
    if len(set(texts)) < len(texts):
        raise UsageError(f"{factor}: expected each level once. Received: {', '.join(texts)}")
    return {text: value for text, (_, value) in zip(texts, levels, strict=True)}


def level_of(value: Any) -> Any:
    """A value as in JSON: NumPy's numbers as Python's, tuples as lists."""
    if isinstance(value, tuple | list):
        return [level_of(each) for each in value]
    is_numpy = type(value).__module__ == "numpy" and getattr(value, "shape", None) == ()
    return value.item() if is_numpy else value


def name_of(function: Callable[..., Any]) -> str:
    """The name of a function."""
    inner = _unwrapped(function)
    return str(getattr(inner, "__name__", type(inner).__name__))


def study_name(function: Callable[..., Any]) -> str:
    """The name of a function's study, good for a folder."""
    return slug(name_of(function))


def source_of(function: Callable[..., Any]) -> tuple[Path, str]:
    """The folder of a function's code, and twelve digits of its hash; empty if unknown."""
    inner = _unwrapped(function)
    try:
        folder = Path(inspect.getfile(inner)).resolve().parent
        digits = hashlib.sha256(inspect.getsource(inner).encode()).hexdigest()[:12]
    except (TypeError, OSError):
        return Path.cwd(), ""
    return folder if folder.is_dir() else Path.cwd(), digits


def _unwrapped(function: Callable[..., Any]) -> Any:
    while isinstance(function, partial):
        function = function.func
    return inspect.unwrap(function)


def _name_or_value(value: Any) -> Any:
    """The name of a class or function; any other value as it is."""
    return value.__name__ if callable(value) and hasattr(value, "__name__") else value


def _is_json(value: Any) -> bool:
    if value is inspect.Parameter.empty:
        return False
    try:
        canonical(level_of(value))
    except UsageError:
        return False
    return True
