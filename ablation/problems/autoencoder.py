"""The article's autoencoders on images."""

from functools import partial

import keras

from ablation.config import Config
from ablation.networks.autoencoder import LOSSES, autoencoder_losses, build_autoencoder
from ablation.networks.blocks import BlockSettings
from ablation.networks.data import Images, load_images
from ablation.networks.pictures import PictureMeasure, picture_arrays, picture_data
from ablation.training.cell import Measured, Probe, Problem


def autoencoder_problem(config: Config) -> Problem:
    """Learn to give back the images."""
    model, data = config.model, config.data
    images = load_images(data.name, data.folder, data.n_train, data.n_test, data.size, data.seed)
    settings = BlockSettings(config.flags, model.depth, model.dropout_rate, model.batch_norm_momentum)
    network = build_autoencoder(
        images.train.shape[1:], model.units, model.latent, settings, model.name == "variational"
    )
    losses = partial(autoencoder_losses, shrinkage=model.shrinkage)
    train, test = {"images": images.train}, {"images": images.test}
    return Problem(network, losses, LOSSES, train, test, (_pictures(network, images),))


def _pictures(network: keras.Model, images: Images) -> Probe:
    """What the report shows of each run."""
    return Probe(
        measure=PictureMeasure(network),
        summarise=lambda found: Measured(arrays=picture_arrays(found, images.test_labels)),
        data=picture_data(images.test, images.test_labels),
    )
