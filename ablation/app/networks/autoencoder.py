"""The article's convolutional autoencoder, plain and variational.

Source: O. Gonzalez-Lugo, "Attention mechanisms in convolutional autoencoders and hyperparameter analysis
with linear models" (2021). Layers, sizes and their order are the article's; parameter counts are tested.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import keras
from keras import layers, ops

from ablation.app.networks.block_settings import BlockSettings
from ablation.app.networks.blocks import batch_norm, dense_block
from ablation.errors import UsageError

_CONVOLUTION = {"kernel_size": 3, "padding": "same", "use_bias": False}


@keras.saving.register_keras_serializable(package="ablation")
class Sampling(layers.Layer):
    """Draw z ~ N(mean, exp(log_variance)) by the reparameterisation trick, (batch, latent).

    It draws at test time as well, as the article's layer does (Kingma & Welling 2014, arXiv 1312.6114).
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, mean: Any, log_variance: Any) -> Any:
        """Mean plus noise, (batch, latent) each."""
        noise = keras.random.normal(ops.shape(mean), dtype=self.compute_dtype, seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_variance) * noise


def encode(images: Any, units: Sequence[int], settings: BlockSettings) -> Any:
    """Images (batch, height, width, 1) → features, halved in height and width once per inner unit."""
    x = layers.Conv2D(units[0], **_CONVOLUTION, name="encoder_first")(images)
    x = layers.ReLU(name="encoder_first_relu")(x)
    for i, filters in enumerate(units[1:-1], start=1):
        x = dense_block(x, filters, settings, f"encoder_{i}")
        x = layers.Conv2D(filters, **_CONVOLUTION, strides=2, name=f"encoder_{i}_down")(x)
    x = layers.Conv2D(units[-1], **_CONVOLUTION, name="encoder_last")(x)
    x = batch_norm(settings, "encoder_last_batch_norm")(x)
    return layers.ReLU(name="encoder_last_relu")(x)


def decode(features: Any, units: Sequence[int], settings: BlockSettings) -> Any:
    """The mirror of `encode`: features → images (batch, height, width, 1) in (0, 1)."""
    mirrored = units[::-1]
    x = layers.Conv2D(mirrored[0], **_CONVOLUTION, name="decoder_first")(features)
    x = layers.ReLU(name="decoder_first_relu")(x)
    for i, filters in enumerate(mirrored[1:-1], start=1):
        x = dense_block(x, filters, settings, f"decoder_{i}")
        x = layers.Conv2DTranspose(filters, **_CONVOLUTION, strides=2, name=f"decoder_{i}_up")(x)
    x = layers.Conv2D(1, **_CONVOLUTION, name="decoder_last")(x)
    x = batch_norm(settings, "decoder_last_batch_norm")(x)
    # In bfloat16 every pixel above 0.998 would be 1, and cost what a wrong one costs.
    return layers.Activation("sigmoid", dtype="float32", name="decoder_last_sigmoid")(x)


def dense_step(x: Any, size: int, settings: BlockSettings, name: str) -> Any:
    """Dense without bias, batch norm, ReLU: (batch, n) → (batch, size)."""
    x = layers.Dense(size, use_bias=False, name=name)(x)
    x = batch_norm(settings, f"{name}_batch_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def build_autoencoder(
    image_shape: tuple[int, int, int],
    units: Sequence[int],
    latent: int,
    settings: BlockSettings,
    variational: bool,
) -> keras.Model:
    """The network: images → a dictionary of what came out.

    Args:
        image_shape: height, width and 1; height and width divide by 2 once for each inner unit.
        units: filters of the first convolution, of each dense block, and of the last convolution.
        latent: size of the bottleneck.
        settings: flags, depth and rates of the blocks.
        variational: with a mean, a log-variance and a sample, or without.

    Returns:
        A model with the outputs `reconstruction` (batch, height, width, 1) and, when variational, `mean`
        and `log_variance` (batch, latent).

    Raises:
        UsageError: the decoder would not give back images of this shape.
    """
    _check_shape(image_shape, units)
    images = keras.Input(image_shape, name="images")
    features = encode(images, units, settings)
    shape = features.shape[1:]
    x = layers.Flatten(name="flatten")(features)
    x = dense_step(x, prod(shape), settings, "bottleneck_in")
    x = dense_step(x, latent, settings, "bottleneck_latent")
    outputs = {}
    if variational:
        outputs["mean"] = layers.Dense(latent, name="mean")(x)
        outputs["log_variance"] = layers.Dense(latent, name="log_variance")(x)
        x = Sampling(name="sample")(outputs["mean"], outputs["log_variance"])
    x = dense_step(x, latent, settings, "bottleneck_back")
    x = dense_step(x, prod(shape), settings, "bottleneck_out")
    x = layers.Reshape(shape, name="unflatten")(x)
    outputs["reconstruction"] = decode(x, units, settings)
    return keras.Model(images, outputs, name="autoencoder")


def _check_shape(image_shape: tuple[int, int, int], units: Sequence[int]) -> None:
    """Refuse images that do not come out as large as they went in."""
    factor = 2 ** len(units[1:-1])
    height, width, channels = image_shape
    if height % factor or width % factor:
        raise UsageError(
            f"model.units: its {len(units) - 2} inner numbers each halve the image, so expected a height and "
            f"width that divide by {factor}. Received: {height}×{width}. List fewer inner numbers."
        )
    if channels != 1:
        raise UsageError(f"The decoder makes images of 1 channel. Received images of {channels} channels.")
