"""Every file of conf/ composes, and the built-in app refuses mistakes before anything is trained."""

import re
import sys
from math import prod
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf

from ablation.app import entry as app
from ablation.app.config import Config
from ablation.app.flags import Flags, levels_of
from ablation.sweep.cell import make_cell

CONF = Path(app.CONF)
STUDIES = sorted(path.stem for path in (CONF / "study").glob("*.yaml"))
FACTORS = {
    "flags.batch_norm": "false,true",
    "flags.dropout": "false,true",
    "flags.attention": "none,spatial",
    "flags.activation": "relu,elu,selu,sigmoid",
}


def composed(*overrides, with_hydra=False):
    GlobalHydra.instance().clear()
    ConfigStore.instance().store(name="schema", node=Config)
    with initialize_config_dir(str(CONF.resolve()), version_base="1.3"):
        return compose("config", list(overrides), return_hydra_config=with_hydra)


@pytest.mark.parametrize("study", STUDIES)
def test_every_study_composes_and_names_levels_that_exist(study):
    cfg = composed(f"study={study}", with_hydra=True)
    assert cfg.name == study
    for factor, levels in cfg.hydra.sweeper.params.items():
        group, _, flag = factor.partition(".")
        if group == "flags":
            assert {str(level).lower() for level in levels_of(flag)} >= set(levels.split(","))


@pytest.mark.parametrize("study", STUDIES)
def test_every_study_says_its_command_what_it_costs_and_what_came_out(study):
    head = (CONF / f"study/{study}.yaml").read_text().partition("defaults:")[0]
    assert f"#   command     ablation sweep {study}" in head
    subset, cells, seeds, runs = re.search(
        r"#   cost +(?:(\d+) of )?([\d×]+) cells × (\d+) seeds? = (\d+) runs.*two cores", head
    ).groups()
    assert re.search(r"#   came out +\w", head)
    sweeper = composed(f"study={study}", with_hydra=True).hydra.sweeper
    levels = sorted(len(text.split(",")) for text in sweeper.params.values())
    assert sorted(map(int, cells.split("×"))) == levels
    n_cells = sweeper.runs or prod(levels)
    assert n_cells == int(subset or prod(levels))
    assert (int(seeds), int(runs)) == (sweeper.replicates, sweeper.replicates * n_cells)


@pytest.mark.parametrize("group", ["data", "model", "training"])
def test_every_file_of_a_group_composes_to_valid_settings(group):
    for path in (CONF / group).glob("*.yaml"):
        assert isinstance(OmegaConf.to_object(composed(f"{group}={path.stem}")), Config)


@pytest.mark.parametrize(("study", "replicates"), [("quick", 3), ("article", 1)])
def test_the_articles_factors_are_swept(study, replicates):
    sweeper = composed(f"study={study}", with_hydra=True).hydra.sweeper
    assert dict(sweeper.params) == FACTORS
    assert sweeper.replicates == replicates


def test_the_articles_study_has_the_articles_settings():
    config = OmegaConf.to_object(composed("study=article"))
    assert (config.model.units, config.model.depth, config.model.latent) == ([35, 25, 15, 5], 3, 2)
    assert (config.model.shrinkage, config.model.dropout_rate, config.model.name) == (
        1e-3,
        0.2,
        "variational",
    )
    assert (config.training.epochs, config.training.batch_size, config.training.learning_rate) == (
        25,
        64,
        5e-3,
    )
    assert config.training.decay == pytest.approx(2 * (5e-3 - 1e-4) / 25)
    assert (config.data.name, config.data.n_train) == ("mnist", None)


def test_flags_declare_what_they_can_be():
    assert levels_of("batch_norm") == (False, True)
    assert levels_of("activation") == ("relu", "elu", "selu", "sigmoid", "prelu")
    assert Flags() == Flags(False, False, "none", "relu")


def test_the_density_model_brings_the_sources_activation_and_training_its_optimiser():
    cfg = composed("model=density", "data=synthetic_density", "training=density", "data.size=128")
    config = OmegaConf.to_object(cfg)
    assert (config.model.name, config.model.units) == ("density", [32, 64, 64, 64])
    assert (config.flags.activation, config.model.dropout_rate) == ("prelu", 0.5)
    assert (config.training.learning_rate, config.training.decay) == (1e-3, 0)
    assert (config.data.name, config.data.size) == ("synthetic_density", 128)
    slower = composed("study=density", "training.learning_rate=1e-4")
    assert OmegaConf.to_object(slower).training.decay == 0
    assert OmegaConf.to_object(composed("model=density", "flags.activation=elu")).flags.activation == "elu"


@pytest.mark.parametrize(
    ("overrides", "cell"),
    [
        ([], "ba055ecf05"),
        (["study=article"], "fec2adb312"),
        (["flags.attention=spatial", "flags.activation=selu"], "1766ba9a16"),
    ],
)
def test_finished_runs_keep_their_names(overrides, cell):
    """Of version 0.1.0: another name would train every run of a study again."""
    assert make_cell(composed(*overrides), Config, app.identity, app._UNKEYED).id == cell


def test_a_files_content_names_its_runs_and_its_path_does_not(tmp_path):
    def key(name, y):
        np.savez(tmp_path / name, rgb=np.zeros((4, 14, 14, 3)), y=np.full(4, y))
        cfg = composed("model=density", "data=npz", f"data.path={tmp_path / name}")
        return make_cell(cfg, Config, app.identity, app._UNKEYED).key(0)

    assert key("one.npz", 1.0) == key("two.npz", 1.0) != key("three.npz", 2.0)


def test_a_run_is_named_by_what_changes_it():
    def key(*overrides):
        return make_cell(composed(*overrides), Config, app.identity, app._UNKEYED).key(0)

    plain = key()
    assert key("training.threads=3", "name=other", "data.folder=/elsewhere", "seeds=[5]") == plain
    for change in ("flags.dropout=true", "data=mnist", "model.latent=3", "training.epochs=3"):
        assert key(change) != plain


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-m", "flags.foo=true"], ["flags.foo", "activation, attention, batch_norm, dropout"]),
        (["-m", "flags.activation=relu,gelu"], ["flags.activation", "relu, elu, selu, sigmoid", "'gelu'"]),
        (["-m", "study=nope"], ["nope", *STUDIES]),
        (["-m", "data=nope"], ["nope", "fashion_mnist", "mnist", "mnist_sample"]),
        (["-m", "data.name=nope"], ["data.name", "mnist_sample, mnist, fashion_mnist", "'nope'"]),
        (["-m", "study=quick,article"], ["study: expected one value"]),
        (["-m", "model=density"], ["model.name=density", "synthetic_density, npz", "'mnist_sample'"]),
        (["-m", "data=synthetic_density"], ["model.name=variational", "mnist_sample, mnist"]),
        (["-m", "model=density", "data=npz"], ["data.path: expected an .npz file", "mask_<input>"]),
        (["-m", "data.seed=-1"], ["data.seed"]),
        (["-m", "training.save_weights=some"], ["training.save_weights", "best, all, none"]),
        (["-m", "model.depth=0"], ["model.depth: expected a number above 0"]),
        (["-m", "model.units=[3]"], ["model.units"]),
        (["-m", "training.learning_rate=1e-5"], ["training.final_learning_rate", "0 to 1e-05 (no decay)"]),
        (["-m", "model.batch_norm_momentum=5"], ["model.batch_norm_momentum: expected 0 ≤ momentum < 1"]),
        (["-m", "model.shrinkage=-1"], ["model.shrinkage: expected a number from 0"]),
        (["-m", "training.epochs=0"], ["training.epochs"]),
        (["-m", "training.batch_size=-1"], ["training.batch_size"]),
        (["-m", "hydra.sweeper.replicates=0"], ["hydra.sweeper.replicates: expected at least 1"]),
    ],
)
def test_a_mistake_is_a_sentence_with_the_valid_names(arguments, expected, monkeypatch, tmp_path, capfd):
    GlobalHydra.instance().clear()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["ablation", *arguments, "hydra/launcher=basic"])
    with pytest.raises(SystemExit) as end:
        app.train()

    captured = capfd.readouterr()
    assert end.value.code == 2
    for words in expected:
        assert words in captured.err
    assert "Traceback" not in captured.err
    assert not (tmp_path / "runs").exists()
