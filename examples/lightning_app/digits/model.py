"""Networks for digits, and how they are trained."""

from collections.abc import Callable, Iterable

import lightning as L
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy


def mlp(width: int, batch_norm: bool) -> nn.Module:
    """One hidden layer."""
    norm = [nn.BatchNorm1d(width)] if batch_norm else []
    return nn.Sequential(nn.Flatten(), nn.Linear(64, width), *norm, nn.ReLU(), nn.Linear(width, 10))


def cnn(width: int, batch_norm: bool) -> nn.Module:
    """Two convolutions."""
    layers: list[nn.Module] = []
    for n_in in (1, width):
        norm = [nn.BatchNorm2d(width)] if batch_norm else []
        layers += [nn.Conv2d(n_in, width, 3, padding=1), *norm, nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(4 * width, 10))


class Classifier(L.LightningModule):
    """A network that tells digits apart.

    Args:
        net: images → logits (batch, 10).
        optimizer: makes the optimiser of parameters.
    """

    def __init__(
        self, net: nn.Module, optimizer: Callable[[Iterable[Tensor]], torch.optim.Optimizer]
    ) -> None:
        super().__init__()
        self.net, self.optimizer = net, optimizer

    def training_step(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        """The loss of a batch."""
        images, labels = batch
        return cross_entropy(self.net(images), labels)

    def validation_step(self, batch: tuple[Tensor, Tensor]) -> None:
        """Loss and accuracy of images that were not seen."""
        images, labels = batch
        logits = self.net(images)
        self.log("val/loss", cross_entropy(logits, labels))
        self.log("val/acc", (logits.argmax(1) == labels).float().mean())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """As the configuration says."""
        return self.optimizer(self.parameters())
