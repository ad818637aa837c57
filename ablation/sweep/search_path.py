"""A folder of the user whose configuration takes precedence over the app's."""

from pathlib import Path
from typing import ClassVar

from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.plugins import Plugins
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from ablation.errors import UsageError


class OwnConf(SearchPathPlugin):
    """Puts the user's folder before the app's, for the apps of this process that ask for it."""

    folder: ClassVar[Path | None] = None

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Put the folder first, if there is one."""
        if self.folder is not None:
            search_path.prepend("own", f"file://{self.folder}", "main")


def search_first(own: Path | None, main: Path, config_name: str) -> None:
    """Make Hydra search this folder before the app's own configuration.

    Args:
        own: the user's folder, which need not exist; None for apps without.
        main: the app's.
        config_name: of the app's main file, without `.yaml`.

    Raises:
        UsageError: the folder's main file is that of another app.
    """
    OwnConf.folder = None
    if own is None or not own.is_dir() or own.resolve() == main.resolve():
        return
    OwnConf.folder = own.resolve()
    _refuse_another_app(OwnConf.folder / f"{config_name}.yaml", main / f"{config_name}.yaml")
    Plugins.instance().register(OwnConf)


def _refuse_another_app(path: Path, original: Path) -> None:
    """Refuse a main file whose defaults do not name the app's schema."""
    if path.is_file() and "schema" in _defaults(original) and "schema" not in _defaults(path):
        raise UsageError(
            f"{path}: expected this app's main file, which has schema among its defaults, or no such file. "
            "Received: that of another app. Give the command in another folder, or copy "
            f"{original} there and change the copy"
        )


def _defaults(path: Path) -> list[object]:
    """The defaults of a main file; `schema` if it cannot be read, as Hydra reports that error."""
    try:
        loaded = OmegaConf.to_container(OmegaConf.load(path), resolve=False)
    except (OSError, OmegaConfBaseException, YAMLError):
        return ["schema"]
    defaults = loaded.get("defaults") if isinstance(loaded, dict) else None
    return defaults if isinstance(defaults, list) else []
