import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from omegaconf import OmegaConf

from ablation.sweep.configurations import Configurations

FILES = {
    "config": """
defaults: [_self_, {model: small}, {"model/head": flat}]
rate: 0.1
kind: ${model.units}-${rate}
name: ${hydra:job.override_dirname}
model: {units: 1}
tags: {a: 1}
""",
    "model/small": "units: 2",
    "model/large": "defaults: [{tail: short}]\nunits: ${rate}",
    "model/tail/short": "length: 3",
    "model/tail/long": "length: 9",
    "model/head/flat": "width: 4",
    "model/head/deep": "# @package model\nwidth: 5\nunits: 7",
}

SAME_FILES = [
    ["rate=0.5"],
    ["rate=0.5", "model.units=8"],
    ["model.units=8", "rate=1e-3", "model.units=9"],
    ["rate=null", "tags={a:2}", "kind='a=b'"],
    ["rate=${model.units}"],
    ["model=large", "rate=2", "model.tail.length=1"],
    ["model=large", "rate=3", "model/tail=long"],
    ["rate=3", "model/head=deep"],
    ["+extra=1", "rate=4"],
    ["~tags.a", "rate=4"],
    ["tags.a=5", "+tags.b=6"],
    ["+tags={c:1}", "tags.a=7"],
    ["hydra.job.name=other", "rate=4"],
    ["++model.units=3", "model.units=4"],
]


@pytest.fixture
def made(tmp_path):
    """Hydra's loader, its configuration of the command, and what composes configurations."""
    for name, text in FILES.items():
        path = tmp_path / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with initialize_config_dir(str(tmp_path), version_base="1.3"):
        master = compose("config", return_hydra_config=True)
        loader = GlobalHydra.instance().config_loader()
        yield loader, master, Configurations(loader, master)


@pytest.mark.parametrize("overrides", SAME_FILES, ids=" ".join)
def test_configurations_are_those_of_hydra_whatever_was_composed_before(made, overrides):
    loader, master, configurations = made
    expected = loader.load_sweep_config(master, overrides)
    for former in (["model=large", "tags.a=3"], overrides):
        configurations.compose(former)
        found = configurations.compose(overrides)
        assert OmegaConf.to_yaml(found) == OmegaConf.to_yaml(expected)
        assert found._metadata == expected._metadata


def test_what_a_configuration_becomes_leaves_the_next_as_it_is(made):
    loader, master, configurations = made
    first = configurations.compose(["rate=1"])
    first.model.units = 12
    assert configurations.compose(["rate=2"]) == loader.load_sweep_config(master, ["rate=2"])


@pytest.mark.parametrize("wrong", ["rates=1", "model=huge", "rate.of=1", "tags.b=1"])
def test_what_hydra_refuses_it_refuses_in_its_words(made, wrong):
    loader, master, configurations = made
    configurations.compose(["rate=1"])
    with pytest.raises(HydraException) as told:
        loader.load_sweep_config(master, ["rate=1", wrong])
    with pytest.raises(HydraException) as received:
        configurations.compose(["rate=1", wrong])
    assert str(received.value) == str(told.value)


def test_files_are_joined_once_for_all_values(made, monkeypatch):
    loader, _, configurations = made
    asked, load = [], loader.load_sweep_config
    monkeypatch.setattr(
        loader, "load_sweep_config", lambda master, lines: asked.append(lines) or load(master, lines)
    )
    for model in ("small", "large"):
        for rate in (1, 2, 3):
            configurations.compose([f"model={model}", f"rate={rate}"])
    assert asked == [["model=small"], ["model=large"]]
