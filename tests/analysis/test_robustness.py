"""Other roads to the same effects, against R's per-seed fits and hand-counted sign flips."""

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from ablation.analysis.diagnostics.robustness import sign_flip_p
from tests.analysis.compare import close, row
from tests.analysis.conftest import FACTORS


@pytest.mark.parametrize(("factor", "key"), [("SpatialAttention", "per_seed_S"), ("Dropout", "per_seed_D")])
def test_the_effect_per_seed_matches_r(c03, factor, key):
    expected = c03.expected[key]
    found = row(analyze(c03.table, "loss", FACTORS, block="seed").robustness, factor=factor)
    close([found.block_mean, found.p_block], [expected["mean"], expected["p"]])
    if "ci" in expected:
        close([found.block_ci_low, found.block_ci_high], expected["ci"])


def test_sign_flips_are_counted_exactly():
    assert sign_flip_p(np.array([1.0, 2.0, 3.0])) == 2 / 8  # only +++ and --- reach 6
    assert sign_flip_p(np.array([1.0, 2.0, -3.0])) == 1.0
    assert sign_flip_p(np.arange(1.0, 7.0)) == 2 / 2**6


def test_sampled_sign_flips_are_close_to_the_exact_ones():
    effects = np.random.default_rng(1).normal(0.3, 1, 16)
    exact = sign_flip_p(effects)
    assert abs(sign_flip_p(np.append(effects, 0.0)) - exact) < 0.01  # a zero changes nothing but the method


def test_methods_agree_on_a_strong_effect_and_the_raw_scale_has_units(c03):
    found = analyze(c03.table, "loss", FACTORS, block="seed").robustness
    strong = row(found, factor="Dropout")
    assert strong.agree
    finite = c03.table[np.isfinite(c03.table["loss"])]
    raw = finite.groupby("Dropout")["loss"].mean()
    assert abs(strong.estimate_raw - (raw[1] - raw[0])) < 0.001


def test_a_method_that_disagrees_is_reported():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {"a": [0, 1] * 8, "seed": np.repeat(range(8), 2), "loss": np.exp(rng.normal(0, 0.01, 16))}
    )
    table.loc[(table["a"] == 1) & (table["seed"] == 0), "loss"] *= (
        1000  # one wild run: log and raw scale disagree
    )
    table.loc[table["a"] == 1, "loss"] *= 1.03
    found = analyze(table, "loss", ["a"], block="seed").robustness
    assert found["p_sign_flip"][0] < 0.05 < found["p_raw"][0]
    assert not found["agree"][0]


def test_without_seeds_there_is_nothing_per_seed(c02):
    found = analyze(c02.table, "performance", FACTORS).robustness
    assert (found["n_blocks"] == 0).all()
    assert found["p_sign_flip"].isna().all()
    assert found["p_raw"].notna().all()


def test_hc3_is_left_out_where_it_is_the_classical_error_times_the_root_of_two():
    """Two runs a cell, a mean for each: HC3 has nothing to say that the classical error has not."""
    table = pd.DataFrame([(a, b) for a in (0, 1) for b in (0, 1)] * 2, columns=["a", "b"])
    table["loss"] = 1 + np.random.default_rng(0).normal(scale=0.1, size=8)
    assert analyze(table, "loss", ["a", "b"], interactions=2).effects["p_hc3"].isna().all()
    assert analyze(table, "loss", ["a", "b"], interactions=1).effects["p_hc3"].notna().all()
