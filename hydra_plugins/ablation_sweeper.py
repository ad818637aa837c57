"""The sweeper `ablation`, in the only place where Hydra 1.3 looks for one.

Hydra imports this file whenever any of its apps starts: nothing heavy may be imported here.
"""

from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional  # noqa: UP035

from hydra.core.config_store import ConfigStore
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


@dataclass
class AblationSweeperConf:
    """`hydra.sweeper` in a configuration."""

    _target_: str = "hydra_plugins.ablation_sweeper.AblationSweeper"
    params: Dict[str, Any] = field(default_factory=dict)  # noqa: UP006
    """Factors: config key → levels, such as `relu,elu`; the first is the reference."""
    replicates: int = 1
    """Seeds per cell, 0 to replicates − 1; `seeds=[…]` on the command line names others."""
    retries: int = 1
    """How often one command tries runs again that have failed or whose process has died."""


ConfigStore.instance().store(group="hydra/sweeper", name="ablation", node=AblationSweeperConf)


class AblationSweeper(Sweeper):
    """Hydra's slot for sweeps; what happens in it is `ablation.sweep.study`."""

    def __init__(self, params: Optional[Dict[str, Any]], replicates: int, retries: int) -> None:  # noqa: UP006, UP045
        self.params, self.replicates, self.retries = params or {}, replicates, retries

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Keep what Hydra hands over, and make the launcher."""
        from hydra.core.plugins import Plugins

        self._loader, self._task, self._master = hydra_context.config_loader, task_function, config
        self._launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: List[str]) -> None:  # noqa: UP006
        """Conduct the study."""
        from ablation.errors import UsageError
        from ablation.sweep.app import App
        from ablation.sweep.study import Request, Study

        if not isinstance(self._task, App):
            raise UsageError("Expected an app decorated with @ablation.sweep.main, whose runs are recorded")
        study = Study(self._task, self._master, self._loader, self._launcher)
        study.conduct(Request(self.params, self.replicates, self.retries, arguments))
