"""The built-in app as Hydra starts it: one cell and its seeds → rows."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ablation.app import plugins
from ablation.app.config import Config
from ablation.app.data.data import check_data, data_hash
from ablation.app.named_plugins import named_plugins
from ablation.app.packs import kind, off, shared_problem
from ablation.app.places import CONF, OWN_CONF
from ablation.app.problems import OF_EVERY_RUN, network_of, problem
from ablation.app.settings_read import refuse_unread
from ablation.results import Snapshot
from ablation.sweep import Outcome, Packs, Response, main

if TYPE_CHECKING:
    from ablation.app.training.problem import Problem, Run
    from ablation.report.subject import Subject

_UNKEYED = (
    "data.folder",
    "data.path",
    "plugins",  # by their content, not their path
    "training.threads",
    "training.pack",
    "training.save_weights",
)


def identity(config: Config) -> Mapping[str, str]:
    """What determines a result beside the configuration: the contents of the data and of plugins."""
    plugins.use(config.plugins)
    check_data(config.data.name, config.model.name, network_of(config.model.name).data)
    contents = {"data": data_hash(config.data.name, config.data.path, config.data.folder)}
    return {**contents, "plugins": plugins.content_hash()} if config.plugins else contents


def after(config: Config, folder: str, snapshot: Snapshot, study: "Subject") -> None:
    """Once a study is done, keep the weights of its best and its reference cell."""
    if config.training.save_weights == "best":
        from ablation.app.weights import keep_weights

        keep_weights(snapshot, study, folder)


def schema() -> type[Config]:
    """The configuration's types, with the flags of the plugins that this command or its study names."""
    plugins.use(named_plugins(sys.argv[1:], [OWN_CONF, CONF]))
    return plugins.schema()


def responses(config: Config) -> Sequence[Response]:
    """The declared responses of a configuration's network, and those of every run."""
    return (*network_of(config.model.name).responses, *OF_EVERY_RUN)


def warm() -> None:
    """Import Keras and its backend, which jobs share; with plugins the whole backend."""
    from ablation.app.training.devices import import_backend

    import_backend(whole=bool(named_plugins(sys.argv[1:], [OWN_CONF, CONF])))
    from ablation.app.problems import autoencoder, map_probe, pictures  # noqa: F401
    from ablation.app.training import backends, train  # noqa: F401

    backends.loop()


def train_together(runs: Sequence[tuple[Config, int]]) -> Iterator[tuple[int, Outcome]]:
    """Train runs of cells that share a program (JAX), each given by its configuration and seed."""
    first = runs[0][0]
    device = _prepared(first)
    from ablation.app.training.problem import Run

    configs = {id(config): config for config, _ in runs}
    task, numbers = shared_problem(list(configs.values()))
    own = dict(zip(configs, numbers, strict=True))
    trained = _trained(first, task, [Run(seed, own[id(config)]) for config, seed in runs], device)
    return enumerate(trained)


@main(
    config_path=CONF,
    schema=schema,
    identity=identity,
    unkeyed=_UNKEYED,
    after=after,
    own_conf=OWN_CONF,
    check=refuse_unread,
    responses=responses,
    warm=warm,
    packs=Packs(kind, off, train_together),
)
def train(config: Config, seeds: Sequence[int]) -> Iterator[Outcome]:
    """Train the network that the configuration describes, from each seed."""
    device = _prepared(config)
    yield from _trained(config, problem(config), seeds, device)


def _prepared(config: Config) -> str:
    """The name of the device, ready to train."""
    from ablation.app.training.devices import prepare_device

    return prepare_device(config.training.threads)


def _trained(config: Config, task: "Problem", runs: "Sequence[int | Run]", device: str) -> Iterator[Outcome]:
    """Train seeds, or runs with numbers of their own."""
    from ablation.app.training.problem import Schedule
    from ablation.app.training.train import train_cell

    t = config.training
    for outcome in train_cell(task, Schedule.of(t), runs, t.pack):
        weights = outcome.weights if t.save_weights != "none" else {}
        yield replace(outcome, provenance={"device": device, **outcome.provenance}, weights=weights)
