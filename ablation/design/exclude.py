"""Partial configurations that a study leaves out."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ablation.design.coding import Codes
from ablation.errors import UsageError
from ablation.naming import find_factor, find_level, level_text, short_name

Rule = dict[int, set[int]]
"""Position of a factor → positions of levels; a cell matches if it has one of them in every factor."""


def read_rules(exclude: Sequence[Mapping[str, Any]], factors: Mapping[str, tuple[Any, ...]]) -> list[Rule]:
    """Check what is excluded.

    Args:
        exclude: mappings factor → level or list of levels. Short names of factors will do.
        factors: factor → its levels.

    Raises:
        UsageError: no such factor or level, or a rule that names none.
    """
    if isinstance(exclude, Mapping):
        exclude = [exclude]
    return [_rule(rule, factors) for rule in exclude]


def matches(codes: Codes, rule: Rule) -> NDArray[np.bool_]:
    """Which cells a rule leaves out (n_cells,)."""
    hits = np.array([np.isin(codes[:, i], list(levels)) for i, levels in rule.items()])
    return np.asarray(hits.all(0))


def rule_text(rule: Rule, factors: Mapping[str, tuple[Any, ...]]) -> str:
    """Such as `batch_norm=true attention=channel|spatial`."""
    names, levels = list(factors), list(factors.values())
    parts = ("|".join(level_text(levels[i][j]) for j in sorted(at)) for i, at in rule.items())
    return " ".join(f"{short_name(names[i])}={part}" for i, part in zip(rule, parts, strict=True))


def _rule(rule: Any, factors: Mapping[str, tuple[Any, ...]]) -> Rule:
    if not isinstance(rule, Mapping) or not rule:
        example = f"{{{short_name(next(iter(factors)))}: {level_text(next(iter(factors.values()))[0])}}}"
        raise UsageError(f"exclude: expected mappings factor: level, such as {example}. Received: {rule!r}")
    read: Rule = {}
    for name, value in rule.items():
        factor = find_factor(str(name), list(factors), "exclude")
        known = repr(value) in map(repr, factors[factor])  # a level may be a list itself
        values = (
            value if isinstance(value, Sequence) and not isinstance(value, str) and not known else [value]
        )
        if not values:
            raise UsageError(f"exclude: expected a level of '{name}'. Received: an empty list")
        read[list(factors).index(factor)] = {
            find_level(v, factor, factors[factor], "exclude") for v in values
        }
    return read
