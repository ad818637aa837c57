"""A user's own flags, blocks, networks and data sets, from a file beside the study."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf

from ablation.app import entry, plugins
from ablation.app.config import Config
from ablation.app.named_plugins import named_plugins
from ablation.errors import UsageError
from ablation.sweep.cell import make_cell

NOISE = """
from ablation.app.plugins import block, flags

@flags
class Mine:
    noise: bool = False

@block
def add_noise(x, settings, name):
    from keras import layers
    return layers.GaussianNoise(0.1, name=f"{name}_noise")(x) if settings.flags.noise else x
"""
STRIPES = """
import numpy as np
from ablation.app.plugins import data_set

@data_set("stripes")
def stripes(folder):
    images = np.zeros((40, 16, 16), np.uint8)
    images[::2, ::4] = 255
    labels = np.arange(40) % 2
    return images[:30], labels[:30], images[30:], labels[30:]
"""
LINE = """
from ablation.app.plugins import network

@network("line", data=["mnist_sample"])
def line(config):
    import keras
    from ablation.app.data.data import load_images
    from ablation.app.training.problem import Problem

    data = load_images("mnist_sample", n_train=8, n_test=8)
    images = keras.Input((28, 28, 1), name="images")
    y = keras.layers.Dense(1, name="line")(keras.layers.Flatten()(images))
    model = keras.Model(images, {"y": y})
    losses = lambda outputs, batch: {"loss": keras.ops.abs(outputs["y"][:, 0])}
    return Problem(model, losses, ("loss",), {"images": data.train}, {"images": data.test})
"""


@pytest.fixture(autouse=True)
def nothing_in_use_afterwards():
    yield
    plugins.use([])


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(text, name="mine.py"):
        (tmp_path / name).write_text(text)
        return name

    return write


def composed(*overrides):
    GlobalHydra.instance().clear()
    ConfigStore.instance().store(name="schema", node=plugins.schema())
    with initialize_config_dir(str(entry.CONF.resolve()), version_base="1.3"):
        return compose("config", list(overrides))


def cell(*overrides):
    return make_cell(composed(*overrides), plugins.schema(), entry.identity, entry._UNKEYED)


def test_a_flag_of_a_plugin_is_a_flag_like_any_other(write):
    plugins.use([write(NOISE)])
    named = "plugins=[mine.py]"
    assert cell(named).config["flags.noise"] is False
    assert cell(named, "flags.noise=true").key(0) != cell(named).key(0)
    assert cell(named, "flags.noise=false").key(0) == cell(named).key(0)
    plugins.use([])
    assert "flags.noise" not in cell().config


def test_the_content_of_a_plugin_is_part_of_a_key_and_its_place_is_not(write):
    keys = []
    for text, name in [(NOISE, "one.py"), (NOISE, "two.py"), (NOISE + "# changed", "one.py")]:
        plugins.use([write(text, name)])
        keys.append(cell(f"plugins=[{name}]").key(0))
    assert keys[0] == keys[1] != keys[2]
    plugins.use([])
    assert cell().key(0) not in keys


@pytest.mark.parametrize(
    "overrides",
    [("model=small",), ("model=density", "data=synthetic_density", "data.n_train=8", "data.n_test=4")],
)
def test_a_block_of_a_plugin_acts_in_every_network_where_its_flag_is_on(write, overrides):
    from ablation.app.problems import problem

    plugins.use([write(NOISE)])
    for level in ("true", "false"):
        config = OmegaConf.to_object(composed(f"flags.noise={level}", *overrides))
        names = [layer.name for layer in problem(config).network.layers]
        assert any(name.endswith("_noise") for name in names) == (level == "true")


def test_a_data_set_of_a_plugin_is_loaded_and_named_by_its_content(write, monkeypatch):
    from ablation.app.data.data import load_images

    def edited(text):
        """A file of the same size, edited in the same second, is new to Python only by its content."""
        os.utime(path := write(text), (1e9, 1e9))
        return path

    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    named = ("plugins=[mine.py]", "data.name=stripes", "model=small")
    plugins.use([edited(STRIPES)])
    first = cell(*named)
    images = load_images("stripes", n_train=10)
    assert images.train.shape == (10, 16, 16, 1)
    assert images.train.max() == 1
    assert len(images.test_labels) == 10
    plugins.use([edited(STRIPES.replace("255", "128"))])
    assert cell(*named).identity["data"] != first.identity["data"]
    assert load_images("stripes", n_train=10).train.max() == pytest.approx(128 / 255)


def test_a_data_set_of_another_shape_is_refused(write):
    plugins.use([write(STRIPES.replace("np.uint8", "np.float32"))])
    with pytest.raises(UsageError, match=r"data.name=stripes: expected .* Received: float32 \(30, 16, 16\)"):
        cell("plugins=[mine.py]", "data.name=stripes")


def test_a_network_of_a_plugin_is_built_and_knows_its_data(write):
    from ablation.app.problems import problem

    plugins.use([write(LINE)])
    config = OmegaConf.to_object(composed("model.name=line"))
    made = problem(config)
    assert made.network(np.zeros((2, 28, 28, 1)))["y"].shape == (2, 1)
    with pytest.raises(UsageError, match=r"model\.name=line learns from one of mnist_sample"):
        cell("plugins=[mine.py]", "model.name=line", "data=mnist")
    with pytest.raises(UsageError, match="one of variational, autoencoder, density, line"):
        cell("plugins=[mine.py]", "model.name=lime")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("flags = (", r"mine\.py, line 1: SyntaxError"),
        ("\n\nimport nothing_of_the_kind", r"mine\.py, line 3: ModuleNotFoundError"),
        ("from ablation.app.plugins import flags\n@flags\nclass A:\n    dropout: bool = True", "built in"),
        ("from ablation.app.plugins import flags\n@flags\nclass A:\n    new: bool", "needs a default"),
    ],
)
def test_a_mistake_in_a_plugin_is_told_with_its_line(write, text, sentence):
    with pytest.raises(UsageError, match=sentence):
        plugins.use([write(text)])


def test_a_plugin_that_is_not_there_is_told():
    with pytest.raises(UsageError, match=r"plugins: expected Python files.*Received: none\.py: No such file"):
        plugins.use(["none.py"])


def test_plugins_are_found_in_the_command_or_else_in_the_study(tmp_path):
    own, packaged = tmp_path / "own", tmp_path / "packaged"
    for folder in (own, packaged):
        (folder / "study").mkdir(parents=True)
    (packaged / "config.yaml").write_text("defaults: [schema, {study: quick}]")
    (packaged / "study/quick.yaml").write_text("plugins: [a.py]")
    folders = [own, packaged]
    assert named_plugins([], folders) == ["a.py"]
    (own / "study/quick.yaml").write_text("plugins: b.py")
    assert named_plugins(["-m", "flags.x=1,2"], folders) == ["b.py"]
    assert named_plugins(["study=other"], folders) == []
    assert named_plugins(["study=quick", "plugins=[c.py,d.py]"], folders) == ["c.py", "d.py"]
    (own / "study/quick.yaml").write_text("plugins: [")
    assert named_plugins([], folders) == []


def test_a_schema_without_plugins_is_the_built_in_one():
    assert plugins.schema() is Config


def plan(folder, root):
    """`python -m ablation`, as a user plans the default study in a folder."""
    command = [sys.executable, "-m", "ablation", "-m", "hydra.sweeper.plan_only=true"]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_the_main_file_of_another_app_is_refused(tmp_path, root):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/config.yaml").write_text("defaults: [db: mysql]")
    done = plan(tmp_path, root)
    assert done.returncode == 2
    assert "conf/config.yaml: expected this app's main file" in done.stderr
    assert "Traceback" not in done.stderr


def test_studies_of_the_folder_win_over_those_of_the_package(tmp_path, root):
    (tmp_path / "conf/study").mkdir(parents=True)
    (tmp_path / "conf/study/quick.yaml").write_text(
        "# @package _global_\nname: own\nplugins: [mine.py]\n"
        "hydra: {sweeper: {params: {flags.noise: 'false,true'}}}\n"
    )
    (tmp_path / "mine.py").write_text(NOISE)
    done = plan(tmp_path, root)
    assert done.returncode == 0, done.stderr
    assert "Study own" in done.stdout
    assert "2 cells × 1 seed" in done.stdout
