"""Configurations of a sweep's cells: Hydra composes one of those that differ only in values."""

import copy
from collections.abc import Sequence
from functools import cache

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException


class Configurations:
    """Composes what Hydra's loader composes.

    Hydra first joins the files that overrides choose, which takes some 35 ms, and then sets values in the
    order of the overrides. Overrides that choose the same files share the first step.

    Args:
        loader: of the app's configuration.
        master: the composed configuration of the command, with Hydra's part.
    """

    def __init__(self, loader: ConfigLoader, master: DictConfig) -> None:
        self._loader, self._master = loader, master
        self._parser = OverridesParser.create(config_loader=loader)
        self._parsed, self._is_group = cache(self._parse), cache(self._has_choices)
        self._chosen: tuple[list[str], DictConfig] | None = None

    def compose(self, overrides: Sequence[str]) -> DictConfig:
        """The configuration of a job with these overrides.

        Raises:
            HydraException: no configuration has what they name.
        """
        values = [line for line in overrides if self._sets_value(line)]
        others = [line for line in overrides if line not in values]
        keys = {self._parsed(line).key_or_group for line in others}
        is_apart = not any(_meet(self._parsed(line).key_or_group, key) for line in values for key in keys)
        if values and is_apart:
            try:
                return self._changed(overrides, values, others)
            except (HydraException, OmegaConfBaseException):
                pass  # the loader raises it again, for all overrides
        return self._loader.load_sweep_config(self._master, list(overrides))

    def _changed(self, overrides: Sequence[str], values: Sequence[str], others: list[str]) -> DictConfig:
        """The configuration of the other overrides, with these values, as Hydra sets them."""
        if self._chosen is None or self._chosen[0] != others:
            self._chosen = others, self._loader.load_sweep_config(self._master, others)
        cfg = copy.deepcopy(self._chosen[1])
        for line in values:
            override = self._parsed(line)
            OmegaConf.update(cfg, override.key_or_group, override.value(), merge=True)
        task = [line for line in overrides if not self._parsed(line).is_hydra_override()]
        cfg.hydra.overrides.task = task
        if not OmegaConf.is_interpolation(cfg.hydra.job, "override_dirname"):  # as it is since Hydra 1.4
            cfg.hydra.job.override_dirname = self._named(task, cfg.hydra.job.config.override_dirname)
        return cfg

    def _named(self, task: Sequence[str], how: DictConfig) -> str:
        """What Hydra calls a job by its overrides."""
        shown = sorted(line for line in task if self._parsed(line).key_or_group not in how.exclude_keys)
        return str(how.item_sep.join(shown).replace("=", how.kv_sep))

    def _parse(self, line: str) -> Override:
        [override] = self._parser.parse_overrides([line])
        return override

    def _sets_value(self, line: str) -> bool:
        """Whether an override does no more than set a value that the app's configuration has."""
        override = self._parsed(line)
        is_plain = not (
            override.is_add() or override.is_force_add() or override.is_delete() or override.package
        )
        is_elsewhere = override.is_hydra_override() or override.is_sweep_override()
        return is_plain and not is_elsewhere and not self._is_group(override.key_or_group)

    def _has_choices(self, key: str) -> bool:
        """Whether a key is a config group."""
        name, overrides = self._master.hydra.job.config_name, list(self._master.hydra.overrides.hydra)
        return bool(self._loader.get_group_options(key, None, name, overrides))


def _meet(key: str, other: str) -> bool:
    """Whether one key is the other or lies in it; groups have slashes where keys have dots."""
    key, other = f"{key}.".replace("/", "."), f"{other}.".replace("/", ".")
    return key.startswith(other) or other.startswith(key)
