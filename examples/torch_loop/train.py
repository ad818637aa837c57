"""A training loop in plain PyTorch, as an app of Hydra: handwritten digits, a small network, a test loss.

python train.py                              one run
python train.py -m optimizer=sgd,adam        Hydra's own sweep
"""

import hydra
import torch
from omegaconf import DictConfig
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

N_TRAIN = 1200


def digits() -> tuple[Tensor, Tensor]:
    """Images (1797, 64) between 0 and 1, and what they show."""
    found = load_digits()
    return torch.tensor(found.data / 16, dtype=torch.float32), torch.tensor(found.target)


def network(width: int, batch_norm: bool, dropout: float) -> nn.Module:
    """Two hidden layers."""
    layers: list[nn.Module] = []
    for n_in in (64, width):
        norm = [nn.BatchNorm1d(width)] if batch_norm else []
        layers += [nn.Linear(n_in, width), *norm, nn.ReLU(), nn.Dropout(dropout)]
    return nn.Sequential(*layers, nn.Linear(width, 10))


@hydra.main(version_base=None, config_path="conf", config_name="config")
def train(cfg: DictConfig) -> float:
    """Train from `cfg.seed`; return the loss on the test images."""
    torch.manual_seed(cfg.seed)
    x, y = digits()
    model = network(**cfg.model)
    optimizer = hydra.utils.instantiate(cfg.optimizer, model.parameters())
    for _ in range(cfg.epochs):
        model.train()
        for batch in torch.randperm(N_TRAIN).split(cfg.batch_size):
            loss = cross_entropy(model(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        return float(cross_entropy(model(x[N_TRAIN:]), y[N_TRAIN:]))


if __name__ == "__main__":
    train()
