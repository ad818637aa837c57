"""The typed schema of conf/: every key, its default and its meaning.

A value that equals the default here is left out of a run's key, so that a key added later leaves finished
runs valid. Changing a default that finished runs relied on is refused when they are found.
"""

from dataclasses import dataclass, field
from typing import Any, Optional

from ablation.app.flags import Flags
from ablation.errors import UsageError

# OmegaConf reads annotations at run time: Optional and builtin containers, no postponed evaluation.


_CHOICES = {
    "optimizer": ("adam", "adamw", "muon"),
    "augmentation": ("none", "shift"),
    "precision": ("float32", "bfloat16"),
    "save_weights": ("best", "all", "none"),
}


@dataclass
class Data:
    """The data."""

    name: str = "mnist_sample"
    """A data set of `ablation.app.data.data`."""
    folder: Optional[str] = None  # noqa: UP045
    """Where the IDX files of a full data set lie; null downloads them once."""
    n_train: Optional[int] = None  # noqa: UP045
    """Number of training images, from the first; null takes all."""
    n_test: Optional[int] = None  # noqa: UP045
    """Number of test images, likewise."""
    size: int = 64
    """Height and width of drawn pictures (`synthetic_density`, `mnist_clutter`), in pixels."""
    seed: int = 0
    """Seed of drawn pictures, and of the choice of test samples in a file."""
    path: Optional[str] = None  # noqa: UP045
    """The file of `npz`: an array per input, the numbers `y`, masks; see docs/density.md."""
    test_share: float = 0.2
    """Share of test samples of an `npz` file that names none."""

    def __post_init__(self) -> None:
        """Refuse what no data set has."""
        _expect(self.seed >= 0, "data.seed", "a number from 0", self.seed)
        _expect(self.size > 0, "data.size", "a number above 0", self.size)
        _expect(0 < self.test_share < 1, "data.test_share", "0 < share < 1", self.test_share)
        for name in ("n_train", "n_test"):
            value = getattr(self, name)
            _expect(value is None or value > 0, f"data.{name}", "a number above 0, or null for all", value)


@dataclass
class Model:
    """The network around the blocks; the defaults are the article's."""

    name: str = "variational"
    """A network of `ablation.app.problems`, or a plugin's."""
    units: list[int] = field(default_factory=lambda: [35, 25, 15, 5])
    """Filters of the first convolution, of each dense block, of the last convolution; of `density`, of each
    convolution of a branch."""
    depth: int = 3
    """Convolution blocks in a dense block."""
    latent: int = 2
    """Size of the bottleneck."""
    shrinkage: float = 1e-3
    """Weight of the Kullback–Leibler term."""
    dropout_rate: float = 0.2
    """Share of activations that `flags.dropout` zeroes."""
    batch_norm_momentum: float = 0.99
    """Weight of the past in the moving statistics. Short trainings need a lower one."""

    def __post_init__(self) -> None:
        """Refuse sizes that give no network."""
        positive = min(self.units, default=0) > 0 and len(self.units) >= 2
        _expect(positive, "model.units", "two or more numbers above 0", self.units)
        _expect(self.depth > 0, "model.depth", "a number above 0", self.depth)
        _expect(self.latent > 0, "model.latent", "a number above 0", self.latent)
        _expect(0 <= self.dropout_rate < 1, "model.dropout_rate", "0 ≤ rate < 1", self.dropout_rate)
        _expect(self.shrinkage >= 0, "model.shrinkage", "a number from 0", self.shrinkage)
        momentum = self.batch_norm_momentum
        _expect(0 <= momentum < 1, "model.batch_norm_momentum", "0 ≤ momentum < 1", momentum)


@dataclass
class Training:
    """Duration and learning rate of training; the defaults are the article's."""

    epochs: int = 25
    """Passes over the training images."""
    batch_size: int = 64
    """Images per step."""
    learning_rate: float = 5e-3
    """Learning rate of the optimiser, at the first step."""
    final_learning_rate: float = 1e-4
    """Enters the article's decay, 2 · (learning_rate − final_learning_rate) / epochs per step."""
    optimizer: str = "adam"
    """`adam`; `adamw`, which lets weights decay apart from the gradient; `muon`, which makes the steps of
    matrices orthogonal. All take Adam's learning rates; see `ablation.app.training.optimizers`."""
    weight_decay: float = 4e-3
    """For `adamw` and `muon`: the share of a matrix that a step takes away, times the learning rate."""
    augmentation: str = "none"
    """`shift`: each training image is moved by up to 2 pixels at random, another way in each epoch; for the
    autoencoders."""
    threads: Optional[int] = None  # noqa: UP045
    """Threads of one process; null takes what the launcher leaves to each of its processes."""
    pack: str = "auto"
    """How many runs JAX trains at once: a number, or `auto` for as many as the device holds (1 on a CPU)."""
    precision: str = "float32"
    """Precision of computing: `float32`, or `bfloat16` with weights and losses in float32."""
    save_weights: str = "best"
    """Whose trained weights are kept: of `all` runs, of `none`, or of the `best` cell and the reference cell
    once the study is done (until then, of all)."""

    def __post_init__(self) -> None:
        """Refuse what cannot be trained."""
        _expect(self.epochs > 0, "training.epochs", "a number above 0", self.epochs)
        _expect(self.batch_size > 0, "training.batch_size", "a number above 0", self.batch_size)
        threads = self.threads is None or self.threads > 0
        _expect(threads, "training.threads", "a number above 0, or null", self.threads)
        _expect(self.learning_rate > 0, "training.learning_rate", "a number above 0", self.learning_rate)
        last = self.final_learning_rate
        expected = f"0 to {self.learning_rate} (no decay), training.learning_rate"
        _expect(0 <= last <= self.learning_rate, "training.final_learning_rate", expected, last)
        is_pack = self.pack == "auto" or (self.pack.isdecimal() and int(self.pack) > 0)
        _expect(is_pack, "training.pack", "auto or a number above 0", self.pack)
        _expect(self.weight_decay >= 0, "training.weight_decay", "a number from 0", self.weight_decay)
        for name, valid in _CHOICES.items():
            value = getattr(self, name)
            _expect(value in valid, f"training.{name}", f"one of {', '.join(valid)}", value)

    @property
    def decay(self) -> float:
        """Of the learning rate: at step t it is learning_rate / (1 + decay · t)."""
        return 2 * (self.learning_rate - self.final_learning_rate) / self.epochs


@dataclass
class Results:
    """Where rows go."""

    folder: str = "runs/${name}"
    """Table, report and logs of the study."""
    url: str = "${results.folder}"
    """The rows: the same folder, or a database such as `postgresql+psycopg://user@host/database#quick`."""
    log: Any = None
    """Trackers that get every run: some of tensorboard, mlflow, wandb, trackio; or each with its URI."""


@dataclass
class Analysis:
    """What the report is about."""

    response: str = "loss"
    """The response whose effects are reported."""
    direction: Optional[str] = None  # noqa: UP045
    """Which values are better: `lower`, `higher`, `zero`, or the number that is best; null: as declared."""
    margin: Optional[float] = None  # noqa: UP045
    """The smallest effect that matters, in % of a positive response where lower is better, else in units."""
    responses: list[str] = field(default_factory=list)
    """More responses to report, each in a section of its own."""
    directions: dict[str, str] = field(default_factory=dict)
    """Which values of those are better, where it is not what the problem declares: response → `higher`."""
    numeric: Any = field(default_factory=list)
    """Factors that enter as numbers, such as `training.learning_rate`: a straight line over their range; or
    factor → `log` for a line in the logarithm."""
    interactions: str = "auto"
    """Highest order of interactions in the model: 1 none, 2 pairs; `auto`: pairs if the runs carry them."""
    alpha: float = 0.05
    """Error rate of tests; intervals have level 1 − alpha."""
    scale: str = "auto"
    """`log` (effects in %), `identity` (in units), or `auto`: log if lower is better and all are positive."""


@dataclass
class Config:
    """One cell and its seeds."""

    name: str = "quick"
    """The study's name, and its folder under runs/."""
    seeds: list[int] = field(default_factory=lambda: [0])
    """One run each."""
    plugins: list[str] = field(default_factory=list)
    """Python files of yours, with flags, blocks, networks or data sets: see docs/your-own-parts.md."""
    flags: Flags = field(default_factory=Flags)
    data: Data = field(default_factory=Data)
    model: Model = field(default_factory=Model)
    training: Training = field(default_factory=Training)
    results: Results = field(default_factory=Results)
    analysis: Analysis = field(default_factory=Analysis)


def _expect(holds: bool, key: str, expected: str, received: object) -> None:
    if not holds:
        raise UsageError(f"{key}: expected {expected}. Received: {received!r}")
