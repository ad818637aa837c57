"""Command lines of the app's own commands: the folder of a study, then settings."""

from collections.abc import Sequence
from dataclasses import fields

from ablation.errors import UsageError


def study_and_settings(arguments: Sequence[str], request: type, usage: str) -> tuple[str, dict[str, str]]:
    """The study, and setting → its text.

    Args:
        arguments: as they were typed.
        request: a dataclass whose first field is the study, and the others the settings.
        usage: what is expected, with an example.

    Raises:
        UsageError: no study, or a setting that does not exist.
    """
    if not arguments or arguments[0].startswith("-") or "=" in arguments[0]:
        raise UsageError(f"{usage}. Received: {' '.join(arguments) or 'nothing'}")
    names = [each.name for each in fields(request)][1:]
    settings = {}
    for argument in arguments[1:]:
        name, equals, value = argument.partition("=")
        if not equals or name not in names:
            raise UsageError(
                f"Expected settings {', '.join(f'{n}=…' for n in names)}. Received: {argument!r}"
            )
        settings[name] = value
    return arguments[0], settings
