"""A program that knows nothing about studies: a small network that tells two spirals apart."""

import argparse
import json

import numpy as np


def spirals(n, rng):
    """Points of two spirals (n × 2), and which one each is of (n × 1)."""
    label = np.arange(n)[:, None] % 2
    turn = rng.uniform(0.5, 2, (n, 1)) * np.pi
    angle = turn + np.pi * label
    points = turn / 4 * np.hstack([np.cos(angle), np.sin(angle)])
    return points + rng.normal(0, 0.25, points.shape), label


def predict(points, weights):
    """The hidden layer, and the chance of the second spiral."""
    hidden = np.tanh(points @ weights[0] + weights[1])
    return hidden, 1 / (1 + np.exp(-(hidden @ weights[2] + weights[3])))


def main():
    """Train, and print the results as lines of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--hidden", type=int, default=16)
    parser.add_argument("--augment", action="store_true", help="move the points a little in each epoch")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    points, label = spirals(60, rng)
    new_points, new_label = spirals(500, rng)
    shapes = [(2, options.hidden), (options.hidden,), (options.hidden, 1), (1,)]
    weights = [rng.normal(0, 1, shape) for shape in shapes]
    for epoch in range(1001):
        moved = points + options.augment * rng.normal(0, 0.2, points.shape)
        hidden, chance = predict(moved, weights)
        error = (chance - label) / len(label)
        back = error @ weights[2].T * (1 - hidden**2)
        gradients = [moved.T @ back, back.sum(0), hidden.T @ error, error.sum(0)]
        weights = [w - 10 * options.lr * g for w, g in zip(weights, gradients, strict=True)]
        if epoch % 250 == 0:
            _, chance = predict(new_points, weights)
            loss = -np.mean(np.log(np.where(new_label, chance, 1 - chance)))
            accuracy = np.mean((chance > 0.5) == new_label)
            print(json.dumps({"epoch": epoch, "val_loss": float(loss), "val_accuracy": float(accuracy)}))


if __name__ == "__main__":
    main()
