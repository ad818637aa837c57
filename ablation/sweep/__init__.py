"""Make a study of any training: `ablation.sweep(train, factors={…})`, or any Hydra app.

    from ablation.sweep import Outcome, main

    @main(config_path="conf")
    def train(config, seeds):
        for seed in seeds:
            yield Outcome(seed, {"loss": ...})

What the framework knows of an app is its config keys, its seeds and the responses it yields.

This module is called as a function, too: a package and a function cannot share a name otherwise, as the
import of a submodule gives its parent the module, whatever stood there.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ablation.extras import needed
from ablation.results import Outcome, Response

if TYPE_CHECKING:
    from ablation.sweep.app import App as App
    from ablation.sweep.app import main as main
    from ablation.sweep.cell import Cell as Cell
    from ablation.sweep.packs import Packs as Packs

__all__ = ["App", "Cell", "Outcome", "Packs", "Response", "main"]

_PLACES = {"App": "app", "Cell": "cell", "Packs": "packs", "main": "app"}
"""What is imported when it is first used, as `ablation status` needs no Hydra."""


class _Callable(ModuleType):
    """This module, as the function `ablation.sweep.function.sweep`."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        with needed("Sweeps need", "sweep"):
            from ablation.sweep.function import sweep

        return sweep(*arguments, **options)


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with needed("Sweeps need", "sweep"):
        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


sys.modules[__name__].__class__ = _Callable
