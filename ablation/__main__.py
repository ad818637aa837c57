"""The built-in app: one cell and its seeds → rows. `python -m ablation --help` shows its configuration."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ablation.app.config import Config
from ablation.errors import UsageError
from ablation.sweep import Outcome, main

_IN_WHEEL, _IN_REPOSITORY = Path(__file__).parent / "conf", Path(__file__).parents[1] / "conf"
CONF = _IN_WHEEL if _IN_WHEEL.is_dir() else _IN_REPOSITORY

_UNKEYED = ("data.folder", "data.path", "training.threads", "training.pack", "training.save_weights")


def identity(config: Config) -> Mapping[str, str]:
    """What determines a result beside the configuration: the content of the data."""
    from ablation.app.data.data import check_data, data_hash

    check_data(config.data.name, config.model.name)
    return {"data": data_hash(config.data.name, config.data.path)}


def after(config: Config, folder: str) -> None:
    """Once a study is done, keep the weights of its best and its reference cell."""
    if config.training.save_weights == "best":
        from ablation.app.weights import keep_weights

        keep_weights(config.results.url, folder, config.analysis.response, config.analysis.direction)


@main(config_path=CONF, schema=Config, identity=identity, unkeyed=_UNKEYED, after=after)
def train(config: Config, seeds: Sequence[int]) -> Iterator[Outcome]:
    """Train the network that the configuration describes, from each seed."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        from ablation.app.training.devices import prepare_device

        device = prepare_device(config.training.threads)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"Expected a deep-learning backend. Received: {error}. "
            "Install one: pip install 'ablation-study[cpu]'; or name the one that is there, KERAS_BACKEND=jax"
        ) from error
    from ablation.app.problems import problem
    from ablation.app.training.problem import Schedule
    from ablation.app.training.train import train_cell

    t = config.training
    schedule = Schedule(t.epochs, t.batch_size, t.learning_rate, t.decay)
    for outcome in train_cell(problem(config), schedule, seeds, t.pack):
        weights = outcome.weights if t.save_weights != "none" else {}
        yield replace(outcome, provenance={"device": device, **outcome.provenance}, weights=weights)


if __name__ == "__main__":
    train()
