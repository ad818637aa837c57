"""The blocks in which flags act. A new flag of a block is used here."""

from typing import Any

from keras import layers

from ablation.app.networks.attention import attention_layer
from ablation.app.networks.block_settings import BlockSettings
from ablation.app.networks.norms import norm_layer
from ablation.app.networks.traced import ACTIVATION, KEPT, SwitchedActivation, TracedDropout, left_open
from ablation.app.plugin_registry import registry


def batch_norm(settings: BlockSettings, name: str) -> layers.Layer:
    """Batch norm with the network's momentum."""
    return layers.BatchNormalization(momentum=settings.batch_norm_momentum, name=name)


def normalise(x: Any, settings: BlockSettings, name: str) -> Any:
    """The normalisation of the flags, images → images of the same shape."""
    level = settings.flags.norm
    if settings.flags.batch_norm:
        level = "batch"
    if level == "none":
        return x
    name = f"{name}_{level}_norm"
    return (batch_norm(settings, name) if level == "batch" else norm_layer(level, x.shape[-1], name))(x)


def activation(settings: BlockSettings, name: str) -> layers.Layer:
    """The non-linearity of the flag; PReLU learns a slope for each pixel and channel (arXiv 1502.01852)."""
    level = settings.flags.activation
    if numbers := left_open(ACTIVATION):
        return SwitchedActivation(numbers, name=name)
    return layers.PReLU(name=name) if level == "prelu" else layers.Activation(level, name=name)


def attend(x: Any, settings: BlockSettings, name: str) -> Any:
    """Attention where its flag has a level with a layer, images → images of the same shape."""
    level = settings.flags.attention
    return x if level == "none" else attention_layer(level)(name=f"{name}_attention")(x)


def excite(x: Any, settings: BlockSettings, name: str) -> Any:
    """Squeeze and excitation where its flag is on, images → images of the same shape."""
    if not settings.flags.squeeze_excitation:
        return x
    return attention_layer("channel")(name=f"{name}_squeeze_excitation")(x)


def add_input(x: Any, images: Any, settings: BlockSettings, name: str) -> Any:
    """What a block has made of its input, and the input, where their flag is on.

    Args:
        x: made of `images`, (batch, height, width, channels).
        images: the block's input; its border is cut off where convolutions without padding have cut `x`.
        settings: flags.
        name: prefix of the layers' names.
    """
    if not settings.flags.residual:
        return x
    if border := (images.shape[1] - x.shape[1]) // 2:
        images = layers.Cropping2D(border, name=f"{name}_cropped")(images)
    if images.shape[-1] != x.shape[-1]:
        images = layers.Conv2D(x.shape[-1], 1, use_bias=False, name=f"{name}_projection")(images)
    return layers.Add(name=f"{name}_residual")([x, images])


def disturb(x: Any, settings: BlockSettings, name: str) -> Any:
    """What changes activations at random while training, images → images of the same shape.

    Every built-in network calls this, so that a flag that acts here acts in all of them.
    """
    flags = settings.flags
    if numbers := left_open(KEPT):
        x = TracedDropout(numbers, seed=0, name=f"{name}_dropout")(x)
    elif flags.dropout:
        # Training puts the run's seed in its place; without any, PyTorch would draw from a global generator.
        x = layers.Dropout(settings.dropout_rate, seed=0, name=f"{name}_dropout")(x)
    return x


def own_parts(x: Any, settings: BlockSettings, name: str) -> Any:
    """What the user's plugins put into every block, images → images of the same shape."""
    for part in registry.blocks:
        x = part(x, settings, name)
    return x


def convolution_block(x: Any, filters: int, settings: BlockSettings, name: str) -> Any:
    """Convolution 3×3, what the flags switch on in the order of the calls below, then the activation.

    Args:
        x: images, (batch, height, width, channels).
        filters: channels of the result.
        settings: flags and rates.
        name: prefix of the layers' names. Seeds act by name: the same name starts with the same weights
            in every cell.

    Returns:
        Images, (batch, height, width, filters).
    """
    images = x
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"{name}_convolution")(x)
    x = attend(x, settings, name)
    x = normalise(x, settings, name)
    x = excite(x, settings, name)
    x = disturb(x, settings, name)
    x = own_parts(x, settings, name)
    x = add_input(x, images, settings, name)
    return activation(settings, f"{name}_activation")(x)


def dense_block(x: Any, filters: int, settings: BlockSettings, name: str) -> Any:
    """`depth` convolution blocks, each of which sees all that came before it (Huang et al. 2017).

    Args:
        x: images, (batch, height, width, channels).
        filters: channels that each block adds.
        settings: flags, rates and depth.
        name: prefix of the layers' names.

    Returns:
        Images, (batch, height, width, channels + depth · filters).
    """
    for i in range(settings.depth):
        new = convolution_block(x, filters, settings, f"{name}_{i}")
        x = layers.Concatenate(name=f"{name}_{i}_concatenate")([x, new])
    return x
