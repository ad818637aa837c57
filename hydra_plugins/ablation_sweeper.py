"""The sweeper `ablation`, in the only place where Hydra 1.3 looks for one.

Hydra imports this file whenever any of its apps starts: nothing heavy may be imported here.
"""

import sys
from dataclasses import dataclass, field, fields
from typing import Any, Dict, List, Optional  # noqa: UP035

from hydra.core.config_store import ConfigStore
from hydra.core.object_type import ObjectType
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf


@dataclass
class AblationSweeperConf:
    """`hydra.sweeper` in a configuration."""

    _target_: str = "hydra_plugins.ablation_sweeper.AblationSweeper"
    params: Dict[str, Any] = field(default_factory=dict)  # noqa: UP006
    """Factors: config key → levels, such as `relu,elu`; the first is the reference."""
    design: str = "full_factorial"
    """`full_factorial`, `fractional`, `foldover`, `leave_one_out` or `one_at_a_time`: see docs/designs.md."""
    resolution: Any = None
    """Resolution of a fraction: III, IV or V (or 3, 4, 5), in the fewest runs that reach it."""
    runs: Optional[int] = None  # noqa: UP045
    """Cells of a fraction: the best resolution in that number."""
    generators: List[str] = field(default_factory=list)  # noqa: UP006
    """Generators of a fraction, such as `D=ABC`, instead of the best ones."""
    foldover: Any = False
    """true adds a fraction's mirror image, a factor's name its image in that factor alone."""
    reference: Dict[str, Any] = field(default_factory=dict)  # noqa: UP006
    """The cell that leave_one_out and one_at_a_time start from: factor → level."""
    exclude: List[Any] = field(default_factory=list)  # noqa: UP006
    """Combinations that are left out, such as {batch_norm: true, activation: selu}."""
    when: Any = None
    """Factors that have levels only at some levels of another: `{dropout_rate: {dropout: true}}`."""
    zip: Any = None
    """Keys whose levels change together, as one factor: `{size: [width, depth]}`."""
    union: List[Any] = field(default_factory=list)  # noqa: UP006
    """Several designs as one: `[{factors: [norm, dropout]}, {design: one_at_a_time}]`."""
    replicates: int = 1
    """Seeds per cell, 0 to replicates − 1; `seeds=[…]` on the command line names others."""
    until: Optional[str] = None  # noqa: UP045
    """`settled`: seeds are added and looked at until every verdict is settled; see docs/adaptive.md."""
    max_replicates: int = 20
    """Adaptive study: seeds per cell at most."""
    hopeless: bool = False
    """Adaptive study: whether it also ends when no open verdict is likely to be settled."""
    dropping: bool = True
    """Adaptive study: whether levels that nothing open depends on get no more seeds."""
    order: Optional[int] = 0  # noqa: UP045
    """Seed of the order of jobs, so that a machine's drift is no effect; null keeps the design's order."""
    retries: int = 1
    """How often one command tries runs again that have failed or whose process has died."""
    on_failure: str = "continue"
    """`continue`: other runs go on; `stop`: none begins any more."""
    detach: bool = False
    """Submit jobs to Slurm and end; the same command gathers the results later."""
    jobs_per_gpu: Optional[int] = None  # noqa: UP045
    """Jobs that share each GPU of this machine, and so how many run at once; a job sees one GPU."""
    plan_only: Any = False
    """true shows the plan and trains nothing; `json` prints it as JSON."""
    sweep: str = ""
    """Set by the sweeper for its jobs: which sweep they belong to."""
    gpus: str = ""
    """Set by the sweeper for its jobs: the GPUs that they share."""


@dataclass
class PlainAppConf(AblationSweeperConf):
    """What an app without the decorator sets here as well."""

    study: Optional[str] = None  # noqa: UP045
    """Name of the study, by default that of the app."""
    folder: Optional[str] = None  # noqa: UP045
    """Folder of the study, by default runs/NAME."""
    url: Optional[str] = None  # noqa: UP045
    """Where the rows are, such as a database; by default in the folder."""
    log: Any = None
    """Trackers that get every run: some of tensorboard, mlflow, wandb, trackio; or each with its URI."""
    seed_key: Optional[str] = None  # noqa: UP045
    """The app's key that seeds a run; by default its key `seed`, if it has one."""
    unkeyed: List[str] = field(default_factory=list)  # noqa: UP006
    """Keys, and whole groups, that change no result."""
    metrics: Optional[str] = None  # noqa: UP045
    """File of numbers in the run's folder, if the app returns none: JSON, JSON lines, CSV."""
    metrics_line: str = "last"
    """Of such a file the `last` line, or the one with the `best` response."""
    response: Optional[str] = None  # noqa: UP045
    """What is analysed: a name of the numbers that the app returns; what it calls a number without a name."""
    direction: Any = None
    """Which values are better: `lower`, `higher`, or the number that is best."""
    margin: Optional[float] = None  # noqa: UP045
    """The smallest effect that matters, in % where effects are ratios."""
    responses: List[str] = field(default_factory=list)  # noqa: UP006
    """More responses for the report."""
    directions: Dict[str, Any] = field(default_factory=dict)  # noqa: UP006
    """Response → which of its values are better."""
    numeric: Any = None
    """Factors that enter the analysis as numbers: a list, or `{lr: log}`."""
    interactions: Any = None
    """Highest order of interactions in the model."""
    alpha: Optional[float] = None  # noqa: UP045
    """Error rate of tests, by default 0.05."""
    scale: Optional[str] = None  # noqa: UP045
    """On which effects add: `log`, `identity` or `auto`."""


def _open(conf: type) -> DictConfig:
    """These keys with their types, in a node that takes those of other sweepers, too."""
    typed = OmegaConf.structured(conf)
    keys: Dict[str, Any] = {str(key): typed._get_node(key) for key in typed}  # noqa: UP006
    return OmegaConf.create({"defaults": [{"optional sampler": None}], **keys})  # the sampler is Optuna's


# A job starts with what its sweep has stored, and Hydra 1.4 warns where that is replaced.
if ConfigStore.instance().get_type("hydra/sweeper/ablation.yaml") is ObjectType.NOT_FOUND:
    ConfigStore.instance().store(group="hydra/sweeper", name="ablation", node=_open(PlainAppConf))


class AblationSweeper(Sweeper):
    """Hydra's slot for sweeps; what happens in it is `ablation.sweep.study_sweep`."""

    def __init__(self, **settings: Any) -> None:
        self.settings = settings

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Keep what Hydra hands over, and make the launcher."""
        from ablation.sweep.exits import call

        self._loader, self._call = hydra_context.config_loader, getattr(task_function, "call", call)
        self._call(lambda: self._setup(hydra_context, task_function, config))

    def _setup(self, hydra_context: HydraContext, task: TaskFunction, config: DictConfig) -> None:
        from hydra.core.plugins import Plugins

        from ablation.sweep.app import App
        from ablation.sweep.peers import own_settings
        from ablation.sweep.plain import in_folder, plain_app, refuse_own_settings
        from ablation.sweep.sharing import share
        from ablation.sweep.swept import Swept

        self.settings = own_settings(self.settings, [f.name for f in fields(PlainAppConf)])
        app: Swept
        if isinstance(task, App):
            app, self._master = task, in_folder(config, task.job_folder(config))
            refuse_own_settings(self.settings)
        else:
            app, self._master = plain_app(task, config)
        share(self._master)
        try:
            self._launcher = Plugins.instance().instantiate_launcher(
                hydra_context=hydra_context, task_function=app, config=self._master
            )
        except Exception as error:
            _explain_missing(config.hydra.launcher, error)
            raise
        self._app = app

    def sweep(self, arguments: List[str]) -> None:  # noqa: UP006
        """Run the study."""
        from ablation.sweep.plain import without_own_settings
        from ablation.sweep.study_sweep import StudySweep
        from ablation.sweep.sweep_request import SweepRequest

        settings: Any = OmegaConf.to_container(OmegaConf.create(self.settings), resolve=True)
        own = without_own_settings(settings)
        study = StudySweep(self._app, self._master, self._loader, self._launcher)
        if not self._call(lambda: study.run(SweepRequest.of(arguments, own))):
            sys.exit(1)


def _explain_missing(launcher: Any, error: Exception) -> None:
    """Raise a sentence when the launcher's package is what is missing."""
    from importlib.util import find_spec

    from ablation.errors import UsageError
    from ablation.sweep.launchers import launcher_traits

    root, package, *_ = f"{launcher.get('_target_')}..".split(".")
    if root == "hydra_plugins" and find_spec(f"{root}.{package}") is None:
        extra = launcher_traits(launcher).extra
        advice = f"pip install 'ablation-study[{extra}]'" if extra else f"pip install {package}"
        raise UsageError(
            f"hydra/launcher: expected {package}, which is not installed. Run: {advice}"
        ) from error
