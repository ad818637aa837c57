"""Lets launchers send apps to other processes whose dataclasses stand in the script that was started.

Such classes travel by value (cloudpickle). Dataclasses compare sentinels by identity, and a copy of
`dataclasses.MISSING` is not it: a schema would arrive broken.
"""

import copyreg
import dataclasses
from typing import Any


def register_sentinels() -> None:
    """Make the sentinels of `dataclasses` travel by name."""
    copyreg.pickle(type(dataclasses.MISSING), lambda _: "MISSING")
    field_type = type(dataclasses._FIELD)  # type: ignore[attr-defined]
    copyreg.pickle(field_type, lambda sentinel: sentinel.name)


def dumps(value: Any) -> bytes:
    """Pickle what the started script defines by value. Up to joblib 1.5 cloudpickle is a part of it."""
    try:
        from joblib.externals import cloudpickle
    except ImportError:
        import cloudpickle
    packed: bytes = cloudpickle.dumps(value)
    return packed
