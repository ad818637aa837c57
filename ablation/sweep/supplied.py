"""Keys that the framework needs in a decorated app's configuration, supplied if they are missing."""

import copy
from collections.abc import Sequence
from dataclasses import field, fields, make_dataclass
from functools import partial
from typing import Any

from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from ablation.errors import UsageError
from ablation.results import FRAMEWORK_KEYS
from ablation.sweep.cell import flatten


def with_keys(schema: type, name: str, response: str) -> type:
    """A schema with the missing fields added, so that the command line can set them."""
    own = {f.name for f in fields(schema)}
    kinds = {"name": str, "seeds": list[int], "results": dict[str, Any], "analysis": dict[str, Any]}
    lacking = [
        (key, kinds[key], field(default_factory=partial(copy.deepcopy, value)))
        for key, value in _defaults(name, response).items()
        if key not in own
    ]
    return make_dataclass(schema.__name__, lacking, bases=(schema,)) if lacking else schema


def supply(cfg: DictConfig, name: str, response: str) -> None:
    """Add missing keys to a configuration."""
    with read_write(cfg), open_dict(cfg):
        for key, value in flatten(_defaults(name, response)).items():
            group = key.partition(".")[0]
            if OmegaConf.select(cfg, key) is None and (group == key or _is_open(cfg, group)):
                OmegaConf.update(cfg, key, value, force_add=True)


def refuse_missing(cfg: DictConfig) -> None:
    """Refuse a configuration in which values that are left to the user (`???`) are missing.

    Raises:
        UsageError: naming all of them.
    """
    missing = sorted(OmegaConf.missing_keys(cfg))
    if missing:
        fix = " ".join(f"{key}=…" for key in missing)
        raise UsageError(f"Expected a value for {', '.join(missing)}. Received: none (???). Add it: {fix}")


def as_overrides(arguments: Sequence[str]) -> list[str]:
    """A command line in which the framework's keys may be set whether the configuration has them or not."""
    return [
        f"++{word}" if word.partition("=")[0].partition(".")[0] in FRAMEWORK_KEYS and "=" in word else word
        for word in arguments
    ]


def _defaults(name: str, response: str) -> dict[str, Any]:
    return {
        "name": name,
        "seeds": [0],
        "results": {"folder": "runs/${name}", "url": "${results.folder}"},
        "analysis": {"response": response},
    }


def _is_open(cfg: DictConfig, group: str) -> bool:
    """Whether a group takes further keys: not one that the app's own dataclass describes."""
    node = cfg.get(group)
    return node is None or OmegaConf.get_type(node) is dict
