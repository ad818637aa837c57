"""The plugins that a command names, before Hydra reads anything: it checks their flags too."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from ablation.errors import UsageError


def named_plugins(arguments: Sequence[str], folders: Sequence[Path]) -> list[str]:
    """The plugins of a command line, or else those of its study's file.

    Args:
        arguments: of the command, in Hydra's grammar.
        folders: where configuration lies, the first before the others.

    Raises:
        UsageError: a file is not in UTF-8, which Hydra would tell without its name.
    """
    settings = dict(_settings(arguments))
    if "plugins" in settings:
        return _texts(_parsed(settings["plugins"]))
    study = settings.get("study") or _default_study(folders)
    return _texts(_read(folders, f"study/{study}.yaml").get("plugins"))


def _settings(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    for argument in arguments:
        key, equals, value = argument.partition("=")
        if equals and not key.startswith("-"):
            yield key.lstrip("+"), value


def _default_study(folders: Sequence[Path]) -> str:
    for entry in _read(folders, "config.yaml").get("defaults") or []:
        if isinstance(entry, dict) and "study" in entry:
            return str(entry["study"])
    return ""


def _read(folders: Sequence[Path], name: str) -> dict[str, Any]:
    """The content of the first such file; Hydra reports a file that is no YAML."""
    for folder in folders:
        if (folder / name).is_file():
            content = _parsed(_text(folder / name))
            return content if isinstance(content, dict) else {}
    return {}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: expected text in UTF-8. Received: {error}. Save it as UTF-8") from error


def _parsed(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _texts(value: Any) -> list[str]:
    """One text or a list of them; the schema refuses anything else."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]
