"""Hydra's override grammar, split into what stays fixed and what is swept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override

from ablation.errors import UsageError


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
    params: Mapping[str, object], arguments: Sequence[str], loader: ConfigLoader
) -> Overrides:
    """Read a study's `params` and the command line; the command line wins where both name a key.

    Args:
        params: key → levels in Hydra's grammar, such as `relu,elu`.
        arguments: overrides of the command line.
        loader: of the app's configuration.

    Raises:
        UsageError: a sweep that is not a list of levels, or over something that is no factor.
    """
    parser = OverridesParser.create(config_loader=loader)
    overrides = Overrides()
    lines = [f"{key}={_text(key, value)}" for key, value in params.items()]
    for override in parser.parse_overrides([*lines, *arguments]):
        element = override.get_key_element()
        key = element.lstrip("+")
        overrides.fixed.pop(key, None)
        overrides.signs[key] = element.removesuffix(key)
        if override.is_sweep_override():
            overrides.swept[key] = _levels(key, override)
        else:
            overrides.swept.pop(key, None)
            overrides.fixed[key] = str(override.input_line)
    return overrides


def _text(key: str, value: object) -> str:
    """Levels of a study's file as an override's value."""
    if value is None or str(value).strip() == "":
        raise UsageError(f"hydra.sweeper.params.{key}: expected levels, such as a,b. Received: none")
    return str(value)


def _levels(key: str, override: Override) -> list[str]:
    if key == "seeds":
        raise UsageError(
            "seeds: expected one list, such as seeds=[0,1,2]: seeds are no factor but replicates"
        )
    if key.partition(".")[0].partition("/")[0] == "hydra" or key == "study":
        raise UsageError(
            f"{key}: expected one value: a sweep cannot change the sweep itself. Run one after another"
        )
    if not override.is_discrete_sweep():
        raise UsageError(
            f"{key}: expected a list of levels, such as {key}=a,b. Received: {override.input_line}"
        )
    return [str(level) for level in override.sweep_string_iterator()]
