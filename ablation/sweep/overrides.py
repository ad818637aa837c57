"""Hydra's override grammar, split into what stays fixed and what is swept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from ablation.errors import UsageError
from ablation.naming import level_text
from ablation.sweep.together import split_when

ONE_VALUE = "one value: a sweep cannot change the sweep itself. Run one after another"

_WORDS = ("true", "false", "null", "inf", "nan")
"""Texts that the grammar reads as something else."""


@dataclass
class Overrides:
    """The overrides of a sweep.

    Args:
        fixed: key → the override as text, the same for every job.
        swept: key → its levels as text, in the order given.
        signs: key → the `+` or `++` before a swept one.
        when: nested factor → {its parent: levels of that at which it has levels itself}.
        zips: name of a factor → the keys whose levels change together.
        read: key → what a file says of it, where YAML read that as something else than text.
        typed: key → the override that sweeps it.
    """

    fixed: dict[str, str] = field(default_factory=dict)
    swept: dict[str, list[str]] = field(default_factory=dict)
    signs: dict[str, str] = field(default_factory=dict)
    when: Mapping[str, Any] = field(default_factory=dict)
    zips: Mapping[str, Any] = field(default_factory=dict)
    read: Mapping[str, Any] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)

    def line(self, key: str, level: str) -> str:
        """The override that gives a swept key this level."""
        return f"{self.signs.get(key, '')}{key}={level}"


def split_overrides(
    params: Mapping[str, object],
    arguments: Sequence[str],
    loader: ConfigLoader,
    unswept: Mapping[str, str],
    when: Mapping[str, Any] | None,
    zips: Mapping[str, Any] | None,
) -> Overrides:
    """Read a study's `params` and the command line; the command line wins where both name a key.

    Args:
        params: key → levels in Hydra's grammar, such as `relu,elu`, or as a list; or both these and a
            condition, `{levels: [0.1, 0.3], when: {dropout: true}}`, on the command line as well.
        arguments: overrides of the command line.
        loader: of the app's configuration.
        unswept: keys that are no factors → what to say of it.
        when: conditions of nested factors.
        zips: keys whose levels change together.

    Raises:
        UsageError: a sweep that is not a list of levels, or over something that is no factor.
    """
    parser = OverridesParser.create(config_loader=loader)
    params, nested = split_when(params, {}, "hydra.sweeper.params.")
    typed = _once(parser.parse_overrides(list(arguments)))
    lines, typed_conditions = _typed_levels(typed)
    _, conditions = split_when({}, when or {}, "hydra.sweeper.")
    overrides = Overrides(when={**nested, **typed_conditions, **conditions}, zips=zips or {})
    from_line = typed | {_key(override): override for override in parser.parse_overrides(lines)}
    # A file may hold spaces of another sweeper, such as interval(0,1), which the command replaces.
    filed = {key: value for key, value in params.items() if key.lstrip("+") not in from_line}
    lines = [f"{key}={_text(key, value)}" for key, value in filed.items()]
    overrides.read = {key.lstrip("+"): value for key, value in filed.items() if not isinstance(value, str)}
    from_file = {_key(override): override for override in parser.parse_overrides(lines)}
    in_order = dict.fromkeys(key.lstrip("+") for key in params) | from_line
    for key in in_order:
        override = from_line.get(key) or from_file[key]
        overrides.signs[key] = override.get_key_element().removesuffix(key)
        if override.is_sweep_override():
            if key in unswept:
                raise UsageError(f"{key}: expected {unswept[key]}")
            overrides.swept[key] = _levels(key, override)
            overrides.typed[key] = str(override.input_line)
        else:
            overrides.fixed[key] = str(override.input_line)
    return overrides


def _typed_levels(typed: Mapping[str, Override]) -> tuple[list[str], dict[str, Any]]:
    """Factors that were typed with their condition: overrides of their levels, and the conditions."""
    values = {key: each.value() for key, each in typed.items() if not each.is_sweep_override()}
    known = {key: value for key, value in values.items() if isinstance(value, dict) and "when" in value}
    levels, when = split_when(known, {}, "")
    return [f"{typed[key].get_key_element()}={_text(key, each)}" for key, each in levels.items()], when


def _once(overrides: Sequence[Override]) -> dict[str, Override]:
    """Overrides by their keys, the last of each.

    Raises:
        UsageError: a key has levels, and one value as well.
    """
    by_key: dict[str, Override] = {}
    for override in overrides:
        former = by_key.get(_key(override))
        if former and former.is_sweep_override() != override.is_sweep_override():
            raise UsageError(
                f"{_key(override)}: expected levels, or one value. Received both: {former.input_line} and "
                f"{override.input_line}. Leave one out"
            )
        by_key[_key(override)] = override
    return by_key


def _key(override: Override) -> str:
    """The key or group that an override is for, without the signs before it."""
    return str(override.get_key_element()).lstrip("+")


def _text(key: str, value: object) -> str:
    """Levels of a study's file as an override's value."""
    if value is None or str(value).strip() == "" or isinstance(value, dict):
        received = value if isinstance(value, dict) else "none"
        raise UsageError(f"hydra.sweeper.params.{key}: expected levels, such as a,b. Received: {received}")
    return ",".join(map(quoted, value)) if isinstance(value, list) else str(value)


def quoted(value: object) -> str:
    """A value of a file as the equivalent value of an override."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{quoted(k)}:{quoted(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(quoted, value)) + "]"
    if not isinstance(value, str):
        return level_text(value)
    escaped = re.sub(r"(\\*)'", r"\1\1\\'", value)
    trailing = len(escaped) - len(escaped.rstrip("\\"))
    return (
        value
        if re.fullmatch(r"[A-Za-z_][\w./-]*", value) and value.lower() not in _WORDS
        else f"'{escaped}{trailing * chr(92)}'"
    )


def set_in_jobs(hydra: DictConfig, key: str, value: str | int | None) -> None:
    """Set a key of a sweep and, by an override, of its jobs: Hydra 1.4 refuses jobs that differ from it.

    Args:
        hydra: `config.hydra`, which is changed.
        key: below `hydra`, such as `launcher.n_jobs`.
        value: replaces what an earlier override says.
    """
    start = f"hydra.{key}="
    with read_write(hydra), open_dict(hydra):
        OmegaConf.update(hydra, key, value)
        others = [line for line in hydra.overrides.hydra if not line.startswith(start)]
        hydra.overrides.hydra = [*others, f"{start}{quoted(value)}"]


def _levels(key: str, override: Override) -> list[str]:
    if key.partition(".")[0].partition("/")[0] == "hydra":
        raise UsageError(f"{key}: expected {ONE_VALUE}")
    if not override.is_discrete_sweep():
        raise UsageError(
            f"{key}: expected a list of levels, such as {key}=a,b. Received: {override.input_line}"
        )
    return [str(level) for level in override.sweep_string_iterator()]
