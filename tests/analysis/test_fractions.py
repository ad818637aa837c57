"""Runs of regular fractions: what is aliased is not tested, and what is not aliased is found."""

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from ablation.design import make_design

NOISE = 0.01


def runs(n_factors, n_cells, n_seeds=2):
    factors = {f"x{i}": (False, True) for i in range(n_factors)}
    cells = make_design(factors, "fractional", runs=n_cells).cells
    table = pd.DataFrame([{**cell, "seed": seed} for cell in cells for seed in range(n_seeds)])
    rng = np.random.default_rng(0)
    table["loss"] = np.exp(0.1 * table["x0"] - 0.2 * table["x1"] + rng.normal(0, NOISE, len(table)))
    return table, list(factors)


@pytest.mark.parametrize(("n_factors", "n_cells"), [(12, 32), (5, 8), (7, 8), (4, 8), (11, 12), (7, 16)])
def test_planted_main_effects_of_a_fraction_are_found(n_factors, n_cells):
    table, factors = runs(n_factors, n_cells)
    found = analyze(table, "loss", factors, block="seed")
    effects = found.effects.set_index("factor")
    for factor, planted in (("x0", 0.1), ("x1", -0.2)):
        standard_error = 2 * NOISE / len(table) ** 0.5  # of a difference of two halves
        assert abs(effects.loc[factor, "estimate"] - planted) < 4 * standard_error
    verdicts = found.verdicts.set_index("factor")["verdict"]
    assert verdicts["x0"] == "hurts"
    assert verdicts["x1"] == "keep"
    assert len(verdicts) >= n_factors


def test_every_table_of_a_resolution_three_fraction_can_be_read():
    table, factors = runs(7, 8)
    found = analyze(table, "loss", factors, block="seed")
    for name in ("anova", "power", "robustness", "best_cells", "failures"):
        assert len(getattr(found, name)) > 0, name
    assert len(found.interactions) == 0, "each is aliased with a main effect"
