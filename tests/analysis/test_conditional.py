"""A factor that has a value only where another asks for it, against R's nested means."""

from itertools import product

import numpy as np
import pandas as pd

from ablation.analysis import analyze
from tests.analysis.compare import close, row
from tests.analysis.conftest import load_case

FACTORS = ["norm", "dropout", "rate"]


def of_case(**settings):
    case = load_case("c20")
    found = analyze(case.path, "y", FACTORS, block="seed", scale="identity", **settings)
    return found, case.expected


def test_main_effects_match_r_s_nested_means():
    found, expected = of_case(interactions=1)
    columns, names = ["estimate", "se", "df", "ci_low", "ci_high"], ["SE", "df", "lower.CL", "upper.CL"]
    norm = expected["norm"][0]
    close(row(found.effects, factor="norm")[columns], [norm["estimate"], *(norm[n] for n in names)])
    off = expected["dropout"][0]  # R's is off - on
    line = row(found.effects, factor="dropout")
    close(line[columns], [-off["estimate"], off["SE"], off["df"], -off["upper.CL"], -off["lower.CL"]])
    close(line.p, off["p.value"], abs_=0)
    for numbers in [*expected["rate_means"], *expected["dropout_means"]]:
        factor = "rate" if "rate" in numbers else "dropout"
        mean = row(found.marginal_means, factor=factor, level=numbers[factor])
        close(mean[columns], [numbers["emmean"], *(numbers[n] for n in names)])


def test_values_are_compared_with_each_other():
    found, expected = of_case(interactions=1)
    within = {(r["contrast"]): r for r in expected["rates_within_on"]}
    assert list(found.effects.loc[found.effects["factor"] == "rate", "level"]) == ["0.3", "0.5"]
    for level in ("0.3", "0.5"):
        line, numbers = row(found.effects, factor="rate", level=level), within[f"0.1 - {level}"]
        close(
            [line.estimate, line.se, line.p],
            [-numbers["estimate"], numbers["SE"], numbers["p.value"]],
            abs_=0,
        )
    pairs = found.pairs.set_index(["level", "reference"])
    for name, numbers in within.items():
        low, high = name.split(" - ")
        pair, sign = ((low, high), 1) if (low, high) in pairs.index else ((high, low), -1)
        close(pairs.loc[pair, ["estimate", "se"]], [sign * numbers["estimate"], numbers["SE"]])


def test_other_factors_interact_with_the_values_alone():
    found, expected = of_case()
    test, screened = expected["anova_norm_by_rate"], found.interactions
    assert list(screened["term"]) == ["norm:rate"]
    close([screened["F"][0], screened["p"][0]], [test["F"], test["Pr(>F)"]])
    close(row(found.effects, factor="norm").estimate, expected["norm"][0]["estimate"])
    notice = next(w for w in found.warnings if w.code == "conditional-factor")
    assert notice.facts == {"factor": "rate", "inactive": "none", "on": "dropout", "levels": ["on"]}
    assert not {"not-estimable", "left-out-interaction"} & {w.code for w in found.warnings}


def optimizers(noise=0.01):
    """Momentum is one of SGD's settings, beta of Adam's; every value of one shifts the loss by itself."""
    momentum, beta = {"none": 0.0, "0.5": 0.1, "0.9": 0.3}, {"none": 0.0, "0.9": 0.0, "0.99": -0.2}
    sgd = product(["sgd"], ["0.5", "0.9"], ["none"])
    adam = product(["adam"], ["none"], ["0.9", "0.99"])
    rows = [(*cell, drop, s) for cell in (*sgd, *adam) for drop in (0, 1) for s in range(5)]
    table = pd.DataFrame(rows, columns=["optimizer", "momentum", "beta", "drop", "seed"])
    signal = table["momentum"].map(momentum) + table["beta"].map(beta) - 0.4 * (table["optimizer"] == "adam")
    rng = np.random.default_rng(1)
    return table.assign(loss=np.exp(signal + 0.05 * table["drop"] + rng.normal(0, noise, len(table))))


def test_two_factors_may_be_settings_of_one():
    found = analyze(optimizers(), "loss", ["optimizer", "momentum", "beta", "drop"], block="seed")
    effects = found.effects.set_index(["factor", "level", "reference"])["estimate"]
    planted = {
        ("optimizer", "sgd", "adam"): 0.4 + (0.1 + 0.3) / 2 - (0.0 - 0.2) / 2,
        ("momentum", "0.9", "0.5"): 0.2,
        ("beta", "0.99", "0.9"): -0.2,
        ("drop", "1", "0"): 0.05,
    }
    assert set(effects.index) == set(planted)
    for contrast, value in planted.items():
        assert abs(effects[contrast] - value) < 0.02


def test_means_of_a_table_with_conditions_are_means_of_its_cells():
    table = optimizers(noise=0.0)
    found = analyze(table, "loss", ["optimizer", "momentum", "beta", "drop"], block="seed", interactions=1)
    logs = np.log(table["loss"])
    means = found.marginal_means.set_index(["factor", "level"])["estimate"]
    for factor in ("optimizer", "momentum", "beta", "drop"):
        for level, mean in logs.groupby(table[factor]).mean().items():
            close(means[factor, str(level)], mean, rel=1e-9)


def test_switches_that_move_together_are_no_conditions():
    rows = [(a, a, c, s) for a in ("none", "on") for c in (0, 1) for s in range(3)]
    table = pd.DataFrame(rows, columns=["a", "b", "c", "seed"])
    table["loss"] = np.random.default_rng(0).lognormal(size=len(table))
    found = analyze(table, "loss", ["a", "b", "c"], block="seed")
    assert found.effects["estimate"].isna().tolist() == [True, True, False]
