"""Verdicts: what they say, when they split by level, and what they refuse to say."""

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from tests.analysis.compare import close, row, told
from tests.analysis.conftest import FACTORS


@pytest.fixture
def verdicts(c03):
    return told(analyze(c03.table, "loss", FACTORS, block="seed", margin=2))


def planted(effects, n_seeds=4, noise=0.02, seed=0, levels=("off", "on")):
    """A full factorial of two-level factors, paired seeds, log effects and normal noise on the log scale."""
    rng = np.random.default_rng(seed)
    names = list(effects)
    cells = np.array(np.meshgrid(*[[0, 1]] * len(names), range(n_seeds))).reshape(len(names) + 1, -1).T
    log_loss = cells[:, :-1] @ np.array(list(effects.values())) + rng.normal(0, noise, len(cells))
    table = pd.DataFrame({n: np.array(levels)[cells[:, i]] for i, n in enumerate(names)})
    return table.assign(seed=cells[:, -1], loss=np.exp(log_loss))


def test_planted_effects_get_their_verdicts():
    table = planted({"good": -0.2, "bad": 0.2, "idle": 0.0})
    found = told(analyze(table, "loss", ["good", "bad", "idle"], block="seed", margin=5))
    assert list(found["verdict"]) == ["keep", "hurts", "does nothing"]
    assert found["sentence"][0].startswith("Keep good: it lowers loss by ")
    assert "inside the margin of 5 %" in found["sentence"][2]


def test_direction_higher_turns_keep_and_hurts_around():
    table = planted({"good": -0.2, "bad": 0.2, "idle": 0.0})
    found = analyze(
        table, "loss", ["good", "bad", "idle"], block="seed", direction="higher", scale="log"
    ).verdicts
    assert list(found["verdict"][:2]) == ["hurts", "keep"]


def test_trap_21_an_interaction_gives_a_verdict_per_level(c03, verdicts):
    split = verdicts[verdicts["factor"] == "BatchNorm"]
    assert list(split["within"]) == [f"Activation={a}" for a in ("elu", "relu", "selu", "sigmoid")]
    for level, expected in c03.expected["contrast_B_within_A"].items():
        found = row(split, within=f"Activation={level}")
        close(found.estimate, expected["est"])
        # R has one error for all levels: too wide for three, too narrow for the noisy one.
        assert (found.se > expected["se"]) == (level == "sigmoid")
    assert set(split["verdict"]) == {"keep"}


def test_without_an_interaction_there_is_one_verdict_per_contrast(verdicts):
    assert list(verdicts[verdicts["factor"] == "Dropout"]["within"]) == [""]
    assert row(verdicts, factor="Dropout").verdict == "hurts"


def test_opposite_signs_at_two_levels_are_both_said():
    table = planted({"a": 0.0, "b": 0.0})
    table["loss"] *= np.where((table["a"] == "on") == (table["b"] == "on"), 1.2, 1 / 1.2)
    found = analyze(table, "loss", ["a", "b"], block="seed").verdicts
    assert list(found["verdict"]) == ["keep", "hurts", "keep", "hurts"]
    assert list(found["within"]) == ["b=off", "b=on", "a=off", "a=on"]


def test_trap_27_not_significant_is_not_useless(c03, verdicts):
    found = row(verdicts, factor="SpatialAttention")
    assert found.verdict == "inconclusive"
    assert found.seeds_needed > 0
    assert f"; {found.seeds_needed} more seeds would settle it with probability 8" in found.sentence
    expected = c03.expected["tost_S_margin_2pct"]
    tost = row(
        analyze(c03.table, "loss", FACTORS, block="seed", margin=2).equivalence, factor="SpatialAttention"
    )
    close(
        [tost.margin_high, tost.t_lower, tost.t_upper],
        [expected[k] for k in ("margin_log", "t_lower", "t_upper")],
    )
    close([tost.p_lower, tost.p_upper], [expected["p_lower"], expected["p_upper"]])


def test_without_a_margin_nothing_is_said_to_do_nothing():
    found = analyze(planted({"idle": 0.0}, n_seeds=20, seed=1), "loss", ["idle"], block="seed")
    assert list(found.verdicts["verdict"]) == ["inconclusive"]
    assert found.equivalence.empty


def test_an_inconclusive_whose_interval_excludes_0_says_what_it_was_corrected_for():
    t = np.tile([-1.0, 1.0], 8) * np.sqrt(14 / 16)  # residual variance 1 with 14 degrees of freedom
    for effect, said in ((1.2, "after correction for the 2 verdicts: "), (1.0, "inconclusive: ")):
        table = pd.DataFrame({"a": np.repeat([0, 1], 8), "b": np.tile(np.repeat([0, 1], 4), 2)})
        table["y"] = t * np.sqrt(13 / 14) + effect * table["a"]
        one = row(told(analyze(table, "y", ["a", "b"], scale="identity", interactions=1)), factor="a")
        # se 0.5, t(13) at 2.5 % is 2.16, at half of it 2.53
        close(one[["estimate", "se"]], [effect, 0.5])
        assert one.verdict == "inconclusive"
        assert said in one.sentence
        assert (one.ci_low > 0) == ("after" in said)


def test_a_failing_level_is_named_in_its_verdict(verdicts):
    assert "Runs with Activation=sigmoid fail more often: 3 of 40." in verdicts["sentence"].iloc[-1]


def test_trap_23_verdicts_are_adjusted_for_their_number(c03):
    found = analyze(c03.table, "loss", FACTORS, block="seed")
    assert (found.verdicts["p_adjusted"] >= found.effects["p"].min()).all()
    one = row(found.verdicts, factor="SpatialAttention")
    assert one.p_adjusted > row(found.effects, factor="SpatialAttention").p


def test_trap_13_a_noisy_level_widens_the_intervals_that_touch_it(c03):
    effects = analyze(c03.table, "loss", FACTORS, block="seed").effects
    quiet, noisy = (row(effects, factor="Activation", level=level) for level in ("relu", "sigmoid"))
    assert quiet.se_hc3 < quiet.se
    assert noisy.se_hc3 > noisy.se


def test_a_saturated_design_is_inconclusive(c02):
    found = told(analyze(c02.table, "performance", FACTORS, interactions=4))
    assert set(found["verdict"]) == {"inconclusive"}
    assert all("no error estimate" in s for s in found["sentence"])


def test_an_effect_that_cannot_be_estimated_says_so(c03):
    table = c03.table.assign(skip=c03.table["BatchNorm"])
    found = told(analyze(table, "loss", [*FACTORS, "skip"], block="seed"))
    assert "Nothing is known about BatchNorm" in " ".join(found["sentence"])
    assert "Keep" in " ".join(found["sentence"]) or "hurts" in " ".join(found["sentence"])


def test_sentences_on_the_identity_scale_have_units_not_percent(c02):
    found = told(analyze(c02.table, "performance", FACTORS, scale="identity", interactions=1, margin=0.001))
    assert found["sentence"][0].startswith(
        "Keep BatchNorm: it lowers performance by 0.00447 (95 % CI 0.00386 to 0.00508)"
    )
    assert found["percent"].isna().all()


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ((False, True), "idle"),
        (("none", "spatial"), "idle=spatial"),
        (("elu", "relu"), "idle=relu instead of elu"),
    ],
)
def test_components_are_named_for_people(levels, expected):
    found = told(analyze(planted({"idle": 0.0}, levels=levels), "loss", ["idle"], block="seed"))
    assert found["component"][0] == expected
    assert found["sentence"][0].startswith(f"{expected} is inconclusive")


def test_a_number_is_judged_over_its_range():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"depth": np.tile([1, 2, 3, 4], 10), "seed": np.repeat(range(10), 4)})
    table["loss"] = np.exp(-0.1 * table["depth"] + rng.normal(0, 0.01, 40))
    found = analyze(table, "loss", ["depth"], block="seed", numeric=["depth"])
    assert told(found)["sentence"][0].startswith("Keep depth=4 instead of 1: it lowers loss by 25.")
    assert abs(found.effects["estimate"][0] + 3 * 0.1) < 0.01
