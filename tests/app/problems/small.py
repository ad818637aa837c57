"""Configurations that are trained in seconds."""

from typing import Any

from ablation.app.config import Config, Data, Model, Training
from ablation.app.flags import Flags


def small_density(epochs: int = 1, n_train: int = 64, **flags: Any) -> Config:
    return Config(
        flags=Flags(**{"activation": "prelu", **flags}),
        data=Data(name="synthetic_density", size=24, n_train=n_train, n_test=30),
        model=Model(name="density", units=[4, 4, 4], dropout_rate=0.5, batch_norm_momentum=0.9),
        training=Training(epochs=epochs, batch_size=16, learning_rate=3e-3, final_learning_rate=3e-3),
    )
