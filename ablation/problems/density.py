"""The density network on several pictures."""

from ablation.config import Config
from ablation.networks.blocks import BlockSettings
from ablation.networks.data import load_samples
from ablation.networks.density import LOSSES, build_density, density_losses
from ablation.training.cell import Problem


def density_problem(config: Config) -> Problem:
    """Learn the number that belongs to each sample."""
    model, data = config.model, config.data
    samples = load_samples(
        data.name, data.path, data.n_train, data.n_test, data.size, data.seed, data.test_share
    )
    settings = BlockSettings(config.flags, model.depth, model.dropout_rate, model.batch_norm_momentum)
    shapes = {name: images.shape[1:] for name, images in samples.train.items()}
    network = build_density(shapes, model.units, settings)
    train, test = {**samples.train, "y": samples.train_y}, {**samples.test, "y": samples.test_y}
    return Problem(network, density_losses, LOSSES, train, test)
