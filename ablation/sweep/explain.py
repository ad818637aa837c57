"""Errors of Hydra and OmegaConf as sentences that list the valid choices."""

import difflib
import re
from collections.abc import Sequence

from hydra.errors import OverrideParseException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, OmegaConfBaseException, ValidationError
from yaml import YAMLError

_KINDS = (
    (r"Value (.*) of type '.*' could not be converted to Integer", "a whole number"),
    (r"Value (.*) of type '.*' could not be converted to Float", "a number"),
    (r"Value (.*) is not a valid bool", "true or false"),
    (r"Cannot convert '.*' to string: (.*)", "a text"),
    (r"Invalid value assigned: (\w+) is not a ListConfig", "a list, such as [a,b]"),
    (r"Cannot assign (\w+) to Dict", "a mapping, such as {a: 1}"),
    (r"field '.*' is not (Optional)", "a value that is not null"),
)
"""What OmegaConf says of a value of another kind → what it expected."""

_WORDS = {
    "Optional": "null",
    "str": "a single text (str)",
    "int": "a single number (int)",
    "float": "a single number (float)",
    "bool": "true or false (bool)",
}
"""What OmegaConf calls a value or its kind → what people do."""


def explain(error: BaseException) -> str:
    """What was expected, what was received, and what to do."""
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, ConfigKeyError | ConfigAttributeError) and cause.full_key:
            return _unknown_key(cause)
        if isinstance(cause, ValidationError) and (kind := _another_kind(cause)):
            return kind
        if isinstance(cause, OverrideParseException):
            return _unreadable(cause)
        if isinstance(cause, YAMLError):
            return _no_yaml(cause)
    sentences = [_first_line(cause) for cause in causes]
    unique = dict.fromkeys(s for s in sentences if s)
    return "\n".join(unique)


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what it was raised from, outermost first."""
    chain = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(inner)
    return chain


def _another_kind(error: ValidationError) -> str:
    """A value of another kind than the schema's; empty where OmegaConf says it in other words."""
    first = str(error).partition("\n")[0]
    for pattern, expected in _KINDS:
        if match := re.match(pattern, first):
            received = _WORDS.get(match[1], match[1])
            return f"{error.full_key}: expected {expected}. Received: {received}"
    return ""


def _unreadable(error: OverrideParseException) -> str:
    """An override that Hydra's grammar does not have."""
    return (
        "Expected KEY=VALUE, with quotes around a text that holds one of , : = # [ ] { } ( ), such as "
        f"'key=\"a:b\"'. Received: {error.override} ({str(error).strip().partition(chr(10))[0]})"
    )


def _no_yaml(error: YAMLError) -> str:
    """A file that is no YAML."""
    mark = getattr(error, "problem_mark", None)
    where = f"{mark.name}, line {mark.line + 1}" if mark else "a file"
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    return f"Expected configuration in YAML. Received: {where}: {problem}. Mend the file"


def _unknown_key(error: OmegaConfBaseException) -> str:
    """A key that the schema does not have: name those that it has."""
    full_key = str(error.full_key)
    parent, _, _ = full_key.rpartition(".")
    node = error.parent_node
    known = sorted(str(key) for key in node) if isinstance(node, DictConfig) else []
    if isinstance(node, DictConfig) and not known and parent:
        return f"{full_key}: no such key yet. Add it with a plus: +{full_key}=…"
    where = f"keys of {parent}" if parent else "keys"
    text = f"{full_key}: no such key. Valid {where}: {', '.join(k for k in known if k != 'hydra')}"
    near = _meant(full_key, node, known)
    return f"{text}. Did you mean {near}?" if near else text


def _meant(full_key: str, node: object, known: Sequence[str]) -> str:
    """A key with a similar name, or one of the sweeper."""
    parent, _, key = full_key.rpartition(".")
    if isinstance(node, DictConfig) and key in (OmegaConf.select(node, "hydra.sweeper") or ()):
        return f"hydra.sweeper.{key}"
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.7)
    return ".".join(filter(None, (parent, *near))) if near else ""


def _first_line(error: BaseException) -> str:
    """The message without OmegaConf's internals and Hydra's advice on debugging."""
    text = str(error).strip()
    key = getattr(error, "full_key", None)
    if isinstance(error, OmegaConfBaseException):
        text = text.splitlines()[0] if text else ""
        return f"{key}: {text}" if key else text
    text = text.partition("Config search path:")[0].partition("Check that the config directory")[0]
    listed = text.strip().replace(":\n\t", ": ").replace("\n\t", ", ")  # of options, one a line
    return re.sub(r"\n\s*\n", "\n", listed)
