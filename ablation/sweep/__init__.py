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
from types import ModuleType
from typing import Any

from ablation.extras import needed
from ablation.results import Outcome, Response

with needed("Sweeps need", "sweep"):
    from ablation.sweep.app import App, main
    from ablation.sweep.cell import Cell
    from ablation.sweep.packs import Packs

__all__ = ["App", "Cell", "Outcome", "Packs", "Response", "main"]


class _Callable(ModuleType):
    """This module, as the function `ablation.sweep.function.sweep`."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        from ablation.sweep.function import sweep

        return sweep(*arguments, **options)


sys.modules[__name__].__class__ = _Callable
