"""Other sweepers' keys under `hydra.sweeper`, which an app's file may have: its sweeps go on with either."""

from collections.abc import Collection, Mapping
from typing import Any

from ablation.errors import UsageError
from ablation.sweep.messages import print_lines

PEERS = {
    "Optuna's": ("sampler", "storage", "study_name", "n_trials", "n_jobs", "max_failure_rate", "search_space",
                 "custom_search_space"),
    "Ax'": ("ax_config", "max_batch_size"),
    "Nevergrad's": ("optim", "parametrization", "version"),
}  # fmt: skip
"""Whose sweeper → its keys beside `params` and `direction`, which mean the same here."""

_DIRECTIONS = {"minimize": "lower", "maximize": "higher"}


def own_settings(settings: Mapping[str, Any], own: Collection[str]) -> dict[str, Any]:
    """The settings that this sweeper knows; those of other sweepers are reported and left out.

    Raises:
        UsageError: a key that no sweeper has.
    """
    others = [key for key in settings if key not in own]
    known = [key for keys in PEERS.values() for key in keys]
    for key in others:
        if key not in known:
            valid = ", ".join(sorted(each for each in own if not each.startswith("_")))
            raise UsageError(f"hydra.sweeper.{key}: no such key. Valid keys of hydra.sweeper: {valid}")
    if others:
        print_lines([f"Of another sweeper, and without meaning here: {', '.join(others)}."])
    return {key: value for key, value in settings.items() if key in own}


def direction_of(direction: Any) -> Any:
    """A direction in this package's words."""
    return _DIRECTIONS.get(direction, direction) if isinstance(direction, str) else direction
