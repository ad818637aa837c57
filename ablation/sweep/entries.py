"""The entries of any app's configuration, as values that rows can hold."""

import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from ablation.sweep.cell import flatten


def entries_of(cfg: DictConfig) -> dict[str, Any]:
    """A configuration, flat and resolved: dotted key → JSON value.

    What cannot be resolved, such as `${oc.env:HOME_OF_NOBODY}` in a branch that the app never reads, stands
    as it is written; so does a value that is missing (`???`). Hydra itself minds neither.
    """
    return flatten(_mapping(cfg))


def _mapping(cfg: DictConfig) -> dict[str, Any]:
    raw: Any = OmegaConf.to_container(cfg, resolve=False)
    return {str(key): _value(cfg, key, raw[key]) for key in cfg}


def _value(parent: Any, key: Any, raw: Any) -> Any:
    """One entry of a mapping or a list."""
    try:
        value = parent[key]
    except OmegaConfBaseException:
        return str(raw)
    if isinstance(value, DictConfig):
        return _mapping(value)
    if isinstance(value, ListConfig):
        whole: Any = OmegaConf.to_container(value, resolve=False)
        return [_value(value, i, whole[i]) for i in range(len(value))]
    return plain_value(value)


def plain_value(value: Any) -> Any:
    """A Python value as a JSON value, or as its text if there is none.

    >>> plain_value((1, float("inf"), dict)), plain_value({"a": None})
    ([1, 'inf', 'builtins.dict'], {'a': None})
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain_value(each) for key, each in value.items()}
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, list | tuple):
        return [plain_value(each) for each in value]
    if hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    if callable(getattr(value, "item", None)) and getattr(value, "size", 1) == 1:
        return plain_value(value.item())
    return str(value)
