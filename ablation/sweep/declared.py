"""How responses are judged: as the app declares it, unless the configuration says otherwise."""

from collections.abc import Mapping, Sequence
from typing import Any

from ablation.errors import UsageError
from ablation.results import Response, response_of
from ablation.results.direction import read_direction

_OF_EVERY_ROW = (Response("seconds", "s"),)


def judged(
    analysis: Mapping[str, Any], declared: Sequence[Response], prefix: str = "analysis."
) -> dict[str, Any]:
    """Entries of a study's record: which responses, which of their values are better, in what units.

    Args:
        analysis: the configuration's group of this name. Its `direction` and `directions` win.
        declared: what the app says of its responses.
        prefix: before the names of these settings, in messages.

    Returns:
        `responses`, the main one first; `direction` of the main one, `directions` of all; `units` of those
        that have one, the reported and the others. If a direction is not configured, not declared and not
        clear from the name, there is none: the report then says what it assumes.

    Raises:
        UsageError: a direction is neither configured nor declared, and the response's name suggests that
            lower is not better.
    """
    main = analysis["response"]
    names = list(dict.fromkeys([main, *(analysis.get("responses") or ())]))
    known = (*declared, *_OF_EVERY_ROW)
    named = {main: analysis.get("direction"), **(analysis.get("directions") or {})}
    configured = {name: str(value) for name, value in named.items() if value not in (None, "")}
    directions = {
        name: configured.get(name)
        or _direction(name, known, prefix + ("direction" if name == main else f"directions.{name}"))
        for name in names
    }
    units = {each.name: each.unit for each in (*known, *(response_of(known, name) for name in names)) if each}
    return {
        "responses": names,
        "direction": directions[main],
        "directions": {name: better for name, better in directions.items() if better},
        "units": {name: unit for name, unit in units.items() if unit and "*" not in name},
    }


def _advice(name: str, key: str) -> str:
    """How to set the direction where its setting has this name."""
    if key == "direction":
        return "In the call: ablation.sweep(…, direction='higher')"
    if key.startswith("directions."):
        return f"In the call: ablation.sweep(…, directions={{{name!r}: 'higher'}})"
    declare = f", or declare it, main(…, responses=[Response({name!r}, direction='higher')])"
    return f"In a sweep: {key}=higher{declare if key.startswith('analysis.') else ''}"


def _direction(name: str, known: Sequence[Response], key: str) -> str | None:
    """What is declared; else what the name says for certain; None if it says nothing."""
    response = response_of(known, name)
    if response is not None:
        return response.direction
    try:
        better = read_direction(name, None)
    except UsageError as error:
        raise UsageError(f"{error} {_advice(name, key)}") from error
    return None if better.is_assumed else better.name
