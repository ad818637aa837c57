"""Frontiers worked by hand, and prices with their intervals against independent numbers."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.optimize import brentq

from ablation.analysis import analyze
from ablation.analysis.costs.prices import fieller

CELLS = {"a": (1, 9.0), "b": (2, 5.0), "c": (3, 6.0), "d": (4, 5.05), "e": (5, 1.0), "f": (6, 1.02)}
"""Cell → cost, loss: c is beaten by b, d and f may be."""


def by_hand(noise=0.05, jitter=0.0, direction="lower"):
    rng = np.random.default_rng(0)
    error = {
        cell: np.random.default_rng(i).permutation([-1, -1, -1, 1, 1, 1]) for i, cell in enumerate(CELLS)
    }
    rows = [
        (
            cell,
            seed,
            (loss if direction == "lower" else -loss) + noise * error[cell][seed],
            cost + jitter * rng.normal(),
        )
        for cell, (cost, loss) in CELLS.items()
        for seed in range(6)
    ]
    table = pd.DataFrame(rows, columns=["cell", "seed", "y", "cost"])
    found = analyze(table, "y", "cell", block="seed", direction=direction, scale="identity")
    return found.frontier(table["cost"].to_numpy()).set_index("cell"), found


@pytest.mark.parametrize("direction", ["lower", "higher"])
def test_the_frontier_is_told_from_what_noise_leaves_open(direction):
    table, found = by_hand(direction=direction)
    assert table["status"].to_dict() == {
        "cell=a": "frontier", "cell=b": "frontier", "cell=c": "beaten",
        "cell=d": "open", "cell=e": "frontier", "cell=f": "open",
    }  # fmt: skip
    assert table["by"]["cell=c"] == "cell=b"
    best = found.best_cells.set_index("cell").loc[table.index]
    assert table["mean"].tolist() == best["seed_adjusted"].tolist()
    assert table["ci_low"].tolist() == best["ci_low"].tolist()
    assert table["cost"].is_monotonic_increasing


def test_costs_that_overlap_beat_nothing():
    table, _ = by_hand(jitter=3.0)
    assert set(table["status"]) <= {"frontier", "open"}


def test_without_an_error_estimate_nothing_is_beaten():
    table = pd.DataFrame([(cell, *both) for cell, both in CELLS.items()], columns=["cell", "cost", "y"])
    found = analyze(table, "y", "cell", direction="lower", scale="identity").frontier(
        table["cost"].to_numpy()
    )
    assert found["status"].tolist() == ["frontier", "frontier", "open", "open", "frontier", "open"]


def test_fiellers_interval_is_where_the_test_of_the_ratio_turns():
    a, b, t = (2.0, 0.3), (0.8, 0.1), 2.1

    def gap(ratio):
        return abs(a[0] - ratio * b[0]) / np.hypot(a[1], ratio * b[1]) - t

    found = fieller(a, b, t)
    assert found.value == 2.5
    assert found.low == pytest.approx(brentq(gap, 0, 2.5), rel=1e-10)
    assert found.high == pytest.approx(brentq(gap, 2.5, 50), rel=1e-10)


def test_without_a_sure_gain_a_price_has_no_interval():
    assert np.isnan(fieller((2.0, 0.3), (0.1, 0.1), 2.1)[1:]).all()


def priced(effect=-0.02, noise=0.001, cost_noise=0.0):
    """a takes 2 % off the loss for 30 % more cost, b does nothing for 10 % more, c helps and is cheaper."""
    rng, rows = np.random.default_rng(1), []
    for (a, b, c), seed in product(product((0, 1), repeat=3), range(5)):
        loss = np.exp(effect * a - 0.05 * c + noise * rng.normal())
        cost = 100 * 1.3**a * 1.1**b * 0.9**c * np.exp(cost_noise * rng.normal())
        rows.append((a, b, c, seed, loss, cost))
    table = pd.DataFrame(rows, columns=["a", "b", "c", "seed", "loss", "cost"])
    found = analyze(table, "loss", ["a", "b", "c"], block="seed")
    return found.prices(table["cost"].to_numpy()).set_index("factor"), found


def test_a_price_is_the_cost_of_one_percent_of_gain():
    table, found = priced()
    right = 100 * np.expm1(np.log(1.3) * np.log(0.99) / table["estimate"]["a"])
    assert table["price"]["a"] == pytest.approx(right, rel=1e-9)
    bounds = [100 * np.expm1(np.log(1.3) * np.log(0.99) / table[end]["a"]) for end in ("ci_low", "ci_high")]
    assert table.loc["a", ["price_low", "price_high"]].tolist() == pytest.approx(bounds, rel=1e-9)
    assert (
        table["price_low"]["a"]
        < 100 * np.expm1(np.log(1.3) * np.log(0.99) / -0.02)
        < table["price_high"]["a"]
    )
    assert table["cost_percent"].tolist() == pytest.approx([30, 10, -10])
    assert np.isnan(table["price"]["c"])  # better and cheaper
    assert found.gain_unit == pytest.approx(np.log(0.99))


def test_a_cost_measured_once_a_cell_has_the_error_of_its_bounds():
    """Of a main effect in a balanced design: the mean of so many independent logarithms on either side."""
    _, found = priced()
    cells = np.array([int(text) for text in ("".join(found.runs.levels(i).values()) for i in range(40))])
    sizes = {cell: 0.01 * (1 + i) for i, cell in enumerate(np.unique(cells))}
    sd, log = np.array([sizes[cell] for cell in cells]), np.log(100 * 1.3 ** (cells >= 100))
    table = found.prices(np.exp([log - 1.959964 * sd, log, log + 1.959964 * sd])).set_index("factor")
    se = np.sqrt(sum(size**2 for size in sizes.values())) / 4
    half = np.log1p(table["cost_percent_high"] / 100) - np.log1p(table["cost_percent"] / 100)
    t = stats.t.ppf(0.975, found.fit.df_resid)
    assert half.tolist() == pytest.approx([t * se] * 3, rel=1e-6)
    assert table["cost_percent"].tolist() == pytest.approx([30, 0, 0], abs=1e-9)


def test_a_cell_is_cheaper_where_its_bounds_are():
    table = pd.DataFrame({"cell": list("aabb"), "y": [1.0, 1.1, 1.2, 1.3]})
    found = analyze(table, "y", "cell", direction="lower", scale="identity")
    wide = np.array([[1, 1, 2, 2], [2, 2, 3, 3], [2.5, 2.5, 4, 4]])
    frontier = found.frontier(wide).set_index("cell")
    assert frontier[["cost_low", "cost", "cost_high"]].to_numpy().tolist() == [[1, 2, 2.5], [2, 3, 4]]


def test_prices_of_measured_costs_cover_the_truth():
    """Of 80 studies 95 % are promised; 71 and more cover in 98.9 % of such tests."""
    rng, covered = np.random.default_rng(3), 0
    for _ in range(80):
        noise = [0.004 * rng.normal(size=(8, 4)), 0.05 * rng.normal(size=(8, 4))]
        rows = [
            (
                *cell,
                seed,
                np.exp(-0.02 * cell[0] + noise[0][i, seed]),
                np.exp(0.3 * cell[0] + noise[1][i, seed]),
            )
            for i, cell in enumerate(product((0, 1), repeat=3))
            for seed in range(4)
        ]
        table = pd.DataFrame(rows, columns=["a", "b", "c", "seed", "loss", "cost"])
        prices = analyze(table, "loss", ["a", "b", "c"], block="seed").prices(table["cost"].to_numpy())
        low, high = prices.loc[0, ["price_low", "price_high"]]
        covered += low <= 100 * np.expm1(0.3 * np.log(0.99) / -0.02) <= high
    assert covered >= 71
