"""How responses are judged: as the app declares it, but for what the configuration says."""

from collections.abc import Mapping, Sequence
from typing import Any

from ablation.results import Response, response_of


def judged(analysis: Mapping[str, Any], declared: Sequence[Response]) -> dict[str, Any]:
    """Entries of a study's record: which responses, which of their values are better, in what units.

    Args:
        analysis: the configuration's group of this name. Its `direction` and `directions` win.
        declared: what the app says of its responses.

    Returns:
        `responses`, the main one first; `direction` of the main one, `directions` of all; `units` of those
        that have one, the reported and the others.
    """
    main = analysis["response"]
    names = list(dict.fromkeys([main, *(analysis.get("responses") or ())]))
    directions = {name: response_of(declared, name).direction for name in names}
    if analysis.get("direction"):
        directions[main] = analysis["direction"]
    directions |= analysis.get("directions") or {}
    units = {each.name: each.unit for each in declared} | {
        name: response_of(declared, name).unit for name in names
    }
    return {
        "responses": names,
        "direction": directions[main],
        "directions": directions,
        "units": {name: unit for name, unit in units.items() if unit},
    }
