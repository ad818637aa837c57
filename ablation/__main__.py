"""The built-in app: one cell and its seeds → rows. `python -m ablation --help` shows its configuration."""

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ablation.config import Config
from ablation.errors import UsageError
from ablation.sweep import Outcome, main

if TYPE_CHECKING:
    import keras

    from ablation.networks.data import Images
    from ablation.training.cell import Probe, Problem

_IN_REPOSITORY, _IN_WHEEL = Path(__file__).parents[1] / "conf", Path(__file__).parent / "conf"
CONF = _IN_REPOSITORY if _IN_REPOSITORY.is_dir() else _IN_WHEEL


_UNKEYED = ("data.folder", "training.threads", "training.pack", "training.save_weights")


def identity(config: Config) -> Mapping[str, str]:
    """What determines a result beside the configuration: the content of the data."""
    from ablation.networks.data import data_hash

    return {"data": data_hash(config.data.name)}


@main(config_path=CONF, schema=Config, identity=identity, unkeyed=_UNKEYED)
def train(config: Config, seeds: Sequence[int]) -> Iterator[Outcome]:
    """Train the network that the configuration describes, from each seed."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        from ablation.training.devices import prepare_device

        device = prepare_device(config.training.threads)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"Expected a deep-learning backend. Received: {error}. "
            "Install one: pip install 'ablation-study[cpu]'; or name the one that is there, KERAS_BACKEND=jax"
        ) from error
    from ablation.training.cell import Schedule, train_cell
    from ablation.training.precision import precision

    t = config.training
    schedule = Schedule(t.epochs, t.batch_size, t.learning_rate, t.decay)
    with precision(t.precision):
        task = problem(config)
    for run in train_cell(task, schedule, seeds, t.pack):
        weights = run.weights if t.save_weights != "none" else {}
        provenance = {"device": device, **run.provenance}
        yield Outcome(run.seed, run.responses, run.history, provenance, run.arrays, weights)


def problem(config: Config) -> "Problem":
    """Network, losses and data of a configuration."""
    import keras

    from ablation.networks.autoencoder import LOSSES, autoencoder_losses, build_autoencoder
    from ablation.networks.blocks import BlockSettings
    from ablation.networks.data import load_images
    from ablation.training.cell import Problem

    keras.utils.clear_session()  # layers that a user leaves unnamed count from 1 again, in every cell
    model, data = config.model, config.data
    images = load_images(data.name, data.folder, data.n_train, data.n_test)
    settings = BlockSettings(config.flags, model.depth, model.dropout_rate, model.batch_norm_momentum)
    network = build_autoencoder(
        images.train.shape[1:], model.units, model.latent, settings, model.name == "variational"
    )
    losses = partial(autoencoder_losses, shrinkage=model.shrinkage)
    train, test = {"images": images.train}, {"images": images.test}
    return Problem(network, losses, LOSSES, train, test, (_pictures(network, images),))


def _pictures(network: "keras.Model", images: "Images") -> "Probe":
    """What the report shows of each run."""
    from ablation.networks.pictures import PictureMeasure, picture_arrays, picture_data
    from ablation.training.cell import Measured, Probe

    return Probe(
        measure=PictureMeasure(network),
        summarise=lambda found: Measured(arrays=picture_arrays(found, images.test_labels)),
        data=picture_data(images.test, images.test_labels),
    )


if __name__ == "__main__":
    train()
