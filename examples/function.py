"""A study of a Python function: which parts of a small network of NumPy alone earn their keep.

python examples/function.py     40 runs, a few seconds; done again, it trains nothing
"""

import numpy as np

import ablation


def train(standardise=True, momentum=0.9, units=16, seed=0):
    """Fit one hidden layer to a wavy surface; the mean squared error on points that it has not seen."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 10, (600, 2))
    y = np.sin(x[:, :1]) + 0.1 * x[:, 1:] + rng.normal(0, 0.1, (600, 1))
    if standardise:
        x = (x - x.mean(0)) / x.std(0)
    weights = [rng.normal(0, 1, (2, units)), np.zeros(units), rng.normal(0, 0.1, (units, 1)), np.zeros(1)]
    steps = [np.zeros_like(w) for w in weights]
    for _ in range(300):
        hidden = np.tanh(x[:500] @ weights[0] + weights[1])
        error = (hidden @ weights[2] + weights[3] - y[:500]) / 500
        back = error @ weights[2].T * (1 - hidden**2)
        gradients = [x[:500].T @ back, back.sum(0), hidden.T @ error, error.sum(0)]
        steps = [momentum * s - 0.05 * g for s, g in zip(steps, gradients, strict=True)]
        weights = [w + s for w, s in zip(weights, steps, strict=True)]
    hidden = np.tanh(x[500:] @ weights[0] + weights[1])
    return float(np.mean((hidden @ weights[2] + weights[3] - y[500:]) ** 2))


if __name__ == "__main__":
    study = ablation.sweep(
        train,
        factors={"standardise": [False, True], "momentum": [0.0, 0.9], "units": [16, 32]},
        seeds=5,
        response="mse",
        margin=5.0,  # effects below 5 % do not matter
        n_jobs=2,
    )
    print(study)
    study.report("page")
