"""A peer: build, compile and `fit` with Keras, once per argument; each names flags and a seed.

python -m benchmarks.peer_fit "flags.batch_norm=true flags.dropout=false 0"
"""

import sys
import time
from typing import Any

import keras
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, OmegaConf

from ablation.app.config import Config
from ablation.app.places import CONF
from ablation.app.problems import problem
from ablation.app.training.problem import Problem
from benchmarks.spent import Spent, tell


class Trainable(keras.Model):
    """The same network, with its loss where `fit` looks for it."""

    def __init__(self, task: Problem) -> None:
        super().__init__()
        self.network, self.per_image = task.network, task.losses

    def call(self, images: Any, training: bool | None = None) -> Any:
        return self.network(images, training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True) -> Any:  # noqa: ARG002
        return keras.ops.mean(self.per_image(y_pred, {"images": y})["loss"])


class Clock(keras.callbacks.Callback):
    """What the steps took, and the measuring between them."""

    def __init__(self) -> None:
        super().__init__()
        self.spent, self._start, self._epoch = Spent(), 0.0, 0

    def on_epoch_begin(self, epoch, logs=None) -> None:  # noqa: ARG002
        self._epoch, self._start = epoch, time.perf_counter()

    def on_train_batch_end(self, batch, logs=None) -> None:  # noqa: ARG002
        if self._epoch == batch == 0:
            self._start = time.perf_counter()

    def on_test_begin(self, logs=None) -> None:  # noqa: ARG002
        now = time.perf_counter()
        self.spent, self._start = self.spent + Spent(train_seconds=now - self._start), now

    def on_test_end(self, logs=None) -> None:  # noqa: ARG002
        self.spent += Spent(measure_seconds=time.perf_counter() - self._start)


def fit(run: str) -> tuple[float, Spent]:
    """One run, as the article does it, of its overrides and its seed: see `fit_config`."""
    *overrides, seed = run.split()
    ConfigStore.instance().store(name="schema", node=Config)
    with initialize_config_dir(str(CONF.resolve()), version_base="1.3"):
        return fit_config(compose("config", overrides), int(seed))


def fit_config(cfg: DictConfig, seed: int) -> tuple[float, Spent]:
    """The loss on the test images, and what it took."""
    config = OmegaConf.to_object(cfg)
    keras.utils.set_random_seed(seed)
    task, t = problem(config), config.training
    rate = keras.optimizers.schedules.InverseTimeDecay(t.learning_rate, 1, t.decay)
    model, clock = Trainable(task), Clock()
    model.compile(keras.optimizers.Adam(rate))
    train, test = task.train["images"], task.test["images"]
    history = model.fit(
        train,
        train,
        batch_size=t.batch_size,
        epochs=t.epochs,
        validation_data=(test, test),
        validation_batch_size=500,
        callbacks=[clock],
        verbose=0,
    )
    return history.history["val_loss"][-1], clock.spent


if __name__ == "__main__":
    tell(fit(argument)[1] for argument in sys.argv[1:])
