"""The contract of a function under `@main`: it takes a configuration and seeds, and yields outcomes."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ablation.errors import UsageError
from ablation.results import Outcome
from ablation.sweep.read_outcome import ContractError
from ablation.sweep.run_cells import Train

_RIGHT = """\
    @main()
    def {name}(config, seeds):
        for seed in seeds:
            yield Outcome(seed, {{"loss": loss}})"""


def check_function(train: Train) -> None:
    """Refuse a function that cannot be called with a configuration and seeds.

    Raises:
        UsageError: with the right lines.
    """
    signature = inspect.signature(train)
    try:
        signature.bind(None, None)
    except TypeError as error:
        received = f"def {name_of(train)}{signature}"
        raise UsageError(
            f"{_expected(train)}\nReceived: {received}. A function of the configuration alone that returns a "
            "number needs no @main: put it under @hydra.main, and add hydra/sweeper=ablation to the command"
        ) from error


def call_with(function: Callable[..., None], *arguments: Any) -> None:
    """Call a function of an app with as many of the arguments as it takes."""
    function(*arguments[: len(inspect.signature(function).parameters)])


def refuse_bare(train: Train) -> None:
    """Refuse `@main` without its parentheses.

    Raises:
        UsageError: with the right line.
    """
    raise UsageError(f"{_expected(train)}\nReceived: @main without parentheses")


def outcomes(train: Train, settings: Any, seeds: Sequence[int]) -> Iterator[Outcome]:
    """The outcomes that a function yields or returns.

    Raises:
        ContractError: it gives something else; with the right lines.
    """
    returned: Any = train(settings, seeds)
    if not isinstance(returned, Iterable) or isinstance(returned, str | Mapping):
        received = "a function without yield" if returned is None else f"return {returned!r:.60}"
        raise ContractError(f"{_expected(train)}\nReceived: {received}")
    for each in returned:
        if not isinstance(each, Outcome):
            word = "yield" if inspect.isgenerator(returned) else "return of a list with"
            raise ContractError(f"{_expected(train)}\nReceived: {word} {each!r:.60}")
        yield each


def name_of(train: Train) -> str:
    """The name of a function."""
    return str(getattr(train, "__name__", "train"))


def _expected(train: Train) -> str:
    right = _RIGHT.format(name=name_of(train))
    return (
        f"Expected a function of a configuration and seeds, which yields an outcome for each seed:\n{right}"
    )
