"""The known trackers, and which of them a setting names. Modules are imported when they are needed."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from ablation.errors import UsageError
from ablation.trackers.tracker import Tracker

NAMES = ("tensorboard", "mlflow", "wandb", "trackio")
"""Each is a module of this room with a `TRACKER`."""


@cache
def known() -> dict[str, Tracker]:
    """Name → tracker."""
    return {name: import_module(f"{__package__}.{name}").TRACKER for name in NAMES}


def read_trackers(setting: object, key: str) -> dict[str, str | None]:
    """The trackers that a setting names, with their URIs.

    Args:
        setting: a name, a list of them, or a mapping of names to URIs or null.
        key: of the setting, for messages.

    Raises:
        UsageError: one is not known.
    """
    uris: Mapping[object, object]
    if isinstance(setting, Mapping):
        uris = setting
    else:
        uris = dict.fromkeys([setting] if isinstance(setting, str) else _items(setting, key))
    for name, uri in uris.items():
        if name not in NAMES or not isinstance(uri, str | None):
            received = name if name not in NAMES else f"{name}: {uri!r}"
            raise UsageError(
                f"{key}: expected some of {', '.join(NAMES)}, as a list, or each with its URI. "
                f"Received: {received}"
            )
    return {str(name): None if uri is None else str(uri) for name, uri in uris.items()}


def check_installed(names: Iterable[str], key: str) -> None:
    """Refuse trackers whose packages are absent.

    Raises:
        UsageError: with what installs it.
    """
    for name in names:
        package = known()[name].package
        spec = find_spec(package)
        if spec is None or spec.origin is None:  # a folder of that name is none, such as W&B's own
            raise UsageError(
                f"{key}: expected {package}, which is not installed. "
                f"Run: pip install 'ablation-study[{name}]'"
            )


def _items(setting: object, key: str) -> list[object]:
    if setting is None:
        return []
    if isinstance(setting, Iterable):
        return list(setting)
    raise UsageError(f"{key}: expected a list, such as [{NAMES[0]}]. Received: {setting!r}")
