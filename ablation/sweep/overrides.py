"""Hydra's override grammar, split into what stays fixed and what is swept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override

from ablation.errors import UsageError
from ablation.naming import level_text

ONE_VALUE = "one value: a sweep cannot change the sweep itself. Run one after another"

_WORDS = ("true", "false", "null", "inf", "nan")
"""Texts that the grammar reads as something else."""


@dataclass
class Overrides:
    """What a sweep was asked for.

    Args:
        fixed: key → the override as text, the same for every job.
        swept: key → its levels as text, in the order given.
        signs: key → the `+` or `++` before a swept one.
    """

    fixed: dict[str, str] = field(default_factory=dict)
    swept: dict[str, list[str]] = field(default_factory=dict)
    signs: dict[str, str] = field(default_factory=dict)

    def line(self, key: str, level: str) -> str:
        """The override that gives a swept key this level."""
        return f"{self.signs.get(key, '')}{key}={level}"


def split_overrides(
    params: Mapping[str, object],
    arguments: Sequence[str],
    loader: ConfigLoader,
    unswept: Mapping[str, str] = MappingProxyType({}),
) -> Overrides:
    """Read a study's `params` and the command line; the command line wins where both name a key.

    Args:
        params: key → levels in Hydra's grammar, such as `relu,elu`, or as a list.
        arguments: overrides of the command line.
        loader: of the app's configuration.
        unswept: keys that are no factors → what to say of it.

    Raises:
        UsageError: a sweep that is not a list of levels, or over something that is no factor.
    """
    parser = OverridesParser.create(config_loader=loader)
    overrides = Overrides()
    given = {_key(override): override for override in parser.parse_overrides(list(arguments))}
    # A file may hold spaces of another sweeper, such as interval(0,1), which the command replaces.
    lines = [f"{key}={_text(key, value)}" for key, value in params.items() if key.lstrip("+") not in given]
    found = {_key(override): override for override in parser.parse_overrides(lines)}
    in_order = dict.fromkeys(key.lstrip("+") for key in params) | given
    for key in in_order:
        override = given.get(key) or found[key]
        overrides.signs[key] = override.get_key_element().removesuffix(key)
        if override.is_sweep_override():
            if key in unswept:
                raise UsageError(f"{key}: expected {unswept[key]}")
            overrides.swept[key] = _levels(key, override)
        else:
            overrides.fixed[key] = str(override.input_line)
    return overrides


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
    """A value of a file as the value of an override that means the same."""
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


def _levels(key: str, override: Override) -> list[str]:
    if key.partition(".")[0].partition("/")[0] == "hydra":
        raise UsageError(f"{key}: expected {ONE_VALUE}")
    if not override.is_discrete_sweep():
        raise UsageError(
            f"{key}: expected a list of levels, such as {key}=a,b. Received: {override.input_line}"
        )
    return [str(level) for level in override.sweep_string_iterator()]
