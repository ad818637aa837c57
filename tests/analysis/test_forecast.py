"""What more seeds would bring, against simulations of larger studies that go through `analyze`."""

import itertools

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze

ACTIVATIONS = ("relu", "elu", "sigmoid")


def exactly(effect, levels, n_seeds, sigma, seed=0):
    """A study whose fitted model is known: means on the log scale by `effect`, residual variance sigma^2."""
    rng = np.random.default_rng(seed)
    rows = [dict(zip(levels, cell, strict=True)) for cell in itertools.product(*levels.values())]
    table = pd.DataFrame([{**row, "seed": s} for row in rows for s in range(n_seeds)])
    noise = table.assign(y=np.exp(rng.normal(size=len(table))))
    fit = analyze(noise, "y", list(levels), block="seed").fit
    means = np.array([effect(row) for row in table.to_dict("records")])
    return table.assign(loss=np.exp(means + sigma * fit.residuals / np.sqrt(fit.variance)))


def with_more_seeds(found, table, more, rng):
    """The table with seeds that the fitted model gives: its cell means, equal normal noise."""
    fit, factors = found.fit, list(found.request.factors)
    fitted = pd.Series(fit.y - fit.residuals + found.scaling.shift, index=found.runs.labels)
    cells = table.assign(mean=fitted).groupby(factors, sort=False, observed=True)["mean"].mean().reset_index()
    parts = [table]
    for s in range(more):
        noise = np.sqrt(fit.variance) * rng.normal(size=len(cells))
        parts.append(cells[factors].assign(seed=100 + s, loss=np.exp(cells["mean"] + noise)))
    return pd.concat(parts, ignore_index=True)


def endings(found, table, more, n_studies):
    """Of each main contrast, the share of simulated studies that settle it, and the verdicts by `within`."""
    rng, asked = np.random.default_rng(5), found.request
    seen = []
    for _ in range(n_studies):
        grown = with_more_seeds(found, table, more, rng)
        verdicts = analyze(grown, "loss", asked.factors, block="seed", margin=asked.margin).verdicts
        seen.append(verdicts[["factor", "level", "within", "verdict"]].assign(study=len(seen)))
    return pd.concat(seen)


def settled(seen, factor, level):
    one = seen[(seen["factor"] == factor) & (seen["level"] == level)]
    return one.groupby("study")["verdict"].agg(lambda v: (v != "inconclusive").all()).mean()


def quick(dropout_turns_elu=0.0):
    """Estimates as in the README's study, in fewer cells: 2 x 2 x 3, with 3 seeds."""
    levels = {"dropout": (0, 1), "attention": (0, 1), "activation": ACTIVATIONS}
    activation = dict(zip(ACTIVATIONS, (0, -0.0008, -0.0156), strict=True))

    def effect(row):
        turned = dropout_turns_elu * (row["activation"] == "elu") * (row["dropout"] - 0.5)
        main = 0.023 * row["dropout"] - 0.0053 * row["attention"]
        return main + activation[row["activation"]] + turned

    table = exactly(effect, levels, 3, 0.0104)
    table["activation"] = pd.Categorical(table["activation"], ACTIVATIONS)
    return table, list(levels)


def forecast(found, factor, level):
    table = found.forecasts
    one = table[(table["factor"] == factor) & (table["level"] == str(level))]
    return one, one["seeds_needed"].iloc[0], one["chance"].iloc[0]


def test_the_forecast_agrees_with_a_simulation_of_the_larger_study():
    table, factors = quick()
    found = analyze(table, "loss", factors, block="seed", margin=1)
    one, more, chance = forecast(found, "attention", 1)
    assert 0.8 <= chance < 0.95
    n = 200
    seen = endings(found, table, int(more), n)
    error = 3 * np.sqrt(0.2 * 0.8 / n)
    assert abs(settled(seen, "attention", "1") - chance) < error
    told = one[one["at"] == ""].set_index("ending")["share"]
    whole = seen[(seen["factor"] == "attention") & (seen["within"] == "")]
    for ending in ("better", "does nothing"):  # it may end in two ways, and both are said
        assert told[ending] > 0.05
        assert abs((whole["verdict"] == ending).sum() / n - told[ending]) < error


def test_fewer_seeds_than_forecast_settle_it_less_often():
    table, factors = quick()
    found = analyze(table, "loss", factors, block="seed", margin=1)
    _, more, _ = forecast(found, "attention", 1)
    assert settled(endings(found, table, int(more) - 1, 100), "attention", "1") < 0.8 + 0.1


def test_an_effect_that_turns_with_another_factor_is_foretold_by_its_levels():
    table, factors = quick(dropout_turns_elu=0.02)
    found = analyze(table, "loss", factors, block="seed", margin=1)
    now = found.verdicts[(found.verdicts["factor"] == "activation") & (found.verdicts["level"] == "elu")]
    assert list(now["within"]) == [""], "no interaction is clear enough yet"
    one, more, chance = forecast(found, "activation", "elu")
    assert "does nothing" not in set(one.loc[(one["at"] == "") & (one["share"] > 0.1), "ending"])
    by_level = one[one["at"] != ""].set_index("at")
    assert set(by_level.index) == {"dropout=0", "dropout=1"}
    n = 100
    seen = endings(found, table, int(more), n)
    assert abs(settled(seen, "activation", "elu") - chance) < 3 * np.sqrt(0.2 * 0.8 / n)
    for within, row in by_level.iterrows():
        split = seen[(seen["level"] == "elu") & (seen["within"] == within)]
        assert len(split) > n / 2
        assert abs((split["verdict"] == row["ending"]).mean() - row["share"]) < 0.12


def test_only_inconclusive_verdicts_with_an_error_have_a_forecast():
    table, factors = quick()
    found = analyze(table, "loss", factors, block="seed", margin=1)
    told = set(zip(found.forecasts["factor"], found.forecasts["level"], strict=True))
    open_ = found.verdicts[found.verdicts["verdict"] == "inconclusive"]
    assert told == set(zip(open_["factor"], open_["level"], strict=True))
    assert [f.forecast is not None for f in found.findings] == list(
        found.verdicts["verdict"] == "inconclusive"
    )
    alone = table[table["seed"] == 0]
    assert analyze(alone, "loss", factors, interactions=4, margin=1).forecasts.empty


def test_what_no_number_of_seeds_settles_is_out_of_reach():
    table = exactly(lambda row: 1e-6 * row["a"], {"a": (0, 1), "b": (0, 1)}, 3, 0.02)
    one, more, chance = forecast(analyze(table, "loss", ["a", "b"], block="seed"), "a", 1)
    assert pd.isna(more)
    assert chance < 0.8
    assert one.iloc[-1]["ending"] == "inconclusive"


@pytest.mark.parametrize("block", ["seed", None])
def test_failures_and_studies_without_blocks_have_forecasts(block):
    table, factors = quick()
    table.loc[::9, "loss"] = np.nan
    found = analyze(table, "loss", factors, block=block, margin=1)
    _, more, chance = forecast(found, "attention", 1)
    assert 1 <= more <= 20
    assert chance >= 0.8


def test_the_forecast_is_the_same_every_time():
    table, factors = quick()
    first, second = (analyze(table, "loss", factors, block="seed", margin=1).forecasts for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
