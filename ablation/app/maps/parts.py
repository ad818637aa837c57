"""Parts of a network by their names, and images for its inputs."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from ablation.errors import UsageError


def input_names(network: keras.Model) -> list[str]:
    """Names of the inputs, in the order in which the network takes them."""
    return [tensor.name for tensor in network.inputs]


def in_order(network: keras.Model, images: Mapping[str, Any]) -> list[Any]:
    """Tensors for each input, in the order in which the network takes them; other names are left out."""
    return [ops.convert_to_tensor(images[name]) for name in input_names(network)]


def as_arrays(network: keras.Model, images: np.ndarray | Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Images by the name of their input.

    Args:
        network: whose inputs they are for.
        images: (n, height, width, channels), or input name → such an array when there are several inputs.

    Raises:
        UsageError: an input without images, images of another rank or size, inputs that disagree on n.
    """
    names = input_names(network)
    by_input = images if isinstance(images, Mapping) else {names[0]: images}
    if missing := [name for name in names if name not in by_input]:
        raise UsageError(
            f"images: expected arrays for the inputs {', '.join(names)}. "
            f"Received none for: {', '.join(missing)}"
        )
    arrays = {name: np.asarray(by_input[name], np.float32) for name in names}
    for name, tensor in zip(names, network.inputs, strict=True):
        _check_shape(name, tuple(tensor.shape[1:]), arrays[name].shape)
    if len({len(array) for array in arrays.values()}) > 1:
        received = ", ".join(f"{len(array)} for {name}" for name, array in arrays.items())
        raise UsageError(f"images: expected as many for each input. Received: {received}")
    return arrays


def layers_by_input(network: keras.Model, layers: str | Mapping[str, str]) -> dict[str, str]:
    """The layer to look at, for each input.

    Args:
        network: a functional model.
        layers: name of a layer that depends on one input; or input name → layer name.

    Raises:
        UsageError: a layer that does not exist or gives no images, or that does not depend on exactly this
            input.
    """
    names = [layers] if isinstance(layers, str) else list(layers.values())
    seen = {name: _inputs_behind(network, image_layer(network, name).output) for name in names}
    if isinstance(layers, str):
        if len(seen[layers]) == 1:
            return {seen[layers][0]: layers}
        raise UsageError(
            f"layer {layers!r}: expected one that depends on a single input. Received one that depends on "
            f"several of {', '.join(input_names(network))}: name a layer for each input."
        )
    for name, layer in layers.items():
        if seen[layer] != [name]:
            raise UsageError(
                f"layer {layer!r}: expected one that depends on the input {name!r} alone. "
                f"Received one that depends on: {', '.join(seen[layer]) or 'several inputs'}"
            )
    return dict(layers)


def image_layer(network: keras.Model, name: str) -> keras.layers.Layer:
    """The layer of this name.

    Raises:
        UsageError: there is none, or its output is no (batch, height, width, channels).
    """
    valid = {layer.name: layer for layer in network.layers if _gives_images(layer)}
    if name not in valid:
        raise UsageError(
            f"layer: expected one that gives images: {', '.join(valid) or 'there is none'}. "
            f"Received: {name!r}"
        )
    return valid[name]


def target_output(network: keras.Model, target: str | None) -> Any:
    """What a map explains: a symbolic tensor (batch, units).

    Args:
        network: a functional model.
        target: name of an output or of a layer; None takes the only output, or the latent `mean` where a
            network has one.

    Raises:
        UsageError: no such output or layer, or one that is no (batch, units).
    """
    outputs = network.output if isinstance(network.output, dict) else {}
    layers = {layer.name: layer.output for layer in network.layers if _rank(layer) == 2}
    if target is None and len(network.outputs) == 1:
        tensor = network.outputs[0]
    else:
        tensor = outputs.get(target or "mean", layers.get(target or ""))
    if tensor is None or len(tensor.shape) != 2:
        valid = {**{k: v for k, v in outputs.items() if len(v.shape) == 2}, **layers}
        raise UsageError(
            f"target: expected an output or layer that gives (batch, units): {', '.join(valid)}. "
            f"Received: {target!r}"
        )
    return tensor


def _gives_images(layer: keras.layers.Layer) -> bool:
    return _rank(layer) == 4 and not isinstance(layer, keras.layers.InputLayer)


def _rank(layer: keras.layers.Layer) -> int:
    """The rank of the layer's output; 0 when it has several."""
    try:
        return len(layer.output.shape)
    except (AttributeError, ValueError):  # several outputs, or several places in the network
        return 0


def _inputs_behind(network: keras.Model, tensor: Any) -> list[str]:
    """The one input that the tensor depends on; empty when it takes several."""
    for source in network.inputs:
        try:
            keras.Model(source, tensor)
        except ValueError:  # Keras: the graph needs another input
            continue
        return [source.name]
    return []


def _check_shape(name: str, expected: tuple[int | None, ...], received: tuple[int, ...]) -> None:
    sizes = received[1:]
    fits = len(sizes) == len(expected) and all(e in (None, r) for e, r in zip(expected, sizes, strict=True))
    if not fits or not received[0]:
        shape = ", ".join("any" if size is None else str(size) for size in expected)
        raise UsageError(f"images of input {name!r}: expected an array (n, {shape}). Received: {received}")
