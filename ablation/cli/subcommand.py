"""What a subcommand is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Settings = Mapping[str, Mapping[str, str]]
"""Heading → setting → its meaning."""


def as_flags(words: Sequence[str]) -> list[str]:
    """Words as they were typed: switches without a value.

    >>> as_flags(["quick", "--json=true"])
    ['quick', '--json']
    """
    return [word.removesuffix("=true") if word.startswith("--") else word for word in words]


@dataclass(frozen=True)
class Subcommand:
    """A subcommand.

    Args:
        name: its word.
        usage: what follows its word.
        summary: what it does, in half a sentence.
        details: the rest that its help says.
        settings: what can be set, for its help. Called when asked for, as it may import.
        run: words → exit code.
        options: option → what it takes, empty for a switch; the words have it as `--option=value`.
    """

    name: str
    usage: str
    summary: str
    details: str
    settings: Callable[[], Settings]
    run: Callable[[Sequence[str]], int]
    options: Mapping[str, str] = field(default_factory=dict)
