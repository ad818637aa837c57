"""A user's own Python files: flags, parts of blocks, networks and data sets beside the built-in ones.

A study names them, `plugins: [mine.py]`. They are imported before its configuration is read, and again by
each job, so import Keras inside of functions:

    from ablation.app.plugins import block, flags

    @flags
    class Mine:
        noise: bool = False

    @block
    def add_noise(x, settings, name):
        from keras import layers
        return layers.GaussianNoise(0.1, name=f"{name}_noise")(x) if settings.flags.noise else x

The content of the files is part of the key of each run that names them; runs that name none keep their keys.
"""

import dataclasses
import hashlib
import importlib.util
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import field
from functools import partial
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any, TypeVar, get_type_hints

from ablation.app.config import Config
from ablation.app.flags import Flags
from ablation.app.plugin_registry import registry
from ablation.app.problems.network import Network
from ablation.errors import UsageError
from ablation.results import Response

T = TypeVar("T")
_PREFIX = "ablation_plugin_"


def flags(cls: type[T]) -> type[T]:
    """Add the annotated fields of a class to `flags`; each needs a default.

    `ablation.app.flags.levels("a", "b")` declares the levels of a field that is a text.
    """
    made = dataclasses.dataclass(cls)
    for f in dataclasses.fields(made):  # type: ignore[arg-type]
        if f.name in {known.name for known in dataclasses.fields(Flags)}:
            raise ValueError(f"flags.{f.name} is built in: choose another name")
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING:
            raise ValueError(f"flags.{f.name} needs a default, which is left out of a run's key")
    registry.flags.append(made)
    return made


def block(part: Callable[..., T]) -> Callable[..., T]:
    """Add a part to every block of the built-in networks, before its activation.

    Args:
        part: (images (batch, height, width, channels), `BlockSettings`, prefix of the block's layer names) →
            images of the same shape. It looks at `settings.flags` and gives back the images as they are when
            it is switched off.
    """
    registry.blocks.append(part)
    return part


def network(
    name: str, data: Sequence[str] = (), responses: Sequence[Response] = ()
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add a network, for `model.name`.

    Args:
        name: of the network.
        data: names of the data sets that it learns from; none for all of images.
        responses: unit and direction of what is measured on it.

    Returns:
        A decorator of configuration → `ablation.app.training.problem.Problem`.
    """

    def add(problem: Callable[..., Any]) -> Callable[..., Any]:
        registry.networks[name] = Network(
            lambda config: partial(problem, config), tuple(data), tuple(responses), function=problem
        )
        return problem

    return add


def data_set(name: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Add a data set of images, for `data.name`.

    Args:
        name: of the data set.

    Returns:
        A decorator of `data.folder` → (training images, their labels, test images, their labels): bytes
        (n, height, width), and integers (n,). What it returns is part of a run's key.
    """

    def add(load: Callable[..., T]) -> Callable[..., T]:
        registry.data_sets[name] = load
        return load

    return add


def use(paths: Sequence[str]) -> None:
    """Import these files, and forget what others had added.

    Raises:
        UsageError: a file is not there, or cannot be imported.
    """
    files = tuple((path, _hash(path)) for path in paths)
    if files == registry.loaded:
        return
    registry.clear()
    for path in paths:
        _import(path)
    registry.loaded = files


def content_hash() -> str:
    """SHA-256 of the content of the files in use, in hex, wherever they lie."""
    hashes = [digest for _, digest in registry.loaded]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


def schema() -> type[Config]:
    """`Config` with the flags of the files that are in use.

    The classes hold copies of the fields and nothing else of the files, so that they travel to processes
    that have not imported them.
    """
    if not registry.flags:
        return Config
    own = [_copied(cls, f) for cls in registry.flags for f in dataclasses.fields(cls)]
    made = dataclasses.make_dataclass("Flags", own, bases=(Flags,), namespace={"__module__": __name__})
    entry = ("flags", made, field(default_factory=made))
    return dataclasses.make_dataclass("Config", [entry], bases=(Config,), namespace={"__module__": __name__})


def _copied(cls: type, declared: "dataclasses.Field[Any]") -> tuple[str, Any, Any]:
    """Name, type and default of a field, as `make_dataclass` takes them."""
    options: dict[str, Any] = {
        "default": declared.default,
        "default_factory": declared.default_factory,
        "metadata": dict(declared.metadata),
    }
    return declared.name, get_type_hints(cls)[declared.name], field(**options)


def _hash(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError(
            f"plugins: expected Python files, by their paths from the folder of the command, such as "
            f"[mine.py]. Received: {path}: {error.strerror}"
        ) from error


class _Source(SourceFileLoader):
    """Compiles the file as it is now. Python would take bytecode of any text of its size and second."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return self.source_to_code(self.get_data(self.path), self.path)


def _import(path: str) -> None:
    """Run a file as a module; the message on a mistake in it names the line."""
    name = f"{_PREFIX}{Path(path).stem}"
    loader = _Source(name, path) if path.endswith(".py") else None
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None or spec.loader is None:
        raise UsageError(f"plugins: expected a Python file, such as mine.py. Received: {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses look names up
    try:
        spec.loader.exec_module(module)
    except UsageError:
        raise
    except Exception as error:
        raise UsageError(
            f"plugins: expected a file that can be imported. Received: {path}, line {_line(path, error)}: "
            f"{type(error).__name__}: {error}"
        ) from error


def _line(path: str, error: Exception) -> object:
    """The last line of the file that the error passed through."""
    if isinstance(error, SyntaxError):
        return error.lineno
    whole = str(Path(path).resolve())
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if str(Path(frame.filename).resolve()) == whole]
    return lines[-1] if lines else "?"
