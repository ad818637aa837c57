"""Which settings a network reads is known before anything is built, and it is what building reads."""

import os
import subprocess
import sys
from dataclasses import fields

import pytest

from ablation.app import plugins
from ablation.app.config import Config
from ablation.app.flags import Flags
from ablation.app.problems import NETWORKS, network_of
from ablation.app.settings_read import View, flags_read, refuse_unread, settings_read
from ablation.errors import UsageError
from ablation.sweep.cell import flatten

DATA = ("mnist_sample", "mnist_clutter", "synthetic_density")
SMALL = {"model.units": [2, 3, 2], "data.n_train": 4, "data.n_test": 4, "data.size": 28}


def settings(**changes):
    """A flat configuration; `model__name` stands for `model.name`."""
    return {**flatten(Config()), **SMALL, **{key.replace("__", "."): v for key, v in changes.items()}}


def fitting(name):
    sets = network_of(name).data
    return [data for data in DATA if (data in sets if sets else data.startswith("mnist"))]


@pytest.mark.parametrize(("name", "data"), [(n, d) for n in NETWORKS for d in fitting(n)])
@pytest.mark.parametrize(
    "flags", [{}, {"dropout": True, "batch_norm": True, "attention": "spatial"}, {"norm": "batch"}]
)
def test_a_plan_knows_what_building_reads(name, data, flags):
    values = settings(model__name=name, data__name=data, **{f"flags__{k}": v for k, v in flags.items()})
    read = set()
    build = network_of(name).prepare(View(values, read))
    before = set(read)
    build()
    assert {key for key in read - before if not key.startswith("flags.")} == set()
    of_loops = {key for key in values if key.startswith(("training.", "plugins"))} - {"training.augmentation"}
    assert read == settings_read(values) - of_loops


@pytest.mark.parametrize(
    ("factor", "values"),
    [
        ("model.latent", settings(model__name="density", data__name="synthetic_density")),
        ("model.depth", settings(model__name="density", data__name="synthetic_density")),
        ("model.shrinkage", settings(model__name="autoencoder")),
        ("model.dropout_rate", settings(flags__dropout=False)),
        ("model.batch_norm_momentum", settings(model__name="density", data__name="synthetic_density")),
        ("data.size", settings()),
        ("data.seed", settings()),
        ("data.test_share", settings(model__name="density", data__name="synthetic_density")),
        ("flags.unheard_of", settings(flags__unheard_of=False)),
    ],
)
def test_a_factor_that_no_cell_reads_is_refused_by_name(factor, values):
    with pytest.raises(UsageError, match=rf"^{factor}: expected .*Leave {factor} out of the sweep"):
        refuse_unread(["flags.batch_norm", factor], [values])


def test_the_refusal_names_networks_that_read_the_factor():
    values = settings(model__name="density", data__name="synthetic_density")
    with pytest.raises(UsageError, match=r"model\.name=density.*variational, autoencoder"):
        refuse_unread(["model.latent"], [values])


def test_the_refusal_names_no_network_that_refuses_another_setting():
    values = settings(model__name="autoencoder", training__augmentation="shift")
    with pytest.raises(
        UsageError, match=r"^model\.shrinkage: .*or choose a network that reads it \(variational\)"
    ):
        refuse_unread(["model.shrinkage"], [values])


def test_one_cell_that_reads_a_factor_is_enough():
    cells = [settings(flags__dropout=level) for level in (False, True)]
    refuse_unread(["model.dropout_rate", "flags.dropout"], cells)
    both = [settings(model__name=name, data__name="synthetic_density") for name in ("density", "variational")]
    refuse_unread(["model.latent", "model.name"], both)


@pytest.mark.parametrize("factor", ["training.learning_rate", "training.precision", "data.name"])
def test_what_every_run_depends_on_is_a_factor(factor):
    refuse_unread([factor], [settings(model__name=name) for name in NETWORKS])


def test_flags_are_found_in_the_functions_that_are_called_and_in_no_others():
    blocks = "ablation.app.networks.blocks"
    assert flags_read(f"{blocks}:activation") == {"activation"}
    assert flags_read(f"{blocks}:disturb") == {"dropout"}
    assert flags_read(f"{blocks}:excite") == {"squeeze_excitation"}
    assert flags_read(f"{blocks}:dense_block") == {flag.name for flag in fields(Flags)}


def test_flags_of_a_plugin_count_where_its_block_acts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("def part(x, settings, name):\n    return settings.flags.noise and x\n")
    values = settings(flags__noise=False)
    with pytest.raises(UsageError, match=r"flags\.noise"):
        refuse_unread(["flags.noise"], [values])
    plugins.use(["mine.py"])
    try:
        refuse_unread(["flags.noise"], [values])
    finally:
        plugins.use([])


def test_a_setting_that_no_cell_reads_is_refused_as_well():
    values = settings(model__name="density", data__name="synthetic_density")
    with pytest.raises(UsageError, match=r"^model\.latent: expected settings .*value would change nothing"):
        refuse_unread(["flags.batch_norm"], [values], ["model.latent", "data.size"])
    refuse_unread(["flags.batch_norm"], [values], ["data.size", "training.epochs"])


@pytest.mark.parametrize(("latent", "code"), [("2", 0), ("5", 2)])
def test_a_command_that_sets_it_is_refused_unless_it_sets_the_default(latent, code, tmp_path, root):
    command = [sys.executable, "-m", "ablation", "-m", "study=density", "model.units=[2,2,2,2]"]
    command += [f"model.latent={latent}", "hydra.sweeper.plan_only=true"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True
    )
    assert done.returncode == code, done.stderr
    assert (b"model.latent: expected settings that change a run" in done.stderr) == bool(code)


@pytest.mark.parametrize(
    ("body", "unread"),
    [
        ("return config.model.units", ["model.latent", "flags.dropout"]),
        (
            "return list(config.model.units[:2]) if config.flags.dropout else None",
            ["model.latent", "flags.attention"],
        ),
        ("m = config.model\n    return m.latent", ["flags.dropout"]),
        ("return other(config)", []),
    ],
)
def test_the_code_of_a_users_network_says_what_it_reads(body, unread, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    start = "from ablation.app.plugins import network\n@network('line')\ndef line(config):\n"
    (tmp_path / "mine.py").write_text(f"{start}    {body}\n")
    plugins.use(["mine.py"])
    values = settings(model__name="line")
    try:
        read = settings_read(values)
        asked = ["model.latent", "model.units", "flags.dropout", "flags.attention"]
        assert [key for key in unread if key in read] == []
        assert {"model.units", "model.name", "training.epochs"} <= read or "m.latent" in body
        for key in unread:
            with pytest.raises(UsageError, match=f"^{key}: expected factors"):
                refuse_unread([key], [values])
        if not unread:
            refuse_unread(asked, [values])
    finally:
        plugins.use([])


def test_adam_reads_no_weight_decay():
    with pytest.raises(UsageError, match=r"training\.weight_decay: expected factors that change a run"):
        refuse_unread(["training.weight_decay"], [settings()])
    refuse_unread(["training.weight_decay"], [settings(), settings(training__optimizer="adamw")])


def test_the_density_network_refuses_images_that_move():
    values = settings(model__name="density", data__name="synthetic_density", training__augmentation="shift")
    with pytest.raises(UsageError, match=r"training\.augmentation: expected none with model\.name=density"):
        refuse_unread(["training.augmentation"], [values])


@pytest.mark.parametrize("reads", [False, True])
def test_a_network_of_the_users_moves_images_where_its_code_says_so(reads, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = "return config.training.augmentation" if reads else "return config.model.units"
    (tmp_path / "mine.py").write_text(
        f"from ablation.app.plugins import network\n@network('line')\ndef line(config):\n    {line}\n"
    )
    plugins.use(["mine.py"])
    try:
        assert ("training.augmentation" in settings_read(settings(model__name="line"))) == reads
    finally:
        plugins.use([])
