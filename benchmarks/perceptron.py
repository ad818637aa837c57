"""A network whose training takes a fraction of a second, so that a study of 768 runs takes minutes.

One hidden layer of 32 units in numpy alone, on the 8,000 digits that the package carries (14 × 14 pixels):
three epochs of SGD with momentum in batches of 50. The response is the cross-entropy on the 2,000 digits for
the test; a seed decides the initial weights, the order of the digits and what dropout drops. The placebo
takes other random numbers and does nothing else, so its effect is known: none.

    python -m benchmarks.perceptron --seeds 24        # → benchmarks/rows/perceptron24.parquet
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special

import ablation.app.data as data
from ablation.analysis.data.factors import Floats, Ints

FACTORS = {
    "placebo": ["false", "true"],
    "dropout": ["false", "true"],
    "weight_decay": ["false", "true"],
    "activation": ["relu", "leaky_relu", "elu", "tanh"],
}
ROWS = Path(__file__).parent / "rows" / "perceptron24.parquet"
HIDDEN, BATCH, EPOCHS, RATE, MOMENTUM, DECAY, DROPPED = 32, 50, 3, 0.05, 0.9, 1e-3, 0.05

ACTIVATIONS = {  # name → its value at z, and its slope where the value is a
    "relu": (lambda z: np.maximum(z, 0), lambda a: (a > 0).astype(float)),
    "leaky_relu": (lambda z: np.where(z > 0, z, 0.1 * z), lambda a: np.where(a > 0, 1.0, 0.1)),
    "elu": (lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), lambda a: np.where(a > 0, 1.0, a + 1)),
    "tanh": (np.tanh, lambda a: 1 - a**2),
}


def digits(part: str) -> tuple[Floats, Ints]:
    """Of `train` or `test`: pixels from 0 to 1, (n, 196), each the mean of 2 × 2, and labels (n,)."""
    with np.load(Path(data.__file__).parent / "mnist_sample.npz") as arrays:
        pixels = arrays[part].reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)) / 255
        return pixels.reshape(len(pixels), -1), arrays[f"{part}_labels"].astype(int)


class Network:
    """One hidden layer.

    Args:
        activation: its name.
        rng: draws the initial weights.
    """

    def __init__(self, activation: str, rng: np.random.Generator) -> None:
        self.value, self.slope = ACTIVATIONS[activation]
        self.weights = {
            "w": rng.normal(size=(196, HIDDEN)) * np.sqrt(1 / 196),
            "b": np.zeros(HIDDEN),
            "v": rng.normal(size=(HIDDEN, 10)) * np.sqrt(1 / HIDDEN),
            "c": np.zeros(10),
        }

    def loss(self, x: Floats, y: Ints) -> float:
        """Mean cross-entropy."""
        w = self.weights
        scores = self.value(x @ w["w"] + w["b"]) @ w["v"] + w["c"]
        return float(np.mean(special.logsumexp(scores, axis=1) - scores[np.arange(len(y)), y]))

    def gradients(self, x: Floats, y: Ints, mask: Floats) -> dict[str, Floats]:
        """Of the mean cross-entropy of a batch.

        Args:
            x: pixels, (n, 196).
            y: labels, (n,).
            mask: what each hidden unit is multiplied by, (n, HIDDEN).
        """
        w = self.weights
        a = self.value(x @ w["w"] + w["b"])
        d = special.softmax((a * mask) @ w["v"] + w["c"], axis=1)
        d[np.arange(len(y)), y] -= 1
        d /= len(y)
        hidden = (d @ w["v"].T) * mask * self.slope(a)
        return {"v": (a * mask).T @ d, "c": d.sum(axis=0), "b": hidden.sum(axis=0), "w": x.T @ hidden}


def train(levels: dict[str, str], seed: int) -> float:
    """The test loss of one run."""
    rng = np.random.default_rng([seed, levels["placebo"] == "true"])
    network = Network(levels["activation"], rng)
    (x, y), pace = digits("train"), {name: np.zeros_like(w) for name, w in network.weights.items()}
    dropped = DROPPED if levels["dropout"] == "true" else 0.0
    decay = DECAY if levels["weight_decay"] == "true" else 0.0
    for _ in range(EPOCHS):
        for batch in rng.permutation(len(y)).reshape(-1, BATCH):
            mask = (rng.random((BATCH, HIDDEN)) >= dropped) / (1 - dropped)
            for name, slope in network.gradients(x[batch], y[batch], mask).items():
                pace[name] = MOMENTUM * pace[name] - RATE * (slope + decay * network.weights[name])
                network.weights[name] += pace[name]
    return network.loss(*digits("test"))


def main() -> None:
    """Train every cell with every seed and keep factors, seeds and losses."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=24)
    options = parser.parse_args()
    rows = []
    for seed in range(options.seeds):
        for cell in product(*FACTORS.values()):
            levels = dict(zip(FACTORS, cell, strict=True))
            rows.append({**levels, "seed": seed, "loss": train(levels, seed)})
    table = pd.DataFrame(rows).astype({name: pd.CategoricalDtype(levels) for name, levels in FACTORS.items()})
    ROWS.parent.mkdir(exist_ok=True)
    table.to_parquet(ROWS, index=False)
    print(f"{len(table)} rows, {ROWS.stat().st_size / 1000:.0f} kB: {ROWS}")


if __name__ == "__main__":
    main()
