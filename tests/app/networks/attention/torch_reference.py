"""Writes torch_reference.npz: what PyTorch makes of the formulas, to compare the Keras layers with.

Written from the papers in PyTorch's own layers, for this purpose only; it shares nothing with the Keras code.
Run it where PyTorch is (2.15.0 was used): python tests/app/networks/attention/torch_reference.py
Each case has `<case>/x` and `<case>/y`, both (batch, height, width, channels), `<case>/w/<name>` as PyTorch
holds them (filters first), and `<case>/gate` or `<case>/rows` where the formula has one.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional


class Spatial(nn.Module):
    """Woo et al. 2018, equation 3, with bias and without batch norm."""

    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(2, 1, width, padding=width // 2)

    def gate(self, x):
        strongest, _ = torch.max(x, dim=1, keepdim=True)
        return torch.sigmoid(self.conv(torch.cat((strongest, x.mean(1, keepdim=True)), dim=1)))

    def forward(self, x):
        return self.gate(x) * x


class SqueezeSpatially(nn.Module):
    """Roy et al. 2018, section 2.2 (sSE)."""

    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, 1, 1)

    def gate(self, x):
        return torch.sigmoid(self.conv(x))

    def forward(self, x):
        return self.gate(x) * x


class Excite(nn.Module):
    """Hu et al. 2018, equations 2 to 4; with `both`, Woo et al. 2018, equation 2."""

    def __init__(self, channels, hidden, both):
        super().__init__()
        self.both = both
        self.mlp = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))

    def forward(self, x):
        score = self.mlp(functional.adaptive_avg_pool2d(x, 1).flatten(1))
        if self.both:
            score = score + self.mlp(functional.adaptive_max_pool2d(x, 1).flatten(1))
        return x * torch.sigmoid(score).view(x.shape[0], -1, 1, 1)


class BlockAttention(nn.Module):
    """Woo et al. 2018, equation 1."""

    def __init__(self, channels, hidden, width):
        super().__init__()
        self.channel = Excite(channels, hidden, both=True)
        self.spatial = Spatial(width)

    def gate(self, x):
        return self.spatial.gate(self.channel(x))

    def forward(self, x):
        return self.spatial(self.channel(x))


class NonLocal(nn.Module):
    """Zhang et al. 2019, equations 1 to 3; keys and values pooled as in the authors' code."""

    def __init__(self, channels, pool):
        super().__init__()
        few, half = max(1, channels // 8), max(1, channels // 2)
        self.pool = pool
        self.theta = nn.Conv2d(channels, few, 1, bias=False)
        self.phi = nn.Conv2d(channels, few, 1, bias=False)
        self.g = nn.Conv2d(channels, half, 1, bias=False)
        self.o = nn.Conv2d(half, channels, 1, bias=False)
        self.gamma = nn.Parameter(torch.tensor(0.7))

    def smaller(self, x):
        return functional.max_pool2d(x, 2, ceil_mode=True) if self.pool else x

    def rows(self, x):
        scores = torch.einsum("bcq,bck->bqk", self.theta(x).flatten(2), self.smaller(self.phi(x)).flatten(2))
        return functional.softmax(scores, dim=2)

    def forward(self, x):
        found = torch.einsum("bqk,bck->bcq", self.rows(x), self.smaller(self.g(x)).flatten(2))
        return self.gamma * self.o(found.view(x.shape[0], -1, *x.shape[2:])) + x


class Window(nn.Module):
    """Soft-argmax as in Jakab et al. 2018, equation 2, and a Gaussian window around it."""

    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, 1, 1)
        self.log_sigma = nn.Parameter(torch.tensor(-0.4))

    def gate(self, x):
        b, _, h, w = x.shape
        p = functional.softmax(self.conv(x).view(b, -1), dim=1).view(b, h, w)
        rows, columns = torch.linspace(-1, 1, h), torch.linspace(-1, 1, w)
        my = (p.sum(2) * rows).sum(1)
        mx = (p.sum(1) * columns).sum(1)
        down = (rows[None] - my[:, None]) ** 2
        across = (columns[None] - mx[:, None]) ** 2
        sigma = torch.exp(self.log_sigma)
        return torch.exp(-(down[:, :, None] + across[:, None, :]) / (2 * sigma**2))[:, None]

    def forward(self, x):
        return x * self.gate(x)


CASES = {
    "spatial5": (Spatial(5), (2, 8, 7, 6)),
    "spatial7": (Spatial(7), (1, 3, 9, 8)),
    "weight_map": (SqueezeSpatially(8), (2, 8, 7, 6)),
    "channel": (Excite(8, 2, both=False), (2, 8, 7, 6)),
    "channel_few": (Excite(3, 1, both=False), (2, 3, 5, 4)),
    "cbam": (BlockAttention(8, 2, 5), (2, 8, 7, 6)),
    "self": (NonLocal(16, pool=False), (2, 16, 5, 4)),
    "self_pooled": (NonLocal(16, pool=True), (2, 16, 7, 6)),
    "self_few": (NonLocal(1, pool=False), (2, 1, 4, 5)),
    "gaussian": (Window(8), (2, 8, 7, 6)),
}


def last(array):
    """Channels last, as Keras has them."""
    return array.permute(0, 2, 3, 1).numpy()


def main():
    """Draw weights and images from one seed, and write what comes out."""
    torch.manual_seed(7)
    arrays = {}
    for name, (module, shape) in CASES.items():
        x = 2 * torch.randn(shape)
        with torch.no_grad():
            for parameter in module.parameters():
                if parameter.ndim:
                    parameter.normal_(0, 0.5)
            arrays[f"{name}/x"], arrays[f"{name}/y"] = last(x), last(module(x))
            if hasattr(module, "gate"):
                arrays[f"{name}/gate"] = last(module.gate(x))
            if hasattr(module, "rows"):
                arrays[f"{name}/rows"] = module.rows(x).numpy()
            arrays |= {f"{name}/w/{key}": value.numpy() for key, value in module.state_dict().items()}
    np.savez_compressed(Path(__file__).with_suffix(".npz"), **arrays)


if __name__ == "__main__":
    main()
