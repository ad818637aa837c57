"""Changes that a user makes, as patches: what is replaced in which files, and what files are new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Change:
    """A change.

    Args:
        name: what is added.
        edits: path → pairs of a text that stands in the file once, and what stands there then.
        files: path → content of a new file.
    """

    name: str
    edits: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def after(line: str, *new: str) -> tuple[str, str]:
    """New lines behind a line."""
    return line, "\n".join([line, *new])


FLAG = Change(
    "a flag",
    {
        "ablation/app/flags.py": [
            after(
                "    dropout: bool = False",
                '    """Zero a share of the activations."""',
                "    halved: bool = False",
            )
        ],
        "ablation/app/networks/blocks.py": [
            after(
                "    x = attend(x, settings, name)",
                "    if settings.flags.halved:",
                '        x = layers.Rescaling(0.5, name=f"{name}_halved")(x)',
            )
        ],
    },
    {
        "conf/study/mine.yaml": """\
# @package _global_
defaults:
  - override /model: small
  - override /training: short
name: mine
hydra:
  sweeper:
    params:
      flags.halved: false,true
"""
    },
)

ATTENTION_LEVEL = Change(
    "an attention level",
    {
        "ablation/app/flags.py": [
            after('    "gaussian": "gaussian.GaussianAttention",', '    "brightest": "brightest.Brightest",')
        ]
    },
    {
        "ablation/app/networks/attention/brightest.py": '''\
"""Only the brightest channel of each pixel counts."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ablation")
class Brightest(keras.layers.Layer):
    """Multiply each pixel by its largest channel."""

    def call(self, inputs):
        """Weigh the images, (batch, height, width, channels)."""
        return inputs * ops.max(inputs, axis=-1, keepdims=True)
'''
    },
)

NETWORK = Change(
    "a network",
    {"ablation/app/problems/__init__.py": [after('    "density": "density",', '    "line": "line",')]},
    {
        "ablation/app/networks/line.py": '''\
"""One dense layer."""

import keras
from keras import layers


def build_line(shape):
    """Images → the sum of their weighted pixels."""
    images = keras.Input(shape, name="images")
    y = layers.Dense(1, name="line")(layers.Flatten(name="flat")(images))
    return keras.Model(images, {"y": y}, name="line")
''',
        "ablation/app/problems/line.py": '''\
"""Learn to say 1 of every image."""

from functools import partial

from ablation.app.data.data import image_loader
from ablation.app.problems.network import Network
from ablation.results import Response


def prepare(config):
    return partial(_build, image_loader(config.data))


def _build(load):
    from ablation.app.networks.line import build_line
    from ablation.app.training.problem import Problem

    images = load()
    network = build_line(images.train.shape[1:])
    return Problem(network, losses, ("loss",), {"images": images.train}, {"images": images.test})


def losses(outputs, batch):
    from keras import ops

    return {"loss": ops.square(outputs["y"][:, 0] - 1)}


NETWORK = Network(
    prepare, ("mnist_sample",), (Response("loss"),), source="ablation.app.networks.line:build_line"
)
''',
        "conf/model/line.yaml": "name: line\n",
    },
)

RESPONSE = Change(
    "a response",
    {
        "ablation/app/problems/autoencoder.py": [
            (
                'Response("kl"))',
                'Response("kl"), Response("brightness", "%", "higher"))',
            ),
            (
                '"reconstruction_loss": reconstruction_loss, "kl": kl}',
                '"reconstruction_loss": reconstruction_loss, "kl": kl,\n'
                '            "brightness": 100 * ops.mean(outputs["reconstruction"], axis=(1, 2, 3))}',
            ),
        ]
    },
)

_AT_MOST = '''\
def _at_most(request: DesignRequest) -> Cells:
    """The cells in which few factors are off their reference."""
    most = request.options.get("most", 2)
    every = _full_factorial(request).codes
    codes = every[(every != np.array(request.reference)).sum(axis=1) <= most]
    return Cells(codes, f"at most {most} factors off their reference")


_KINDS = {
'''

DESIGN = Change(
    "a design",
    {"ablation/design/make.py": [("_KINDS = {\n", _AT_MOST + '    "at_most": _Kind(_at_most),\n')]},
)

OPTION = Change(
    "an option of a design",
    {
        "ablation/design/make.py": [
            ("_KINDS = {\n", _AT_MOST + '    "at_most": _Kind(_at_most, ("most",)),\n')
        ],
        "hydra_plugins/ablation_sweeper.py": [
            after(
                "    foldover: Any = False",
                "    most: Optional[int] = None",
            )
        ],
    },
)

SECTION = Change(
    "a section of the report",
    {
        "ablation/report/sections/build.py": [
            after(
                "from ablation.report.sections.cells import best_cells, best_in_short",
                "from ablation.report.sections.counts import counts",
            ),
            ("    diagnostics,\n)", "    diagnostics,\n    counts,\n)"),
        ]
    },
    {
        "ablation/report/sections/counts.py": '''\
"""How many runs there are."""

from ablation.report.document import Prose, Section


def counts(study, answer, drawer):
    """A sentence."""
    return Section("counts", "How many runs", [Prose(f"There are {len(study.table)} rows.")])
'''
    },
)

SOURCE = Change(
    "a source of runs",
    {"ablation/sources/registry.py": [after('    "dvc",', '    "notebook",')]},
    {
        "ablation/sources/notebook.py": '''\
"""A file with a line for each run."""

from pathlib import Path

from ablation.sources.source import Found, Run, Source


def read(place, settings):
    """Names and losses."""
    lines = [line.split() for line in Path(place).read_text().splitlines()]
    return Found([Run(name, {"flag": name}, {"loss": float(loss)}) for name, loss in lines])


SOURCE = Source("notebook", "a notebook", {}, lambda place: place.endswith(".notes"), read)
'''
    },
)

TRACKER = Change(
    "a tracker",
    {"ablation/trackers/registry.py": [after('"trackio"', ', "notebook"')]},
    {
        "ablation/trackers/notebook.py": '''\
"""A file with a line for each run."""

from pathlib import Path

from ablation.trackers.tracker import Tracker


class Notebook:
    place = "mine.notes"

    def sent(self, keys):
        lines = Path(self.place).read_text().split() if Path(self.place).exists() else []
        return {key: False for key in keys if key in lines}

    def send(self, run):
        with Path(self.place).open("a") as file:
            print(run.key, file=file)

    def close(self):
        pass


TRACKER = Tracker("notebook", "json", "nothing", lambda *_: Notebook())
'''
    },
)

BACKEND = Change(
    "a backend",
    {
        "ablation/app/training/backends.py": [
            after('    "jax": "ablation.app.training.jax",', '    "numpy": "ablation.app.training.stub",')
        ]
    },
    {
        "ablation/app/training/stub/device.py": '''\
"""No device at all."""


def prepare(threads):
    return "a stub"


def is_out_of_memory(error):
    return False
''',
        "ablation/app/training/stub/loop.py": '''\
"""Trains nothing: the loss of a run is its seed."""

from ablation.results.outcome import Outcome


def train(problem, schedule, seeds, pack):
    for seed in seeds:
        yield Outcome(seed, {"loss": float(seed)}, provenance={"backend": "numpy"})


def value_and_gradients(function, tensors):
    raise NotImplementedError
''',
    },
)
