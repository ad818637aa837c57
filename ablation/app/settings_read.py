"""Which settings a network reads, known without building it: a plan needs no deep-learning library."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ablation.app.plugin_registry import registry
from ablation.app.problems import NETWORKS, network_of
from ablation.errors import UsageError

_EVERY_NETWORK = ("training.", "plugins")  # keys, or their beginnings, that no network can ignore


def refuse_unread(
    factors: Collection[str], cells: Sequence[Mapping[str, Any]], fixed: Collection[str] = ()
) -> None:
    """Refuse a factor, or a setting of the command, that no cell of a study reads.

    Args:
        factors: config keys that the study varies.
        cells: their configurations, flat, dotted key → value; at least one.
        fixed: keys that the command gives one value in all cells, other than the declared one.

    Raises:
        UsageError: naming the key, and networks that read it.
    """
    left = [*factors, *fixed]
    for values in cells:
        read = settings_read(values)
        left = [key for key in left if key not in read]
        if not left:
            return
    values = cells[-1]
    readers = [name for name in NETWORKS if _reads(left[0], {**values, "model.name": name})]
    other = f"a network that reads it ({', '.join(readers)})" if readers else "what makes it count"
    is_factor = left[0] in factors
    result = "all levels would give the same runs" if is_factor else "its value would change nothing"
    raise UsageError(
        f"{', '.join(left)}: expected {'factors' if is_factor else 'settings'} that change a run. Received "
        f"what no cell of this study reads with model.name={values['model.name']} and "
        f"data.name={values['data.name']}, so that {result}. Leave {left[0]} out of the sweep, or choose "
        f"{other}."
    )


def _reads(key: str, values: Mapping[str, Any]) -> bool:
    """Whether a key changes a run of this configuration; a network that refuses the others reads nothing."""
    try:
        return key in settings_read(values)
    except UsageError:
        return False


class View:
    """A configuration that notes which of its values are read.

    Args:
        values: flat, dotted key → value.
        read: gets the keys that are read.
        prefix: of the keys that are attributes of this view.
    """

    def __init__(self, values: Mapping[str, Any], read: set[str], prefix: str = "") -> None:
        self._values, self._read, self._prefix = values, read, prefix

    def __getattr__(self, name: str) -> Any:
        """The value of a key, or the view of a group."""
        key = f"{self._prefix}{name}"
        if key in self._values:
            self._read.add(key)
            return self._values[key]
        if any(other.startswith(f"{key}.") for other in self._values):
            return View(self._values, self._read, f"{key}.")
        raise AttributeError(key)


def settings_read(values: Mapping[str, Any]) -> set[str]:
    """The keys that change what a run of this configuration gives.

    Args:
        values: of a cell, flat, dotted key → value.
    """
    network = network_of(values["model.name"])
    read = {key for key in values if key.startswith(_EVERY_NETWORK)} - {"training.augmentation"}
    if values.get("training.optimizer") == "adam":
        read.discard("training.weight_decay")
    if network.source is None:
        paths = _paths_read(network.function)
        return read | {key for key in values if any(_is_on(key, path) for path in paths)}
    view: Any = View(values, read)
    network.prepare(view)
    return read | {f"flags.{flag}" for flag in flags_read(network.source) | _flags_of_files(registry.loaded)}


def _paths_read(function: Callable[..., Any] | None) -> set[str]:
    """What the code of a user's function reads of its configuration: `model.units`, or a group passed on.

    An empty path where it passes on the whole, or where there is no code to look at.
    """
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function or _paths_read)))
    except (OSError, TypeError, SyntaxError):
        return {""}
    defined = tree.body[0]
    if function is None or not isinstance(defined, ast.FunctionDef) or not defined.args.args:
        return {""}
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    paths = set()
    for node in ast.walk(defined):
        if isinstance(node, ast.Name) and node.id == defined.args.args[0].arg:
            parts, at = [], above[node]
            while isinstance(at, ast.Attribute):
                parts.append(at.attr)
                at = above[at]
            paths.add(".".join(parts))
    return {"model.name", *paths}


def _is_on(key: str, path: str) -> bool:
    """Whether a path is a key, a group that has it, or something of its value."""
    return not path or f"{key}.".startswith(f"{path}.") or path.startswith(f"{key}.")


@cache
def flags_read(source: str) -> frozenset[str]:
    """The flags that a function reads, itself or by functions of `ablation.app.networks` that it calls.

    A flag is read as `flags.<flag>` or `….flags.<flag>`. Building a network would show the same, but only
    after a deep-learning library has been loaded, which takes longer than a plan of 10,000 runs.
    """
    todo, seen, flags = [source], set(), set()
    while todo:
        place = todo.pop()
        if place not in seen:
            seen.add(place)
            module, _, name = place.partition(":")
            functions, imported = _parsed(module)
            if name in functions:
                flags |= _flags_in(functions[name])
                todo += [imported.get(used, f"{module}:{used}") for used in _names_in(functions[name])]
    return frozenset(flags)


@cache
def _parsed(module: str) -> tuple[dict[str, ast.AST], dict[str, str]]:
    """Functions and classes of a module by name, and where the names that it imports come from."""
    spec = find_spec(module) if module.startswith("ablation.app.networks.") else None
    if spec is None or spec.origin is None:
        return {}, {}
    body = ast.parse(Path(spec.origin).read_text("utf-8")).body
    functions: dict[str, ast.AST] = {
        node.name: node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    imports = [node for node in body if isinstance(node, ast.ImportFrom)]
    return functions, {
        each.asname or each.name: f"{node.module}:{each.name}" for node in imports for each in node.names
    }


@cache
def _flags_of_files(loaded: tuple[tuple[str, str], ...]) -> frozenset[str]:
    """The flags that plugins read, by path and hash: every built-in network calls their blocks."""
    return frozenset().union(*(_flags_in(ast.parse(Path(path).read_text("utf-8"))) for path, _ in loaded))


def _flags_in(tree: ast.AST) -> set[str]:
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return {node.attr for node in attributes if _last_name(node.value) == "flags"}


def _names_in(tree: ast.AST) -> Iterator[str]:
    return (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def _last_name(node: ast.AST) -> str:
    """`flags` of the expressions `flags` and `settings.flags`."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
