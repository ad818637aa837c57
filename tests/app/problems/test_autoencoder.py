from dataclasses import replace

import numpy as np
import pytest

from ablation.app.config import Config, Data, Model, Training
from ablation.app.flags import Flags
from ablation.app.problems import problem
from ablation.app.training.problem import Schedule
from ablation.app.training.train import train_cell

pytestmark = pytest.mark.slow


def cluttered(name, **flags):
    return Config(
        flags=Flags(**flags),
        data=Data(name="mnist_clutter", n_train=32, n_test=20, size=32),
        model=Model(name=name, units=[2, 3, 2], depth=2, latent=2),
    )


@pytest.mark.parametrize("name", ["variational", "autoencoder"])
def test_an_autoencoder_among_clutter_says_where_it_looks(name):
    made = problem(cluttered(name, attention="spatial"))
    (run,) = train_cell(made, Schedule(1, 16, 1e-2, 0.0), [0])
    maps = ("residual", "grad_cam", "attention", "grad_cam_random", "magnitude")
    assert {f"contrast_auroc.images.{kind}" for kind in maps} <= run.responses.keys()
    assert np.isfinite(list(run.responses.values())).all()
    assert {run.arrays[f"heatmap.images.{kind}"].shape for kind in maps[:3]} == {(6, 32, 32)}
    assert {"input", "reconstruction", "input.images", "mask.images"} <= run.arrays.keys()


def test_without_masks_there_is_nothing_to_score():
    config = cluttered("autoencoder")
    config.data.name = "mnist_sample"
    assert len(problem(config).probes) == 1


def test_the_articles_network_takes_a_step_with_all_newer_parts():
    flags = Flags(norm="rms", residual=True, squeeze_excitation=True, attention="spatial", dropout=True)
    training = Training(augmentation="shift")
    made = problem(Config(flags=flags, data=Data(n_train=64, n_test=8), model=Model(), training=training))
    (run,) = train_cell(replace(made, probes=()), Schedule(1, 64, 5e-3, 0.0, "muon", 4e-3), [0])
    assert made.moved == ("images",)
    assert 0.3 < run.history["train_loss"][0] < 1.0  # ln 2 = 0.69 before anything is learned
    assert run.responses["loss"] < run.history["train_loss"][0]
