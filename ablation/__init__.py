"""Which parts of a neural network earn their keep, and how sure one can be.

Data flows one way: conf → design → training of networks → results → analysis → report.

    import ablation

    study = ablation.sweep(train, factors={"norm": [False, True]}, seeds=5, response="loss")
    study = ablation.Study("runs.csv", {"loss": "lower"}, factors=["norm"], block="seed")  # finished runs
"""

TYPE_CHECKING = (
    False  # as type checkers read it: `typing` takes milliseconds, in which Ctrl-C prints a traceback
)

if TYPE_CHECKING:
    from typing import Any

    from ablation.report.study import Study as Study
    from ablation.sweep.function import sweep as sweep


def __getattr__(name: str) -> "Any":
    """Import `Study` and `sweep` when they are first used; `ablation.sweep` is a module and the function."""
    if name == "sweep":
        from importlib import import_module

        return import_module("ablation.sweep")
    if name == "Study":
        from ablation.report.study import Study

        return Study
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
