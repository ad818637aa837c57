"""Several data sets: R's numbers (metafor, lme4), Autorank's, planted spreads, and what is not known."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ablation.analysis import analyze
from ablation.analysis.data.column_kinds import set_column
from ablation.analysis.sets.random_effects import random_effects
from ablation.analysis.sets.ranks import critical_difference
from ablation.report.sentences import Wording
from ablation.report.sentences.notice import notice_sentence
from ablation.report.sentences.sets import population_sentence, ranks_sentence, sets_sentence
from tests.analysis.conftest import load_case

ASKED = {"response": "loss", "factors": ["flag"], "block": ["data", "seed"], "reference": {"flag": "off"}}


@pytest.fixture(scope="module")
def table():
    return load_case("c23").table


@pytest.fixture(scope="module")
def expected():
    return load_case("c23").expected


@pytest.fixture(scope="module")
def found(table):
    return analyze(table, **ASKED)


def test_effects_on_each_data_set_are_those_of_r(found, expected):
    mine = found.set_effects.set_index("set")["estimate"]
    for told in expected["per_set"]:
        assert mine[told["data"]] == pytest.approx(told["effect"], rel=1e-10)


def test_mean_spread_and_prediction_are_those_of_metafor(found, expected):
    mine, told = found.heterogeneity.iloc[0], expected["metafor_pooled_variance"]
    assert mine["seed_sd"] ** 2 == pytest.approx(told["within_variance"], rel=1e-10)
    numbers = [told["b"], told["se"], told["p"], *told["ci"], *told["prediction"], np.sqrt(told["tau2"])]
    names = ["estimate", "se", "p", "ci_low", "ci_high", "prediction_low", "prediction_high", "tau"]
    assert mine[names].tolist() == pytest.approx(numbers, rel=1e-6)


def test_they_are_those_of_a_mixed_model(found, expected):
    mine, told = found.heterogeneity.iloc[0], expected["lmer"]
    assert mine[["estimate", "se", "p"]].tolist() == pytest.approx(
        [told["estimate"], told["se"], told["p"]], rel=1e-6
    )
    assert mine["df"] == told["df"]
    assert mine["tau"] ** 2 == pytest.approx(told["var_data"], rel=1e-6)


def test_unequal_variances_give_metafor_s_numbers(expected):
    y, v = (np.array([one[name] for one in expected["per_set"]]) for name in ("effect", "variance"))
    told = expected["metafor_REML_knha"]
    mine = random_effects(y, v, 0.05)
    numbers = [told["b"], told["se"], told["p"], *told["ci"], *told["prediction"], np.sqrt(told["tau2"])]
    assert [
        mine.estimate,
        mine.se,
        mine.p,
        mine.low,
        mine.high,
        mine.prediction_low,
        mine.prediction_high,
        mine.tau,
    ] == pytest.approx(numbers, rel=2e-4)  # fmt: skip  (metafor stops at a change of 1e-5)


def test_equal_effects_have_no_spread():
    mine = random_effects(np.array([1.0, 1.1, 0.9]), np.full(3, 0.5), 0.05)
    assert mine.tau == 0
    assert (mine.prediction_low, mine.prediction_high) == (mine.low, mine.high)


def test_ranks_are_those_of_autorank():
    told = load_case("c25").expected["ranks"]
    rows = [(cell, f"set{i}", seed, value + 0.001 * (seed - 0.5) * (i % 3))
            for cell, values in told["data"].items() for i, value in enumerate(values)
            for seed in (0, 1)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["cell", "dataset", "seed", "loss"])
    found = analyze(table, "loss", "cell", block=["dataset", "seed"]).set_ranks
    mine = dict(zip(found.table.iloc[:, 3], found.table["mean_rank"], strict=True))
    assert mine == pytest.approx(told["mean_rank"])
    assert found.p == pytest.approx(told["p"], rel=1e-9)
    assert found.critical == pytest.approx(told["cd"], rel=5e-4)  # Autorank's q has four digits
    assert found.tied == 2
    said = ranks_sentence(found, list(mine), 0.05, "p < 0.0001")
    assert "a ranks best, and 2 others within the critical difference" in said


def test_critical_differences_are_those_of_demsar():
    """Table 5a of Demšar (2006): q for 2 to 10 classifiers at 0.05."""
    q = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164]
    mine = [critical_difference(k, 14, 0.05) / np.sqrt(k * (k + 1) / (6 * 14)) for k in range(2, 11)]
    assert mine == pytest.approx(q, abs=1e-3)  # from printed tables of the range, divided


@pytest.mark.parametrize(
    ("blocks", "name"),
    [
        (("data", "seed"), "data"), (("seed", "data"), "data"), (("dataset", "fold"), "dataset"),
        (("corpus", "seed"), "corpus"), (("seed",), None), (("a", "b"), None), (("data", "task"), None),
        (("data", "host", "seed"), None),
    ],
)  # fmt: skip
def test_the_data_set_is_known_by_its_name_or_by_the_other_s(blocks, name):
    assert set_column(blocks) == name


def test_sentences_say_of_which_population(found):
    words = Wording.of(found)
    said = population_sentence(found.heterogeneity.iloc[0].to_dict(), words).replace("\u00a0", " ")
    assert said == (
        "flag: −0.0841 loss on average over such data sets (95 % CI −0.159 to −0.00916); on another one, "
        "expect −0.288 to +0.12, so it may go the other way there. It differs between data sets (p = 0.0035)."
    )
    assert "Verdicts are about these 8, with other seeds." in sets_sentence(found)
    assert "prediction intervals are wide" not in sets_sentence(found)


def test_one_seed_per_data_set_leaves_noise_in_the_spread(table):
    one = analyze(table[table["seed"] == 0], **ASKED)
    (mine,) = one.heterogeneity.to_dict("records")
    wide = table[table["seed"] == 0].pivot(index="data", columns="flag", values="loss")
    each = wide["on"] - wide["off"]
    told = stats.ttest_1samp(each, 0).confidence_interval()
    assert [mine["estimate"], mine["tau"]] == pytest.approx([each.mean(), each.std(ddof=1)])
    assert [mine["ci_low"], mine["ci_high"]] == pytest.approx([told.low, told.high])
    assert np.isnan(mine["p_differ"])
    assert "noise and data sets cannot be told apart" in population_sentence(mine, Wording.of(one))


def test_without_data_sets_nothing_is_said(table):
    plain = analyze(table[table["data"] == "set0"], "loss", "flag", block="seed")
    assert (plain.heterogeneity, plain.set_effects, plain.set_ranks) == (None, None, None)


def test_data_sets_that_lack_a_cell_are_left_out_of_ranks():
    rng = np.random.default_rng(0)
    rows = [(c, d, s, rng.normal()) for c in "abc" for d in range(5) for s in range(2) if (c, d) != ("b", 3)]
    table = pd.DataFrame(rows, columns=["cell", "dataset", "seed", "loss"])
    found = analyze(table, "loss", "cell", block=["dataset", "seed"])
    assert (found.set_ranks.sets, found.set_ranks.left_out) == (4, ("3",))
    assert found.set_effects.query("set == '3' and level == 'b'")["seeds"].tolist() == [0]
    assert found.heterogeneity["sets"].tolist() == [4, 5]


def test_predictions_of_another_data_set_hold_at_the_promised_error():
    """Planted effects of six data sets; the effect on a seventh is inside the prediction."""
    rng, inside, covered = np.random.default_rng(2), [], []
    for _ in range(400):
        true = rng.normal(-0.1, 0.2, 7)
        effects = true[:6, None] + rng.normal(0, 0.1, (6, 3))
        variance = effects.var(axis=1, ddof=1).mean()
        mine = random_effects(effects.mean(axis=1), np.full(6, variance / 3), 0.05)
        inside.append(mine.prediction_low < true[6] < mine.prediction_high)
        covered.append(mine.low < -0.1 < mine.high)
    assert 0.92 <= np.mean(inside) <= 0.975
    assert 0.925 <= np.mean(covered) <= 0.975


def test_data_sets_that_tell_nothing_are_named(table):
    first, second = table["data"].unique()[:2]
    without = table.assign(loss=table["loss"].where(table["data"] != first))
    without = without[(without["data"] != second) | (without["flag"] == "off")]
    found = analyze(without, **ASKED)
    notice = next(one for one in found.warnings if one.code == "silent-sets")
    assert notice.facts == {"empty": [first], "mute": [(second, "flag")]}
    told = notice_sentence(notice, Wording.of(found))
    assert f"No run of the data set {first} counts" in told
    assert f"On the data set {second} the effect of flag is unknown" in told
    assert not [one for one in analyze(table, **ASKED).warnings if one.code == "silent-sets"]
