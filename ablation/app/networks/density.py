"""The density network: several pictures of one scene, and one number.

Source: the question "Add an attention mechanism to obtain heat maps of test instances" (Stack Overflow,
April 2020), of a network for an RGB picture and two variants of it, `fixed` and `dynamic`. Layers, sizes and
their order are the question's; parameter counts are tested.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import layers

from ablation.app.networks.block_settings import BlockSettings
from ablation.app.networks.blocks import activation, add_input, attend, disturb, excite, normalise, own_parts
from ablation.errors import UsageError


def branch(images: Any, units: Sequence[int], settings: BlockSettings, name: str) -> Any:
    """One picture → its features, averaged over the picture.

    Convolution 5×5, activation, halving, batch norm; convolutions 3×3 without padding, an activation after
    each; dropout; average. Flags switch on batch norm or another, dropout, and attention after the last
    convolution; squeeze and excitation after each; the input added to what each 3×3 makes of it.

    Args:
        images: (batch, height, width, channels).
        units: filters of each convolution.
        settings: flags and rates.
        name: prefix of the layers' names. Seeds act by name.

    Returns:
        Features, (batch, filters of the last convolution).
    """
    x = layers.Conv2D(units[0], 5, padding="same", name=f"{name}_1_convolution")(images)
    x = excite(x, settings, f"{name}_1")
    x = own_parts(x, settings, f"{name}_1")
    x = activation(settings, f"{name}_1_activation")(x)
    x = layers.MaxPooling2D(2, name=f"{name}_1_down")(x)
    x = normalise(x, settings, f"{name}_1")
    for i, filters in enumerate(units[1:], start=2):
        entered = x
        x = layers.Conv2D(filters, 3, name=f"{name}_{i}_convolution")(x)
        if i == len(units):
            x = attend(x, settings, f"{name}_{i}")
        x = excite(x, settings, f"{name}_{i}")
        x = own_parts(x, settings, f"{name}_{i}")
        x = add_input(x, entered, settings, f"{name}_{i}")
        x = activation(settings, f"{name}_{i}_activation")(x)
    x = disturb(x, settings, name)
    return layers.GlobalAveragePooling2D(name=f"{name}_average")(x)


def build_density(
    shapes: Mapping[str, tuple[int, ...]], units: Sequence[int], settings: BlockSettings
) -> keras.Model:
    """The network: a branch for each picture, their features side by side, one number.

    Args:
        shapes: input → (height, width, channels).
        units: filters of each convolution of a branch; the source's are 32, 64, 64, 64.
        settings: flags and rates of the branches.

    Returns:
        A model with an input for each entry of `shapes` and the output `y`, (batch, 1).

    Raises:
        UsageError: a picture is so small that its branch would leave nothing of it.
    """
    inputs = {name: keras.Input(shape, name=name) for name, shape in shapes.items()}
    for name, shape in shapes.items():
        _check_size(name, shape, n_convolutions=len(units))
    branches = [branch(images, units, settings, name) for name, images in inputs.items()]
    x = layers.Concatenate(name="concatenate")(branches) if len(branches) > 1 else branches[0]
    return keras.Model(inputs, {"y": layers.Dense(1, dtype="float32", name="density")(x)}, name="density")


def _check_size(name: str, shape: tuple[int, ...], n_convolutions: int) -> None:
    """Refuse pictures that are used up by the halving and the convolutions without padding."""
    smallest = 2 * (2 * (n_convolutions - 1) + 1)
    if min(shape[:2]) < smallest:
        raise UsageError(
            f"Input {name}: expected pictures of at least {smallest}×{smallest} pixels, so that "
            f"something is left after {n_convolutions} convolutions. Received: {shape[0]}×{shape[1]}. "
            "Give larger pictures (data.size), or fewer numbers in model.units."
        )
