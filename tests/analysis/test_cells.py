"""Best cells and pure error."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ablation.analysis import analyze
from tests.analysis.compare import close, noted
from tests.analysis.conftest import FACTORS, load_case


def test_cells_of_the_pilot_plant_have_the_published_means():
    case = load_case("c09")
    found = analyze(case.table, "yield", list("TCK"), scale="identity", direction="higher").best_cells
    by_cell = found.set_index(["K", "C", "T"])["mean"]
    expected = case.expected["cell_means_std_order"]
    order = [(k, c, t) for k in ("-1", "1") for c in ("-1", "1") for t in ("-1", "1")]
    close([by_cell[cell] for cell in order], expected)
    assert found["mean"].is_monotonic_decreasing
    close(found["se"], np.sqrt(case.expected["pure_error_ms"] / 2) * np.ones(8))


def test_trap_23_the_best_of_equal_cells_is_within_noise():
    rng = np.random.default_rng(5)
    table = pd.DataFrame(
        [(a, b, c, s) for a in range(4) for b in range(4) for c in range(2) for s in range(3)]
    )
    table.columns = ["a", "b", "c", "seed"]
    table["loss"] = np.exp(rng.normal(0, 0.05, len(table)))
    found = analyze(table, "loss", ["a", "b", "c"], block="seed").best_cells
    assert len(found) == 32
    assert found["within_noise"].all()


def test_a_cell_far_from_the_best_is_not_within_noise(c03):
    found = analyze(c03.table, "loss", FACTORS, block="seed").best_cells
    assert found["within_noise"].iloc[0]
    assert not found["within_noise"].iloc[-1]
    assert found["Activation"].iloc[-1] == "sigmoid"
    assert found["runs"].sum() == 157


def test_cell_means_allow_for_missing_seeds():
    table = pd.DataFrame(
        {"a": list("xyxyxy"), "seed": [0, 0, 1, 1, 2, 2], "loss": [1.0, 2.0, 3.1, 4.2, 6.0, np.nan]}
    )
    found = analyze(table, "loss", ["a"], block="seed", scale="identity", interactions=1)
    table = found.best_cells.set_index("a")
    close(table["mean"][["x", "y"]], [(1.0 + 3.1 + 6.0) / 3, (2.0 + 4.2) / 2])
    close(table["seed_adjusted"]["x"], (1.0 + 3.1 + 6.0) / 3)
    close(table["seed_adjusted"].diff().abs().iloc[1], 1.05)  # the two seeds that have both


def test_the_mean_of_a_cell_with_a_failure_is_that_of_its_runs():
    levels = {"on": [0.817, 0.885, 0.919, np.nan], "off": [1.2, 1.3, 1.35, 0.6]}
    table = pd.DataFrame([(a, s, v) for a, runs in levels.items() for s, v in enumerate(runs)])
    table.columns = ["a", "seed", "loss"]
    best = analyze(table, "loss", ["a"], block="seed").best_cells.iloc[0]
    assert (best["a"], best["runs"], best["failed"]) == ("on", 3, 1)
    assert round(best["mean"], 3) == 0.873  # (0.817 x 0.885 x 0.919)^(1/3)
    # seed 3 was an easy one: with it the cell would have had a lower mean
    expected = stats.gmean(levels["off"]) * stats.gmean(np.divide(levels["on"][:3], levels["off"][:3]))
    close(best["seed_adjusted"], expected)
    assert best["ci_low"] < best["seed_adjusted"] < best["ci_high"]


def test_unreplicated_cells_use_the_model_s_error(c02):
    found = analyze(c02.table, "performance", FACTORS, scale="identity", interactions=1)
    close(found.best_cells["se"], np.full(32, c02.expected["nointercept"]["sigma"]))
    assert found.lack_of_fit["F"].isna().all()


def test_a_factor_may_be_called_like_a_column():
    table = pd.DataFrame({"runs": [0, 1] * 6, "loss": np.random.default_rng(0).lognormal(size=12)})
    found = analyze(table, "loss", ["runs"]).best_cells
    assert list(found["runs"]) == [6, 6]
    assert set(found["runs (level)"]) == {"0", "1"}


def diverging(lost):
    table = pd.DataFrame([(a, r, s) for a in (0, 1) for r in ("low", "high") for s in range(6)])
    table.columns = ["a", "rate", "seed"]
    table["loss"] = np.exp(0.3 * table["a"] + np.random.default_rng(1).normal(0, 0.05, len(table)))
    return table.assign(loss=table["loss"].mask(lost(table)))


@pytest.mark.parametrize("survivor", ["low", "high"])
def test_a_level_that_diverged_leaves_no_failures_to_other_cells(survivor):
    table = diverging(lambda t: (t["rate"] != survivor) | ((t["a"] == 0) & (t["seed"] < 2)))
    found = analyze(table, "loss", ["a", "rate"], block="seed").best_cells.set_index("a")
    assert found["runs"].to_dict() == {"0": 4, "1": 6}
    assert found["failed"].to_dict() == {"0": 2, "1": 0}


def failed_level(levels, lost):
    table = pd.DataFrame([(a, c, s) for a in (0, 1) for c in levels for s in range(4)])
    table.columns = ["a", "c", "seed"]
    table["loss"] = np.exp(np.random.default_rng(1).normal(0, 0.05, len(table)))
    table.loc[table["c"] == lost, "loss"] = np.nan
    return noted(analyze(table, "loss", ["a", "c"], block="seed"), "failed-level")


def test_a_level_that_failed_in_every_run_is_named():
    assert failed_level("rst", "s") == "c=s: all 8 runs failed, so nothing can be said about it."
    reference = "c=r: all 8 runs failed, so nothing can be said about it. c=s is the reference instead."
    assert failed_level("rst", "r") == reference
    assert failed_level("rs", "s") == ""  # then the factor has a single level, which is said


def test_the_best_cell_is_that_of_the_report_although_its_arithmetic_mean_is_worse():
    table = pd.DataFrame({"norm": ["on"] * 3 + ["off"] * 3, "depth": 2, "seed": [0, 1, 2] * 2})
    table["loss"] = [
        0.10,
        0.12,
        0.90,
        0.33,
        0.34,
        0.35,
    ]  # geometric 0.221 and 0.340, arithmetic 0.373 and 0.340
    table.index = list("uvwxyz")
    found = analyze(table, "loss", ["norm", "depth"], block="seed")
    assert found.best_cell.levels == {"norm": "on", "depth": "2"}
    assert found.best_cell.levels["norm"] == found.best_cells["norm"].iloc[0]
    assert found.best_cell.rows == ("u", "v", "w")
    assert found.best_cell.ties == ({"norm": "off", "depth": "2"},)
    assert found.best_cell.failed == 0
    other = analyze(table, "loss", ["norm"], block="seed", scale="identity")
    assert other.best_cell.levels == {"norm": "off"}, "on the raw scale the arithmetic mean counts"
    assert analyze(table, "loss", ["norm"], block="seed", direction="higher").best_cell.levels == {
        "norm": "on"
    }


def test_the_ties_of_the_best_cell_are_the_cells_within_its_noise(c03):
    found = analyze(c03.table, "loss", FACTORS, block="seed")
    near = found.best_cells[found.best_cells["within_noise"]]
    assert list(found.best_cell.ties) == near[FACTORS].iloc[1:].to_dict("records")
    assert len(found.best_cell.rows) == near["runs"].iloc[0]
    assert found.best_cell.failed == near["failed"].iloc[0]
