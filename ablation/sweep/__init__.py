"""How any Hydra app becomes a study: it trains a cell from seeds, and the framework does the rest.

    from ablation.sweep import Outcome, main

    @main(config_path="conf")
    def train(config, seeds):
        for seed in seeds:
            yield Outcome(seed, {"loss": ...})

What the framework knows of an app is its config keys, its seeds and the responses it yields.
"""

from ablation.results import Outcome, Response
from ablation.sweep.app import App, main
from ablation.sweep.cell import Cell

__all__ = ["App", "Cell", "Outcome", "Response", "main"]
