"""How many programs a study takes on JAX, which a plan says without Keras."""

import os
import subprocess
import sys

import pytest

from ablation.app.config import Config, Model, Training
from ablation.app.flags import Flags
from ablation.app.packs import kind, off
from ablation.sweep.cell import flatten


@pytest.fixture(autouse=True)
def on_jax(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.delenv("JAX_PLATFORMS", raising=False)
    monkeypatch.setattr("ablation.app.packs.count_gpus", lambda: 0)


def cell(**parts):
    return flatten(Config(**parts))


def test_what_numbers_tell_apart_is_one_kind():
    same = [
        cell(),
        cell(flags=Flags(dropout=True)),
        cell(flags=Flags(dropout=True), model=Model(dropout_rate=0.5)),
        cell(flags=Flags(activation="selu")),
        cell(training=Training(learning_rate=1e-3)),
        cell(training=Training(final_learning_rate=0)),
    ]
    assert len({kind(values) for values in same}) == 1
    assert kind(cell()) is not None


def test_what_changes_weights_shapes_or_length_is_a_kind_of_its_own():
    others = [
        cell(),
        cell(flags=Flags(batch_norm=True)),
        cell(flags=Flags(attention="spatial")),
        cell(flags=Flags(activation="prelu")),
        cell(model=Model(latent=3)),
        cell(model=Model(name="autoencoder")),
        cell(training=Training(epochs=3)),
        cell(training=Training(batch_size=8)),
        cell(training=Training(precision="bfloat16")),
    ]
    assert len({kind(values) for values in others}) == len(others)
    prelu = [cell(flags=Flags(activation="prelu", dropout=d)) for d in (False, True)]
    assert len({kind(values) for values in prelu}) == 1


def test_parts_of_the_user_s_train_alone_as_do_other_backends(monkeypatch):
    assert kind(cell(plugins=["mine.py"])) is None
    assert kind(cell(model=Model(name="mine"))) is None
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    assert kind(cell()) is None
    monkeypatch.delenv("KERAS_BACKEND")
    assert kind(cell()) is None


def test_cells_train_one_by_one_where_a_pack_is_one_run(monkeypatch):
    assert "training.pack=1" in off(cell(training=Training(pack="1")))
    assert off(cell(training=Training(pack="8"))) == ""
    assert "CPU" in off(cell())
    monkeypatch.setattr("ablation.app.packs.count_gpus", lambda: 1)
    assert off(cell()) == ""
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    assert "CPU" in off(cell())


@pytest.mark.parametrize(
    ("pack", "said"),
    [
        ("32", "4 programs instead of 32: cells that differ in numbers alone train in one.\n"),
        (
            "auto",
            "32 programs, one for each cell, as training.pack=auto is 1 on a CPU; 4 programs would do.",
        ),
    ],
)
def test_the_plan_of_the_article_says_how_many_programs_it_takes(root, tmp_path, pack, said):
    plan = "-m study=article hydra.sweeper.plan_only=true hydra.launcher.n_jobs=2"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "ablation", *plan.split(), f"training.pack={pack}",
         f"results.folder={tmp_path}"],
        cwd=root, env=os.environ | {"CUDA_VISIBLE_DEVICES": "-1"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said in done.stdout
    assert "keras" not in done.stderr, "a second is enough"
