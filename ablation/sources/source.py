"""What a source is: a place where another tool has kept its runs, and how they are read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ablation.errors import UsageError

Settings = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as its tool keeps it.

    Attributes:
        name: What the tool calls it.
        flags: What was set; values may be nested mappings.
        responses: Name → number or None.
        others: What may have been set or measured; names tell.
        status: The tool's word for how the run ended; empty where it has none.
        started: ISO 8601; empty if not known.
        seconds: How long it took, if known.
    """

    name: str
    flags: Mapping[str, object]
    responses: Mapping[str, float | None]
    status: str = ""
    started: str = ""
    seconds: float | None = None
    others: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """Everything that was read from a source.

    Attributes:
        runs: In the tool's order.
        directions: Response → `lower` or `higher`, where the tool knows.
        are_texts: Whether the tool keeps every flag as text, so that numbers have to be recognised.
        doubts: Sentences that a person should read before anything is concluded.
    """

    runs: Sequence[Run]
    directions: Mapping[str, str] = field(default_factory=dict)
    are_texts: bool = False
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A kind of source: one entry of the registry.

    Attributes:
        name: The word for `source=`.
        words: What it reads, for people.
        settings: Setting → its meaning.
        is_here: Whether a place (a path or a URL) looks like one; cheap, and never raises.
        read: The place and the settings → the runs.
    """

    name: str
    words: str
    settings: Settings
    is_here: Callable[[str], bool]
    read: Callable[[str, Settings], Found]


def chosen(kind: str, setting: str, names: Sequence[str], wanted: str | None, place: str) -> str:
    """The study or experiment to read: the only one, or the one that a setting names.

    Raises:
        UsageError: there are several and none was named, or none is called so.
    """
    shown = ", ".join(names) or "none"
    if wanted is None:
        if len(names) == 1:
            return names[0]
        raise UsageError(
            f"{place}: expected the name of {kind}, {setting}=NAME. Received: none; there are: {shown}."
        )
    if wanted not in names:
        raise UsageError(f"{setting}: expected {kind} in {place}: {shown}. Received: {wanted}.")
    return wanted
