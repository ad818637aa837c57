"""Factors with many levels: the best level, what ties with it, and how rarely a level is wronged."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ablation.analysis import analyze
from ablation.analysis.sequential.looks import Looks
from ablation.report.sentences import Wording, lead_sentences

EFFECTS = {"sgd": 0.10, "adam": 0.0, "adamw": 0.002, "lion": 0.035, "rmsprop": 0.06}


def tried(effects, seed=1, noise=0.01, turned=0.0, n_seeds=4):
    """Optimisers with and without dropout, paired seeds; `turned` is what adam loses with dropout."""
    rng = np.random.default_rng(seed)
    rows = [(o, d, s) for o in effects for d in (0, 1) for s in range(n_seeds)]
    table = pd.DataFrame(rows, columns=["optimizer", "dropout", "seed"])
    signal = table["optimizer"].map(effects) + turned * (
        (table["dropout"] == 1) & (table["optimizer"] == "adam")
    )
    return table.assign(loss=np.exp(signal + rng.normal(0, noise, len(table))))


def analysed(table, **settings):
    return analyze(table, "loss", ["optimizer", "dropout"], block="seed", **settings)


def test_levels_are_ranked_and_those_near_the_best_tie_with_it():
    found = analysed(tried(EFFECTS)).rankings
    assert list(found["level"][2:]) == ["lion", "rmsprop", "sgd"]
    assert set(found["level"][found["tied"]]) == {"adam", "adamw"}
    assert list(found["rank"]) == [1, 2, 3, 4, 5]
    assert found["mean"].is_monotonic_increasing


def test_one_factor_of_equal_spread_has_the_p_of_tukey():
    table = pd.DataFrame({"g": np.repeat(list("abc"), 6)})
    pattern = np.linspace(-1, 1, 6)
    table["y"] = np.tile(pattern, 3) + np.repeat([0.0, 0.9, 2.0], 6)
    found = analyze(table, "y", ["g"], scale="identity").rankings
    groups = [table.loc[table["g"] == g, "y"] for g in "abc"]
    # The widest error is that of two groups alone, with their 10 degrees of freedom (Games and Howell).
    for level, other in (("b", 1), ("c", 2)):
        t = (groups[other].mean() - groups[0].mean()) / np.sqrt(2 * groups[0].var() / 6)
        expected = stats.studentized_range.sf(t * np.sqrt(2), 3, 10)
        assert found.loc[found["level"] == level, "p_adjusted"].iloc[0] == pytest.approx(expected, rel=1e-3)


def test_higher_is_better_turns_the_order_around():
    found = analysed(tried(EFFECTS), direction="higher", scale="log").rankings
    assert found["level"].iloc[0] == "sgd"
    assert found["mean"].is_monotonic_decreasing


def test_the_sentence_names_the_best_and_what_ties_with_it_instead_of_keeping_four():
    found = analysed(tried(EFFECTS), margin=1)
    words = Wording.of(found)
    told = [s for s in lead_sentences(found, words) if s.startswith("optimizer")]
    assert len(told) == 1
    assert "is best, and" in told[0]
    assert "not separated from it; lion, rmsprop and sgd are worse, by " in told[0]
    clear = analysed(tried({**EFFECTS, "adamw": 0.04}), margin=1)
    assert "optimizer: choose adam (" in lead_sentences(clear, words)[0]
    assert "separated from the other 4; the next is lion, worse by " in lead_sentences(clear, words)[0]
    equal = analysed(tried(dict.fromkeys(EFFECTS, 0.0)), margin=1)
    assert "optimizer: no level is separated from the best, " in lead_sentences(equal, words)[0]


def test_where_verdicts_are_split_levels_are_ranked_at_each_level():
    found = analysed(tried(EFFECTS, turned=0.08))
    best = found.rankings[found.rankings["rank"] == 1].set_index("within")["level"]
    assert set(best.index) == {"dropout=0", "dropout=1"}
    assert best["dropout=1"] == "adamw"
    adam = found.rankings[found.rankings["level"] == "adam"].set_index("within")["tied"]
    assert adam.to_dict() == {"dropout=0": True, "dropout=1": False}
    sentences = lead_sentences(found, Wording.of(found))
    assert any(s.startswith("optimizer (at dropout=1): adamw (loss ") for s in sentences)


def test_equal_levels_are_rarely_called_worse():
    n, wrong = 150, 0
    for seed in range(n):
        table = tried(dict.fromkeys(EFFECTS, 0.0), seed=seed, n_seeds=3)
        wrong += not analyze(table, "loss", ["optimizer", "dropout"]).rankings["tied"].all()
    assert wrong / n < 0.05 + 3 * np.sqrt(0.05 * 0.95 / n)


def test_factors_of_two_levels_and_studies_without_an_error_have_no_ranking():
    table = tried({"adam": 0.0, "sgd": 0.1})
    assert analysed(table).rankings.empty
    alone = tried(EFFECTS, n_seeds=1)
    assert analyze(alone[alone["dropout"] == 0], "loss", ["optimizer"]).rankings.empty


def test_a_look_at_a_growing_study_separates_less():
    table = tried({**EFFECTS, "lion": 0.012})
    final = analysed(table).rankings.set_index("level")["p_adjusted"]
    early = analysed(table, looks=Looks(taken=(4,), maximum=20)).rankings.set_index("level")["p_adjusted"]
    assert (early >= final).all()
    assert early["lion"] > final["lion"]
