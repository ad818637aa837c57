"""The article's autoencoders on images."""

from collections.abc import Mapping
from functools import partial

import keras
import numpy as np

from ablation.app.config import Config
from ablation.app.data.data import Images, load_images
from ablation.app.maps import Residual, layers_with_a_gate
from ablation.app.maps.localisation import N_MEASURED, MapTargets, map_arrays, map_responses
from ablation.app.networks.autoencoder import LOSSES, autoencoder_losses, build_autoencoder
from ablation.app.networks.blocks import BlockSettings
from ablation.app.problems.map_probe import map_measure
from ablation.app.problems.pictures import PictureMeasure, picture_arrays, picture_data
from ablation.app.training.problem import Measured, Probe, Problem


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
    probes = [_pictures(network, images)]
    if images.test_masks is not None:
        probes.append(_looks(network, autoencoder_map_targets(network), images.test, images.test_masks))
    return Problem(network, losses, LOSSES, train, test, tuple(probes))


def _pictures(network: keras.Model, images: Images) -> Probe:
    """What the report shows of each run."""
    return Probe(
        measure=PictureMeasure(network),
        summarise=lambda found: Measured(arrays=picture_arrays(found, images.test_labels)),
        data=picture_data(images.test, images.test_labels),
    )


def _looks(network: keras.Model, targets: MapTargets, images: np.ndarray, masks: np.ndarray) -> Probe:
    """Where the network looks, scored against masks."""
    measure = map_measure(network, targets, {"residual": Residual(network)})
    data = {"images": images[:N_MEASURED]}
    known = {"images": masks[:N_MEASURED]}

    def summarise(found: Mapping[str, np.ndarray]) -> Measured:
        return Measured(map_responses(found, data, known), map_arrays(found, data, known))

    return Probe(lambda _, tensors: measure(tensors), summarise, data)


def autoencoder_map_targets(network: keras.Model) -> MapTargets:
    """The encoder's last layer, of which Grad-CAM explains the latent mean, and the last gate before it."""
    gates = [name for name in layers_with_a_gate(network) if name.startswith("encoder_")]
    return MapTargets(
        layers={"images": "encoder_last_relu"},
        gates={"images": gates[-1]} if gates else {},
        target="mean" if "mean" in network.output else "bottleneck_latent_relu",
    )
