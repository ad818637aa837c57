"""Settings of the linear model in a study's record, checked without loading the analysis."""

from collections.abc import Mapping

from ablation.errors import UsageError

AUTO = "auto"
PAIRS = 2
"""Order of the interactions in the model of an adaptive study that names none."""
LINEAR, LOG = "linear", "log"
SCALES = ("auto", "log", "identity")


def read_order(interactions: int | str) -> int | str:
    """The highest order of interactions: a number, also as text, or `auto`."""
    is_number = isinstance(interactions, str) and interactions.isdecimal()
    return int(interactions) if is_number else interactions


def check_model(scale: str, interactions: int | str, alpha: float, numeric: Mapping[str, str]) -> None:
    """Refuse settings that make no sense.

    Args:
        scale: of the analysis.
        interactions: as `read_order` gives it.
        alpha: error rate.
        numeric: Factor → how it enters as a number.

    Raises:
        UsageError: With what there is to choose from.
    """
    one_of("scale", scale, SCALES)
    between("alpha", alpha, 0, 1)
    is_order = isinstance(interactions, int) and not isinstance(interactions, bool)
    if interactions != AUTO and not (is_order and int(interactions) >= 1):
        raise UsageError(
            "Expected interactions=auto (pairs as far as the runs carry them), 1 (main effects), 2 "
            f"(pairs of factors) or more. Received: interactions={interactions!r}."
        )
    for name, line in numeric.items():
        one_of(f"numeric of '{name}'", line, (LINEAR, LOG))


def one_of(name: str, value: object, allowed: tuple[object, ...]) -> None:
    """Refuse a value that is not allowed."""
    if value not in allowed:
        choices = ", ".join(repr(a) for a in allowed)
        raise UsageError(f"Expected {name} to be one of {choices}. Received: {name}={value!r}.")


def between(name: str, value: float, low: float, high: float) -> None:
    """Refuse a number outside of an open interval."""
    if not low < value < high:
        raise UsageError(f"Expected {low} < {name} < {high}. Received: {name}={value!r}.")
