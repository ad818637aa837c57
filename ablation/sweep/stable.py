"""A configuration without the time and place of its composition, as runs are named by it.

`${now:…}` and most of `${hydra:…}` differ from job to job and from day to day, and change no result. They
stand as fixed texts in keys and rows, wherever they are used.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import omegaconf
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf, open_dict, read_write
from omegaconf.basecontainer import BaseContainer

from ablation.errors import UsageError

_FIXED = ("runtime.choices.", "runtime.version", "job.name", "job.config_name", "mode")
"""Parts of Hydra's configuration that say what a run is, not where it is made."""


def register_resolver(name: str, resolver: Callable[..., Any]) -> None:
    """Make a resolver known to OmegaConf, in place of one of this name."""
    # OmegaConf 2.4 warns of the name that 2.3 has; of 2.3's `register_resolver`, 2.4 has another kind.
    is_old = omegaconf.__version__.startswith("2.3")
    register = getattr(OmegaConf, "register_new_resolver" if is_old else "register_resolver")
    register(name, resolver, replace=True)


@contextmanager
def stable() -> Iterator[None]:
    """Within this context, `${now:…}` and `${hydra:…}` resolve to values that are the same in every job."""
    known = BaseContainer._resolvers
    before: dict[str, Any] = {name: known[name] for name in ("now", "hydra") if name in known}
    register_resolver("now", lambda pattern: f"now:{pattern}")
    register_resolver("hydra", _hydra)
    try:
        yield
    finally:
        known.update(before)


def _hydra(path: str) -> Any:
    """An entry of Hydra's configuration, if it is the same in every job; else its name, or 0 for a number."""
    value = OmegaConf.select(HydraConfig.get(), path)  # type: ignore[arg-type]  # the node, typed as its class
    if path.startswith(_FIXED) or isinstance(value, bool):
        return value
    return 0 if isinstance(value, int) else f"hydra:{path}"


@contextmanager
def hydra_config(cfg: DictConfig) -> Iterator[None]:
    """Within this context, `${hydra:…}` is known outside of jobs as well."""
    instance = HydraConfig.instance()
    before = instance.cfg
    with read_write(cfg.hydra), open_dict(cfg.hydra):
        cfg.hydra.job.num, cfg.hydra.job.id = 0, "0"
        cfg.hydra.runtime.output_dir = str(cfg.hydra.sweep.dir)
    instance.cfg = SimpleNamespace(hydra=cfg.hydra)  # type: ignore[assignment]  # Hydra's own way copies it
    try:
        yield
    finally:
        instance.cfg = before


def check_same_twice(
    cfg: DictConfig, entries: Callable[[DictConfig], Mapping[str, Any]], advice: str
) -> None:
    """Refuse a configuration that changes each time it is resolved: its runs could never be found again.

    Args:
        cfg: composed.
        entries: what determines a run, dotted key → value.
        advice: how to name a key that changes no result, with `{}` for the keys.

    Raises:
        UsageError: naming the keys.
    """
    cache = OmegaConf.get_cache(cfg)
    resolved = []
    for _ in range(2):
        OmegaConf.clear_cache(cfg)
        resolved.append(entries(cfg))
    OmegaConf.set_cache(cfg, cache)
    first, second = resolved
    refuse_differences(first, second, differing(first, second), advice)


def differing(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """The keys in which two flat configurations differ; values of different types differ."""
    names = dict.fromkeys((*first, *second))
    return [k for k in names if k not in first or k not in second or repr(first[k]) != repr(second[k])]


def refuse_differences(
    first: Mapping[str, Any], second: Mapping[str, Any], keys: Sequence[str], advice: str
) -> None:
    """Refuse keys that should have been the same.

    Raises:
        UsageError: if there are any.
    """
    if keys:
        values = " and ".join(str(entries.get(keys[0], "(absent)")) for entries in (first, second))
        more = f" (also {', '.join(keys[1:])})" if keys[1:] else ""
        raise UsageError(
            f"{keys[0]}: expected the same value whenever the configuration is composed. Received: "
            f"{values}{more}. If it changes no result: {advice.format(','.join(keys))}"
        )
