"""Which cells share a program on JAX, and what they are to it. A plan reads this, so it needs no Keras."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ablation.app.config import Config
from ablation.app.problems import NETWORKS, network_of, problem
from ablation.gpus import count_gpus

if TYPE_CHECKING:
    from ablation.app.training.problem import Problem

_NUMBERS = (
    "flags.activation",
    "flags.dropout",
    "model.dropout_rate",
    "training.final_learning_rate",
    "training.learning_rate",
)
"""Keys in which the runs of one program may differ."""

_WITH_WEIGHTS = ("prelu",)
"""Activations that no number can stand for."""


def kind(values: Mapping[str, Any]) -> str | None:
    """What a cell shares with all that one program can train.

    Args:
        values: of the cell, flat, dotted key → value.

    Returns:
        None on other backends than JAX, and for networks and plugins of the user's, which may read any key.
    """
    name = values["model.name"]
    if not _is_jax() or values["plugins"] or name not in NETWORKS or network_of(name).source is None:
        return None
    level = values["flags.activation"]
    rest = {key: value for key, value in values.items() if key not in _NUMBERS}
    return repr((level if level in _WITH_WEIGHTS else "", sorted(rest.items())))


def off(values: Mapping[str, Any]) -> str:
    """Why cells train one by one under these settings; empty where they train together."""
    pack = values["training.pack"]
    if pack == "1":
        return "training.pack=1 says"
    on_cpu = not count_gpus() or os.environ.get("JAX_PLATFORMS") == "cpu"
    return "training.pack=auto is 1 on a CPU" if pack == "auto" and on_cpu else ""


def shared_problem(configs: Sequence[Config]) -> "tuple[Problem, list[dict[str, float]]]":
    """One problem for cells of one kind.

    Args:
        configs: of the cells; only `_NUMBERS` differ.

    Returns:
        The problem, and the numbers of each cell, as `ablation.app.training.problem.Run` takes them.
    """
    from dataclasses import replace

    from ablation.app.networks.traced import ACTIVATION, KEPT, traced

    levels = sorted({config.flags.activation for config in configs})
    shares = [1 - config.model.dropout_rate if config.flags.dropout else 1.0 for config in configs]
    with traced(levels, dropout=len(set(shares)) > 1) as numbers:
        shared = replace(problem(configs[0]), numbers=numbers.variables)
    numbers_by_cell = [
        {
            "learning_rate": config.training.learning_rate,
            "decay": config.training.decay,
            ACTIVATION: levels.index(config.flags.activation),
            KEPT: share,
        }
        for config, share in zip(configs, shares, strict=True)
    ]
    return shared, numbers_by_cell


def _is_jax() -> bool:
    """Whether the backend is JAX; to ask Keras would load it."""
    return os.environ.get("KERAS_BACKEND") == "jax"
