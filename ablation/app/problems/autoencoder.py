"""The article's autoencoders on images: what they learn, and what is measured on them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ablation.app.config import Config
from ablation.app.data.data import Images, image_loader
from ablation.app.networks.block_settings import BlockSettings
from ablation.app.problems.map_scores import MAP_RESPONSES
from ablation.app.problems.network import Network
from ablation.results import Response

if TYPE_CHECKING:
    import keras

    from ablation.app.maps.targets import MapTargets
    from ablation.app.training.problem import Problem

LOSSES = (Response("loss"), Response("reconstruction_loss", "nats per pixel"), Response("kl"))


def prepare(config: Config) -> "Callable[[], Problem]":
    """Learn to reconstruct the images."""
    model, flags = config.model, config.flags
    variational = model.name == "variational"
    settings = BlockSettings(
        flags=flags,
        depth=model.depth,
        dropout_rate=model.dropout_rate if flags.dropout else 0.0,
        batch_norm_momentum=model.batch_norm_momentum,
    )
    shrinkage = model.shrinkage if variational else 0.0
    moves = config.training.augmentation == "shift"
    sizes = list(model.units), model.latent
    return partial(_build, image_loader(config.data), *sizes, settings, variational, shrinkage, moves)


def _build(
    load: Callable[[], Images],
    units: Sequence[int],
    latent: int,
    settings: BlockSettings,
    variational: bool,
    shrinkage: float,
    moves: bool,
) -> "Problem":
    from ablation.app.maps import Residual
    from ablation.app.networks.autoencoder import build_autoencoder
    from ablation.app.problems.map_probe import map_probe
    from ablation.app.problems.pictures import picture_probe
    from ablation.app.training.problem import Problem

    images = load()
    network = build_autoencoder(images.train.shape[1:], units, latent, settings, variational)
    probes = [picture_probe(network, images.test, images.test_labels)]
    if images.test_masks is not None:
        test, masks = {"images": images.test}, {"images": images.test_masks}
        probes.append(map_probe(network, map_targets(network), test, masks, {"residual": Residual(network)}))
    return Problem(
        network,
        partial(losses, shrinkage=shrinkage),
        tuple(response.name for response in LOSSES),
        {"images": images.train},
        {"images": images.test},
        tuple(probes),
        moved=("images",) if moves else (),
    )


def losses(outputs: dict[str, Any], batch: Mapping[str, Any], shrinkage: float) -> dict[str, Any]:
    """What each image costs; training minimises the mean of `loss`.

    Args:
        outputs: of the network.
        batch: its `images` should have come out, (batch, height, width, 1).
        shrinkage: weight of the Kullback–Leibler term.

    Returns:
        Three tensors (batch,): `reconstruction_loss`, the binary cross-entropy in nats per pixel; `kl`,
        shrinkage · KL(N(mean, exp(log_variance)) ‖ N(0, 1)) summed over the latent dimensions (0 when the
        network is not variational); `loss`, their sum.
    """
    import keras
    from keras import ops

    per_pixel = keras.losses.binary_crossentropy(batch["images"], outputs["reconstruction"])
    reconstruction_loss = ops.mean(per_pixel, axis=(1, 2))
    kl = ops.zeros_like(reconstruction_loss)
    if "mean" in outputs:
        mean, log_variance = outputs["mean"], outputs["log_variance"]
        terms = 1 + log_variance - ops.square(mean) - ops.exp(log_variance)
        kl = -0.5 * shrinkage * ops.sum(terms, axis=-1)
    return {"loss": reconstruction_loss + kl, "reconstruction_loss": reconstruction_loss, "kl": kl}


def map_targets(network: "keras.Model") -> "MapTargets":
    """The encoder's last layer, of which Grad-CAM explains the latent mean, and the last gate before it."""
    from ablation.app.maps import layers_with_a_gate
    from ablation.app.maps.targets import MapTargets

    gates = [name for name in layers_with_a_gate(network) if name.startswith("encoder_")]
    return MapTargets(
        layers={"images": "encoder_last_relu"},
        gates={"images": gates[-1]} if gates else {},
        target="mean" if "mean" in network.output else "bottleneck_latent_relu",
    )


NETWORK = Network(
    prepare,
    responses=(*LOSSES, *MAP_RESPONSES),
    targets=map_targets,
    source="ablation.app.networks.autoencoder:build_autoencoder",
)
