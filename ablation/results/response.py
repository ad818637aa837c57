"""What an app declares about a response: its unit, and which values are better."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from ablation.errors import UsageError

DIRECTIONS = ("lower", "higher")


@dataclass(frozen=True)
class Response:
    """A number that is measured on runs.

    Args:
        name: as in `Outcome.responses`; `*` stands for any text, as in `contrast_auroc.*`.
        unit: such as `s`; empty for a number without one.
        direction: which values are better, `lower` or `higher`.
    """

    name: str
    unit: str = ""
    direction: str = "lower"

    def __post_init__(self) -> None:
        """Refuse an unknown direction."""
        if self.direction not in DIRECTIONS:
            raise UsageError(
                f"Response {self.name}: expected direction lower or higher. Received: {self.direction!r}"
            )


def response_of(declared: Iterable[Response], name: str) -> Response | None:
    """The declaration of a response, under its own name; None if there is none.

    An exact name takes precedence over a pattern; of several patterns, the first counts.
    """
    matches = [each for each in declared if each.name == name or fnmatchcase(name, each.name)]
    return replace(min(matches, key=lambda each: each.name != name), name=name) if matches else None
