"""What a report shows of an autoencoder: the same images in every run, its latent plane, a walk across it."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from ablation.app.training.problem import Measured, Probe

WALK_LIMIT = 5.0
"""The walk goes from −5 to 5 in both latent directions, as the article's."""
_WALK_STEPS = 20
_N_SCATTERED = 500


def picture_probe(network: keras.Model, images: np.ndarray, labels: np.ndarray) -> Probe:
    """What the report shows of each run."""
    return Probe(
        measure=PictureMeasure(network),
        summarise=lambda measured: Measured(arrays=picture_arrays(measured, labels)),
        data=picture_data(images, labels),
    )


def picture_data(images: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """What to measure a network on.

    Args:
        images: test images, (n, height, width, 1).
        labels: what they show, (n,) integers.

    Returns:
        `shown`, the first image of each label, at most ten; `scattered`, the first 500 images;
        `walk`, points of the latent plane, (400, 2), row by row from the top left.
    """
    _, first = np.unique(labels, return_index=True)
    line = np.linspace(-WALK_LIMIT, WALK_LIMIT, _WALK_STEPS, dtype=np.float32)
    plane = np.stack(np.meshgrid(line, line[::-1]), axis=-1).reshape(-1, 2)
    return {"shown": images[first[:10]], "scattered": images[:_N_SCATTERED], "walk": plane}


class PictureMeasure:
    """Reconstructions of a network; with a latent plane, also means and walk. Traceable Keras operations.

    Args:
        network: of `build_autoencoder`.
    """

    def __init__(self, network: keras.Model) -> None:
        variational = "mean" in network.output
        latent = network.output["mean"] if variational else network.get_layer("bottleneck_latent_relu").output
        self.has_plane = latent.shape[-1] == 2
        if self.has_plane:
            start = network.get_layer("sample").output if variational else latent
            self.encoder = keras.Model(network.input, latent)
            self.decoder = keras.Model(start, network.output["reconstruction"])

    def __call__(self, network: keras.Model, data: Mapping[str, Any]) -> dict[str, Any]:
        """Measure the network on the data of `picture_data`."""
        outputs = network(data["shown"], training=False)
        pictures = {"input": data["shown"], "reconstruction": outputs["reconstruction"]}
        if self.has_plane:
            pictures["latent"] = self.encoder(data["scattered"], training=False)
            pictures["walk"] = self.decoder(data["walk"], training=False)
        return {name: ops.convert_to_tensor(tensor) for name, tensor in pictures.items()}


def picture_arrays(measured: Mapping[str, np.ndarray], labels: np.ndarray) -> dict[str, np.ndarray]:
    """What is kept of a measure: images as bytes, 0 to 255; see docs/results.md for the names."""
    arrays = {name: _bytes(measured[name]) for name in ("input", "reconstruction")}
    if "latent" in measured:
        arrays["latent"] = measured["latent"].astype(np.float16)
        arrays["labels"] = labels[:_N_SCATTERED].astype(np.uint8)
        height, width = measured["walk"].shape[1:3]
        arrays["walk"] = _bytes(measured["walk"]).reshape(_WALK_STEPS, _WALK_STEPS, height, width)
        arrays["walk_limit"] = np.array(WALK_LIMIT)
    return arrays


def _bytes(images: np.ndarray) -> np.ndarray:
    return np.round(images * 255).clip(0, 255).astype(np.uint8)
