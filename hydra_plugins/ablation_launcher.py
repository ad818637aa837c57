"""The launcher `ablation`, in the only place where Hydra 1.3 looks for one.

Hydra imports this file whenever any of its apps starts: nothing heavy may be imported here.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Sequence  # noqa: UP035

from hydra.core.config_store import ConfigStore
from hydra.core.object_type import ObjectType
from hydra.core.utils import JobReturn, configure_log, filter_overrides
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

log = logging.getLogger(__name__)


@dataclass
class LocalLauncherConf:
    """`hydra.launcher` in a configuration."""

    _target_: str = "hydra_plugins.ablation_launcher.LocalLauncher"
    n_jobs: Optional[int] = None  # noqa: UP045
    """Processes at once: null for one per core, or per GPU where there are any."""


# A job starts with what its sweep has stored, and Hydra 1.4 warns where that is replaced.
if ConfigStore.instance().get_type("hydra/launcher/ablation.yaml") is ObjectType.NOT_FOUND:
    ConfigStore.instance().store(group="hydra/launcher", name="ablation", node=LocalLauncherConf)


class LocalLauncher(Launcher):
    """The cores of this machine: a process for each job, or joblib's where these cannot be forked.

    Args:
        n_jobs: processes at once; see `LocalLauncherConf`.
    """

    def __init__(self, n_jobs: Optional[int] = None) -> None:  # noqa: UP045
        self.n_jobs = n_jobs
        self._forks: Any = None

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Keep what Hydra hands over."""
        self._context, self._task, self._config = hydra_context, task_function, config

    def start(self) -> None:
        """Begin the imports of jobs that are soon to come."""
        from ablation.sweep.forks import Forks
        from ablation.sweep.launchers import n_local
        from ablation.sweep.workers import can_fork

        if self._forks is None and can_fork():
            self._forks = Forks(self._task, n_local({"n_jobs": self.n_jobs}))

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Do jobs, and wait for them."""
        self.start()
        if self._forks is None:
            return self._joblib().launch(job_overrides, initial_job_idx)
        configure_log(self._config.hydra.hydra_logging, self._config.hydra.verbose)
        folder = Path(str(self._config.hydra.sweep.dir))
        folder.mkdir(parents=True, exist_ok=True)
        log.info("Launching %d jobs, sweep output dir : %s", len(job_overrides), folder)
        for i, overrides in enumerate(job_overrides, initial_job_idx):
            log.info("\t#%d : %s", i, " ".join(filter_overrides(overrides)))
        try:
            returned: Sequence[JobReturn] = self._forks.run(
                self._context, self._config, self._task, job_overrides, initial_job_idx
            )
        except BaseException:
            self.end()
            raise
        return returned

    def end(self) -> None:
        """End all processes; a later launch starts others."""
        if self._forks is not None:
            self._forks.end()
            self._forks = None

    def _joblib(self) -> Launcher:
        from hydra_plugins.hydra_joblib_launcher.joblib_launcher import JoblibLauncher

        from ablation.sweep.launchers import n_local

        launcher: Launcher = JoblibLauncher(n_jobs=n_local({"n_jobs": self.n_jobs}), batch_size=1)
        launcher.setup(hydra_context=self._context, task_function=self._task, config=self._config)
        return launcher
