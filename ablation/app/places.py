"""Where configuration lies: the app's own, and that of the user."""

from pathlib import Path

_IN_WHEEL, _IN_REPOSITORY = Path(__file__).parents[1] / "conf", Path(__file__).parents[2] / "conf"
CONF = _IN_WHEEL if _IN_WHEEL.is_dir() else _IN_REPOSITORY
OWN_CONF = Path("conf")
"""Of the user, in the folder that a command is given in."""
