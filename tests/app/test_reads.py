"""Which settings a network reads is known before anything is built, and it is what building reads."""

from dataclasses import fields

import pytest

from ablation.app import plugins
from ablation.app.config import Config
from ablation.app.flags import Flags
from ablation.app.problems import NETWORKS, network_of
from ablation.app.reads import View, flags_read, refuse_unread, settings_read
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
    assert read == {key for key in settings_read(values) if not key.startswith(("training.", "plugins"))}


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


def test_nothing_is_refused_for_a_network_that_nobody_knows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(
        "from ablation.app.plugins import network\n@network('line')\ndef line(config):\n    pass\n"
    )
    plugins.use(["mine.py"])
    try:
        refuse_unread(["model.latent"], [settings(model__name="line")])
    finally:
        plugins.use([])
