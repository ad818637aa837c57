"""A peer: build, compile and `fit` with Keras, once per argument; each names flags and a seed.

python -m benchmarks.peer_fit flags.batch_norm=true,flags.dropout=false,0
"""

import sys
from typing import Any

import keras
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

from ablation.__main__ import CONF
from ablation.config import Config
from ablation.problems import problem
from ablation.training.cell import Problem


class Trainable(keras.Model):
    """The same network, with its loss where `fit` looks for it."""

    def __init__(self, task: Problem) -> None:
        super().__init__()
        self.network, self.per_image = task.network, task.losses

    def call(self, images: Any, training: bool | None = None) -> Any:
        return self.network(images, training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True) -> Any:  # noqa: ARG002
        return keras.ops.mean(self.per_image(y_pred, {"images": y})["loss"])


def fit(run: str) -> None:
    """One run, as the article does it."""
    *flags, seed = run.split(",")
    with initialize_config_dir(str(CONF.resolve()), version_base="1.3"):
        config = OmegaConf.to_object(compose("config", flags))
    keras.utils.set_random_seed(int(seed))
    task, t = problem(config), config.training
    rate = keras.optimizers.schedules.InverseTimeDecay(t.learning_rate, 1, t.decay)
    model = Trainable(task)
    model.compile(keras.optimizers.Adam(rate))
    train, test = task.train["images"], task.test["images"]
    model.fit(
        train,
        train,
        batch_size=t.batch_size,
        epochs=t.epochs,
        validation_data=(test, test),
        validation_batch_size=500,
        verbose=0,
    )


if __name__ == "__main__":
    ConfigStore.instance().store(name="schema", node=Config)
    for argument in sys.argv[1:]:
        fit(argument)
