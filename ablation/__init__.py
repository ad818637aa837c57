"""Which parts of a neural network earn their keep, and how sure one can be.

Data flows one way: conf → design → training of networks → results → analysis → report.

    import ablation

    study = ablation.sweep(train, factors={"norm": [False, True]}, seeds=5, response="loss")
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ablation.sweep.function import sweep as sweep


def __getattr__(name: str) -> Any:
    """Import `ablation.sweep` when it is first used: a module that is the function as well."""
    if name == "sweep":
        from importlib import import_module

        return import_module("ablation.sweep")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
