"""A cell as the framework sees it: a flat configuration, and the keys of its runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, cached_property
from typing import Any

from omegaconf import DictConfig, OmegaConf

from ablation.results import ABSENT, FRAMEWORK_KEYS, cell_key, run_key, without_defaults
from ablation.sweep.stable import differing, stable

Identity = Callable[[Any], Mapping[str, str]]

Change = Mapping[tuple[str, str], Any]
"""(part, key) → its new value, or `GONE`; the parts are `config`, `keyed` and `identity`."""

GONE = object()


@dataclass(frozen=True)
class Cell:
    """One combination of levels, with everything else that its runs share.

    Args:
        settings: what the app's function receives: an object of the app's schema, or the configuration; None
            for a cell that is only planned.
        config: flat, dotted key → value, resolved, and the same in every job (`ablation.sweep.stable`).
        keyed: the part of `config` that changes what a run gives.
        defaults: declared defaults, flat; entries of `keyed` that equal them are left out of keys.
        identity: what else determines the result, such as the hash of the data.
    """

    settings: Any
    config: dict[str, Any]
    keyed: dict[str, Any]
    defaults: dict[str, Any]
    identity: Mapping[str, str]

    @cached_property
    def id(self) -> str:
        """Ten hexadecimal digits that name the cell, whatever its seeds."""
        return cell_key(self._named, self.identity)

    def key(self, seed: int) -> str:
        """The key of the cell's run with this seed."""
        if seed not in self._keys:
            self._keys[seed] = run_key(self._named, seed, self.identity)
        return self._keys[seed]

    @cached_property
    def _named(self) -> dict[str, Any]:
        """What all keys of the cell are made of."""
        return without_defaults(self.keyed, self.defaults)

    @cached_property
    def _keys(self) -> dict[int, str]:
        return {}

    def changed(self, changes: Sequence[Change]) -> "Cell":
        """The cell with other values, for planning alone."""
        parts = {"config": dict(self.config), "keyed": dict(self.keyed), "identity": dict(self.identity)}
        for change in changes:
            for (part, key), value in change.items():
                if value is GONE:
                    del parts[part][key]
                else:
                    parts[part][key] = value
        return Cell(None, parts["config"], parts["keyed"], self.defaults, parts["identity"])


def make_cell(
    cfg: DictConfig, schema: type | None, identity: Identity | None, unkeyed: Sequence[str]
) -> Cell:
    """Resolve a configuration into a cell.

    Args:
        cfg: the job's configuration, without Hydra's part.
        schema: the app's dataclass, if it has one; it checks values and declares defaults.
        identity: gives what else determines a result.
        unkeyed: the app's keys (and whole groups) that change no result.

    Raises:
        UsageError: the schema refuses a value.
    """
    settings, config = settings_of(cfg, schema), stable_entries(cfg)
    defaults = _declared_defaults(schema) if schema else {}
    entries = {**dict.fromkeys(defaults, ABSENT), **config}
    keyed = without(entries, (*FRAMEWORK_KEYS, *unkeyed))
    return Cell(settings, config, keyed, defaults, dict(identity(settings)) if identity else {})


def settings_of(cfg: DictConfig, schema: type | None) -> Any:
    """The argument of an app's functions: an object of its schema, or the configuration if it has none."""
    return cfg if schema is None else OmegaConf.to_object(cfg)


def stable_entries(cfg: DictConfig) -> dict[str, Any]:
    """A configuration as every job sees it, flat."""
    with stable():
        return flatten(OmegaConf.to_object(cfg))


@cache
def _declared_defaults(schema: type) -> dict[str, Any]:
    """A schema's defaults, flat; entries that it leaves to the user have none."""
    declared = OmegaConf.structured(schema)
    missing = OmegaConf.missing_keys(declared)
    if not missing:
        return flatten(OmegaConf.to_object(declared))
    plain = flatten(OmegaConf.to_container(declared, resolve=True, throw_on_missing=False))
    return {key: value for key, value in plain.items() if key not in missing}


def difference(old: Cell, new: Cell) -> Change:
    """The changes from `old` to `new`; values of different types differ, as 1 and true do."""
    change: dict[tuple[str, str], Any] = {}
    for part in ("config", "keyed", "identity"):
        before, after = getattr(old, part), getattr(new, part)
        change |= {(part, key): after.get(key, GONE) for key in differing(before, after)}
    return change


def flatten(settings: Any) -> dict[str, Any]:
    """Nested mappings and dataclasses as one flat mapping, dotted key → value; lists stay values.

    >>> flatten({"model": {"units": [8, 4]}, "seed": 1})
    {'model.units': [8, 4], 'seed': 1}
    """
    flat: dict[str, Any] = {}
    for key, value in _entries(settings):
        inner = flatten(value) if isinstance(value, dict) or is_dataclass(value) else None
        if inner is None:
            flat[key] = value
        else:
            flat.update({f"{key}.{k}": v for k, v in inner.items()})
    return flat


def _entries(settings: Any) -> list[tuple[str, Any]]:
    if is_dataclass(settings):
        return [(f.name, getattr(settings, f.name)) for f in fields(settings)]
    return [(str(key), value) for key, value in settings.items()]


def without(entries: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The entries that are none of these keys, and lie in none of these groups."""
    groups = tuple(f"{name}." for name in names)
    return {k: v for k, v in entries.items() if k not in names and not k.startswith(groups)}
