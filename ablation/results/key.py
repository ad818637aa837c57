"""The identity of a run, and of a cell."""

import hashlib
from collections.abc import Mapping

from ablation.errors import UsageError
from ablation.results.canonical import canonical

SCHEMA = 1
"""Version of the rows' form. It is part of every key: rows of different versions never meet."""

N_CELL_DIGITS = 10

FRAMEWORK_KEYS = ("name", "seeds", "results", "analysis")
"""Config keys that the framework reads of a decorated app; none of them changes what a run gives."""

ABSENT = "(absent)"
"""Value, in what determines a run, of an entry that has a default and that the run's config lacks."""


def run_key(
    config: Mapping[str, object],
    seed: int,
    identity: Mapping[str, object],
    defaults: Mapping[str, object] | None = None,
) -> str:
    """Name a run by what determines its result.

    Entries of `config` that equal their declared default are left out, so that a flag added later leaves the
    keys of finished runs as they are. Equal means the same JSON text: `1`, `1.0` and `true` differ.

    Args:
        config: Flat: dotted key → JSON value, less everything that does not change the result.
        seed: The run's seed.
        identity: What else determines the result, such as `{"data": "<sha256>"}`.
        defaults: Declared defaults, flat. Keys that `config` lacks are ignored.

    Returns:
        64 hexadecimal digits: SHA-256 of canonical JSON.

    Raises:
        UsageError: A value is not finite or not JSON, or the seed is no integer.
    """
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise UsageError(f"seed: expected an integer. Received: {seed!r}.")
    return _digest({**_content(config, identity, defaults), "seed": seed})


def cell_key(
    config: Mapping[str, object],
    identity: Mapping[str, object],
    defaults: Mapping[str, object] | None = None,
) -> str:
    """Name a cell: what its runs share, whatever their seed.

    Returns:
        10 hexadecimal digits, short enough to read.

    Raises:
        UsageError: A value is not finite or not JSON.
    """
    return _digest(_content(config, identity, defaults))[:N_CELL_DIGITS]


def without_defaults(config: Mapping[str, object], defaults: Mapping[str, object]) -> dict[str, object]:
    """The entries that make up a key: those that differ from their declared default, or have none.

    Raises:
        UsageError: A value that has a default is not finite or not JSON.
    """
    return {
        name: value
        for name, value in config.items()
        if name not in defaults or canonical(value) != canonical(defaults[name])
    }


def changed_default(
    row_config: Mapping[str, object],
    config: Mapping[str, object],
    first_defaults: Mapping[str, object] | None = None,
) -> str | None:
    """Whether a finished row with the same key was trained with another value.

    That happens when a declared default changes after rows relied on it: the row left the old default out of
    its key, the run leaves out the new one, and the two keys coincide although the runs differ.

    Args:
        row_config: The finished row's full config (`row.config`).
        config: The wanted run's config, less everything that does not change the result.
        first_defaults: What each entry's default was when the study first knew it; rows that are older than
            an entry were trained so.

    Returns:
        A sentence naming each key, its old and its new value, for a `UsageError`; None when nothing differs.
    """
    trained = {**(first_defaults or {}), **row_config}
    changes = [
        f"{name} was {canonical(trained[name])} and is now {canonical(value)}"
        for name, value in config.items()
        if value != ABSENT and name in trained and canonical(trained[name]) != canonical(value)
    ]
    if not changes:
        return None
    return (
        f"Finished runs relied on a default that has changed since: {'; '.join(changes)}. "
        "Restore the old default and set the new value in the study, or choose another folder."
    )


def is_key(text: str) -> bool:
    """Whether a text has the form of a run's key, and so is safe as a file name."""
    return len(text) == 64 and not text.strip("0123456789abcdef")


def check_key(key: str) -> str:
    """Return the key; refuse anything that is not 64 lower-case hexadecimal digits.

    Raises:
        UsageError: The text has another form.
    """
    if not isinstance(key, str) or not is_key(key):
        raise UsageError(f"key: expected 64 hexadecimal digits, as run_key returns. Received: {key!r}.")
    return key


def _content(
    config: Mapping[str, object], identity: Mapping[str, object], defaults: Mapping[str, object] | None
) -> dict[str, object]:
    return {"schema": SCHEMA, "identity": dict(identity), "config": without_defaults(config, defaults or {})}


def _digest(content: object) -> str:
    return hashlib.sha256(canonical(content).encode()).hexdigest()
