"""Hydra's and OmegaConf's complaints as sentences that list what would have been right."""

import re

from hydra.errors import OverrideParseException
from omegaconf import DictConfig
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, OmegaConfBaseException


def explain(error: BaseException) -> str:
    """What was expected, what was received, and what to do.

    Args:
        error: raised while a configuration was composed.
    """
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, ConfigKeyError | ConfigAttributeError) and cause.full_key:
            return _unknown_key(cause)
    sentences = [_first_line(cause) for cause in causes]
    told = dict.fromkeys(s for s in sentences if s)
    return "\n".join(told)


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what it was raised from, outermost first."""
    chain = [error]
    while (inner := chain[-1].__cause__) is not None:
        chain.append(inner)
    return chain


def _unknown_key(error: OmegaConfBaseException) -> str:
    """A key that the schema does not have: name those that it has."""
    full_key = str(error.full_key)
    parent, _, _ = full_key.rpartition(".")
    node = error.parent_node
    known = sorted(str(key) for key in node) if isinstance(node, DictConfig) else []
    if isinstance(node, DictConfig) and not known and parent:
        return f"{full_key}: no such key yet. Add it with a plus: +{full_key}=…"
    where = f"keys of {parent}" if parent else "keys"
    return f"{full_key}: no such key. Valid {where}: {', '.join(k for k in known if k != 'hydra')}"


def _first_line(error: BaseException) -> str:
    """The message without OmegaConf's internals and Hydra's advice on debugging."""
    text = str(error).strip()
    key = getattr(error, "full_key", None)
    if isinstance(error, OmegaConfBaseException):
        text = text.splitlines()[0] if text else ""
        return f"{key}: {text}" if key else text
    if isinstance(error, OverrideParseException):
        text = f"{error.override}: {text}"
    text = text.partition("Config search path:")[0].partition("Check that the config directory")[0]
    return re.sub(r"\n\s*\n", "\n", text.strip())
