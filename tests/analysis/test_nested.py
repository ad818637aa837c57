"""Nested factors that are declared, or blank where they have no level, against R's emmeans."""

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from ablation.errors import UsageError
from tests.analysis.compare import close, noted, row, told
from tests.analysis.conftest import load_case

FACTORS = ["norm", "dropout", "rate"]
SETTINGS = {"block": "seed", "scale": "identity", "interactions": 1}


@pytest.fixture(scope="module")
def case():
    return load_case("c20")


def matches_r(found, expected):
    """Whether main effects are those of emmeans."""
    norm, off, within = expected["norm"][0], expected["dropout"][0], expected["rates_within_on"]
    lines = [row(found.effects, factor="norm"), row(found.effects, factor="dropout")]
    close([line.estimate for line in lines], [norm["estimate"], -off["estimate"]])
    close([line.p for line in lines], [norm["p.value"], off["p.value"]], abs_=0)
    for numbers in within:
        low, high = numbers["contrast"].split(" - ")
        if "none" not in (low, high) and low == "0.1":
            line = row(found.effects, factor="rate", level=high)
            close([line.estimate, line.se, line.p], [-numbers["estimate"], numbers["SE"], numbers["p.value"]])


@pytest.mark.parametrize("where", ["dropout=on", {"dropout": "on"}, {"dropout": ["on"]}])
def test_what_stands_where_a_declared_factor_has_no_level_says_nothing(case, where):
    table = case.table.assign(rate=case.table["rate"].replace("none", "0.1"))
    matches_r(analyze(table, "y", FACTORS, nested={"rate": where}, **SETTINGS), case.expected)


def test_a_factor_that_is_blank_where_another_is_off_is_nested(case):
    table = case.table.assign(rate=pd.to_numeric(case.table["rate"], errors="coerce"))
    found = analyze(table, "y", FACTORS, **SETTINGS)
    assert found.n_runs == len(table)
    matches_r(found, case.expected)


@pytest.mark.parametrize(("where", "value", "n_runs"), [("on", np.nan, 31), ("off", 0.1, 32)])
def test_one_cell_of_a_table_that_hides_what_is_nested_is_told(case, where, value, n_runs):
    table = case.table.assign(rate=pd.to_numeric(case.table["rate"], errors="coerce"))
    table.loc[table.index[table["dropout"] == where][0], "rate"] = value
    hidden = analyze(table, "y", FACTORS, **SETTINGS)
    assert hidden.n_runs < n_runs, "a blank that no factor explains is a level that nobody knows"
    told = noted(hidden, "nearly-nested")
    assert "But for 1 row, rate has a value at dropout=on and is blank elsewhere." in told
    assert "nested={rate: dropout=on}" in told
    said = analyze(table, "y", FACTORS, nested={"rate": "dropout=on"}, **SETTINGS)
    assert said.n_runs == n_runs
    if n_runs == len(table):
        matches_r(said, case.expected)


def test_the_parent_is_told_at_each_value_of_the_nested_factor(case):
    found = analyze(case.path, "y", FACTORS, **SETTINGS)
    effects = found.parent_effects.set_index("within")
    expected = {r["contrast"]: r for r in case.expected["rates_within_on"] if r["contrast"].endswith("none")}
    assert list(effects.index) == ["rate=0.1", "rate=0.3", "rate=0.5"]
    assert set(zip(effects["factor"], effects["level"], effects["reference"], strict=True)) == {
        ("dropout", "on", "off")
    }
    columns, names = ["estimate", "se", "df", "ci_low", "ci_high", "t", "p"], [
        "estimate", "SE", "df", "lower.CL", "upper.CL", "t.ratio", "p.value",
    ]  # fmt: skip
    for contrast, numbers in expected.items():
        close(effects.loc[f"rate={contrast.split()[0]}", columns], [numbers[n] for n in names])
    assert "With dropout=on instead of off, y changes by −0.0905 (−0.127 to −0.054)" in noted(
        found, "parent-effects"
    )


def test_the_parent_s_sum_of_squares_is_that_before_the_nested_factor(case):
    found = analyze(case.path, "y", FACTORS, **SETTINGS)
    # Off and on are balanced over all else, so F is the square of R's t for the averaged contrast.
    line, contrast = row(found.anova, term="dropout"), case.expected["dropout"][0]
    close([line.df, line.F, line.p], [1, contrast["t.ratio"] ** 2, contrast["p.value"]])
    assert row(found.anova, term="rate").df == 2


def test_words_and_tables_say_within_what_a_factor_is_nested(case):
    found = analyze(case.path, "y", FACTORS, **SETTINGS)
    assert list(found.verdicts["within"]) == ["", "", "dropout=on", "dropout=on"]
    assert list(told(found)["component"])[2] == "rate=0.3 instead of 0.1 (within dropout=on)"
    assert [one.levels for one in found.ranked] == [("0.1", "0.3", "0.5")], "none is no rate"


def test_one_value_of_a_declared_factor_is_no_factor(case):
    table = case.table[case.table["rate"].isin(["none", "0.1"])]
    found = analyze(table, "y", FACTORS, nested={"rate": "dropout=on"}, **SETTINGS)
    effect = table[table["dropout"] == "on"]["y"].mean() - table[table["dropout"] == "off"]["y"].mean()
    close(row(found.effects, factor="dropout").estimate, effect)
    assert "All runs that count have rate=0.1" in noted(found, "single-level")


def test_a_level_called_off_is_a_value_where_none_is_the_absence_of_one():
    rng = np.random.default_rng(0)
    cells = [("false", "none"), *(("true", level) for level in ("off", "slow", "fast"))]
    table = pd.DataFrame([(*cell, a, s) for cell in cells for a in "xy" for s in range(3)],
                         columns=["decay", "schedule", "a", "seed"])  # fmt: skip
    table["y"] = rng.normal(size=len(table))
    found = analyze(table, "y", ["decay", "schedule", "a"], **SETTINGS)
    assert found.effects["estimate"].notna().all()
    on = table[table["decay"] == "true"].groupby("schedule")["y"].mean()
    close(row(found.effects, factor="schedule", level="slow").estimate, on["slow"] - on["off"])


@pytest.mark.parametrize(
    ("nested", "said"),
    [
        ({"rate": "on"}, "such as {rate: dropout=true}. Received: {rate: on}"),
        ({"rate": "speed=on"}, "expected two factors with levels, of 'norm', 'dropout' and 'rate'"),
        ({"rate": "dropout=maybe"}, "a level of 'dropout': 'off' and 'on'. Received: maybe"),
        ({"rate": "dropout=on", "dropout": "rate=0.1"}, "Received: rate and dropout, in a circle"),
        ({"rate": "rate=0.1"}, "expected two factors"),
    ],
)
def test_what_cannot_be_nested_is_refused(case, nested, said):
    with pytest.raises(UsageError, match="nested: expected") as refused:
        analyze(case.path, "y", FACTORS, nested=nested, **SETTINGS)
    assert said in str(refused.value)


def test_what_a_change_contributes_is_asked_of_the_parent_with_its_values(case):
    found = analyze(case.path, "y", FACTORS, **SETTINGS).attribution.set_index(["factor", "level"])
    assert list(found.loc["dropout"].index) == ["rate 0.1", "rate 0.3", "rate 0.5"]
    means = case.table.groupby(["norm", "dropout", "rate"])["y"].mean()
    changes = {
        v: [means[n, "on", v] - means[n, "off", "none"] for n in ("off", "on")] for v in ("0.1", "0.3", "0.5")
    }
    for value, (first, last) in changes.items():
        line = found.loc["dropout", f"rate {value}"]
        # Two changes can be made in two orders, so the Shapley value is the mean of alone and last.
        close([line["first"], line["last"], line["shapley"]], [first, last, (first + last) / 2])
    within = {r["contrast"]: r["estimate"] for r in case.expected["rates_within_on"]}
    close(found.loc["dropout", "average"], [within[f"{v} - none"] for v in ("0.1", "0.3", "0.5")])


def test_a_factor_with_one_value_where_its_parent_is_on_costs_no_rows():
    """It is the parent's by another name: what is told is what a table without the column tells."""
    rows = [(n, d, s) for n in ("a", "b") for d in ("off", "on") for s in range(3)]
    table = pd.DataFrame(rows, columns=["norm", "drop", "seed"])
    table["rate"] = np.where(table["drop"] == "on", 0.1, np.nan)
    table["y"] = np.random.default_rng(0).normal(size=len(table))
    found = analyze(table, "y", ["norm", "drop", "rate"], block="seed", scale="identity")
    same = analyze(table, "y", ["norm", "drop"], block="seed", scale="identity")
    pd.testing.assert_frame_equal(found.verdicts, same.verdicts)
