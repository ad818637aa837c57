"""Mistakes that naive analyses make, each by its number in the cases' TRAPS.md."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import Notice, analyze
from ablation.errors import UsageError
from ablation.report.sentences.notice import SENTENCES
from tests.analysis.compare import close, noted, row
from tests.analysis.conftest import FACTORS
from tests.analysis.test_anova import check_anova


def codes(found):
    return {w.code for w in found.warnings}


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_trap_3_a_diverged_run_never_reaches_the_fit(c02, c18, bad):
    expected = c18.expected["nan_response"]
    table = c02.table.copy()
    table.loc[[3, 19], "performance"] = bad
    found = analyze(table, "performance", FACTORS, scale="identity", interactions=1)
    assert found.n_runs == expected["n_used"]
    close(found.model.mse_resid**0.5, expected["sigma"])
    for factor in ("BatchNorm", "Dropout", "SpatialAttention"):
        close(row(found.effects, factor=factor).estimate, expected["coef"][factor])
    for term, numbers in expected["anova2"].items():
        close(row(found.anova, term=term)[["sum_sq", "df"]], [numbers["ss"], numbers["df"]])
    article = found.article_ols().params
    close(article, list(expected["nointercept_coef"].values()))
    assert list(found.excluded["row"]) == [3, 19]
    assert "BatchNorm=0 Dropout=0 SpatialAttention=0 Activation=sigmoid" in found.excluded["cell"].iloc[0]
    assert "failed-runs" in codes(found)


def test_trap_3_failures_are_counted_by_level(c03):
    found = analyze(c03.table, "loss", FACTORS, block="seed")
    assert (found.n_runs, len(found.excluded)) == (c03.expected["n_used"], c03.expected["n_diverged"])
    failures = found.failures
    close(
        row(failures, factor="BatchNorm", level="0").fisher_p,
        c03.expected["fisher_divergence_by_BatchNorm_p"],
    )
    sigmoid = row(failures, factor="Activation", level="sigmoid")
    close(sigmoid.fisher_p, c03.expected["fisher_divergence_by_sigmoid_p"])
    assert (sigmoid.runs, sigmoid.failed, row(failures, factor="Activation", level="elu").failed) == (
        40,
        3,
        0,
    )


def test_trap_4_type_three_is_sum_coded(c03):
    found = analyze(c03.table, "loss", FACTORS, block="seed", anova_type=3).anova
    close(row(found, term="Dropout").F, c03.expected["anova3"]["D"]["F"])


def test_trap_5_seeds_are_blocks_with_one_level_each(c03):
    paired = analyze(c03.table, "loss", FACTORS, block="seed")
    unpaired = analyze(c03.table, "loss", FACTORS)
    close(paired.fit.variance**0.5, c03.expected["sigma_with_seed"])
    close(unpaired.fit.variance**0.5, c03.expected["sigma_without_seed"])
    assert row(paired.anova, term="seed").df == 4


def test_trap_6_a_table_logged_twice_counts_once(c02):
    once = analyze(c02.table, "performance", FACTORS)
    twice = analyze(pd.concat([c02.table, c02.table], ignore_index=True), "performance", FACTORS)
    close(twice.effects["se"], once.effects["se"])
    assert list(twice.excluded["row"]) == list(range(32, 64))
    assert "duplicate-rows" in codes(twice)


def test_trap_6_ties_of_a_coarse_response_are_not_copies():
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"wool": np.repeat(["A", "B"], 40), "breaks": rng.integers(10, 20, 80)})
    assert analyze(table, "breaks", ["wool"]).n_runs == 80


def test_trap_6_failed_runs_logged_twice_count_once(c03):
    twice = analyze(pd.concat([c03.table, c03.table]), "loss", FACTORS, block="seed")
    assert twice.failures["failed"].max() == 3


def test_trap_7_a_factor_with_one_level_is_left_out_with_a_notice(c02, c18):
    table = c02.table[c02.table["Dropout"] == 0]
    found = analyze(table, "performance", FACTORS, scale="identity", interactions=1)
    expected = c18.expected["single_level_binary"]
    assert "Dropout" not in set(found.effects["factor"])
    assert "Dropout" not in found.article_ols().params
    assert "Dropout=0" in noted(found, "single-level")
    close(row(found.effects, factor="BatchNorm").estimate, expected["coef_without_Dropout"]["BatchNorm"])
    known = [v for v in expected["onehot_numeric_coef"].values() if v is not None]
    close(found.article_ols().params, known)


def test_trap_8_factors_that_move_together_are_unknown_by_name(c02):
    table = c02.table.assign(Skip=c02.table["BatchNorm"])
    found = analyze(table, "performance", [*FACTORS, "Skip"], scale="identity")
    assert set(found.effects.loc[found.effects["estimate"].isna(), "factor"]) == {"BatchNorm", "Skip"}
    plain = analyze(c02.table, "performance", FACTORS, scale="identity")
    close(row(found.effects, factor="Dropout").estimate, row(plain.effects, factor="Dropout").estimate)
    notice = next(w for w in found.warnings if w.code == "not-estimable")
    ((names, joint),) = notice.facts["groups"]
    assert (names, round(joint, 5)) == (("BatchNorm", "Skip"), -0.00447)
    with pytest.raises(UsageError, match=r"'BatchNorm' and 'Skip', which always move together.*-0\.00447"):
        analyze(table, "performance", ["BatchNorm", "Skip"], scale="identity")


def test_trap_8_a_factor_with_a_seed_per_level_is_unknown_by_name(c02):
    table = c02.table.assign(seed=c02.table["BatchNorm"] + 1)
    found = analyze(table, "performance", FACTORS, block="seed")
    assert set(found.effects.loc[found.effects["estimate"].isna(), "factor"]) == {"BatchNorm"}
    notice = next(w for w in found.warnings if w.code == "not-estimable")
    assert (notice.facts["block"], notice.facts["in_block"]) == ("seed", ["BatchNorm"])
    with pytest.raises(UsageError, match="levels of 'BatchNorm' were run with different values of 'seed'"):
        analyze(table, "performance", ["BatchNorm"], block="seed")


def test_trap_9_an_empty_cell_costs_its_interaction(c03):
    empty = (c03.table["BatchNorm"] == 1) & (c03.table["Activation"] == "sigmoid")
    found = analyze(c03.table[~empty], "loss", FACTORS, block="seed")
    assert "BatchNorm:Activation" not in set(found.anova["term"])
    assert found.effects[["estimate", "se", "p"]].notna().all(axis=None)
    assert np.isfinite(found.model.params).all()
    assert "Activation=sigmoid" in noted(found, "left-out-interaction")


def test_trap_10_the_design_matrix_has_full_rank(c02, c03):
    for found in (
        analyze(c02.table, "performance", FACTORS),
        analyze(c03.table, "loss", FACTORS, block="seed"),
    ):
        assert np.linalg.cond(found.model.model.exog) < 10
        assert np.linalg.cond(found.article_ols().model.exog) < 10


def test_trap_11_the_anova_has_an_intercept_in_both_models(c02):
    found = analyze(c02.table, "performance", FACTORS, scale="identity", interactions=1)
    check_anova(found.anova, {"A": c02.expected["anova_main"]["A"]})


def test_trap_12_hc3_uses_t(c03):
    found = row(analyze(c03.table, "loss", FACTORS, block="seed").effects, factor="Dropout")
    close(found.p_hc3, c03.expected["HC3"]["p"]["D1"], abs_=0)


def test_trap_14_marginal_means_are_not_raw_means(c02, c18):
    table = c02.table.copy()
    table.loc[[3, 19], "performance"] = np.nan
    found = analyze(table, "performance", FACTORS, scale="identity", interactions=1)
    for level, numbers in c18.expected["nan_response"]["emm_activation"].items():
        mean = row(found.marginal_means, factor="Activation", level=level)
        close([mean.estimate, mean.se, mean.ci_low], [numbers["est"], numbers["se"], numbers["lo"]])


def test_trap_16_effects_are_on_minus_off_not_sum_coded_coefficients(c03):
    found = analyze(c03.table, "loss", FACTORS, block="seed")
    close(row(found.effects, factor="BatchNorm").estimate, -2 * found.model.params["BatchNorm[0]"])
    assert row(found.effects, factor="BatchNorm").estimate < 0


def test_trap_17_a_saturated_design_has_no_tests(c02):
    found = analyze(c02.table, "performance", FACTORS, interactions=4)
    assert found.fit.df_resid == 0
    assert found.effects[["se", "p", "p_hc3", "se_hc3", "ci_low"]].isna().all(axis=None)
    assert found.effects["estimate"].notna().all()
    assert found.anova[["F", "p"]].isna().all(axis=None)
    assert "no-error-estimate" in codes(found)


def test_trap_19_a_constant_response_has_no_tests(c02):
    found = analyze(c02.table.assign(performance=0.05), "performance", FACTORS)
    assert "constant-response" in codes(found)
    close(found.effects["estimate"], np.zeros(6))
    assert found.effects[["se", "p"]].isna().all(axis=None)
    assert found.anova[["F", "p"]].isna().all(axis=None)


def test_trap_19_a_perfect_fit_has_no_stars(c02):
    exact = 0.05 - 0.004 * c02.table["BatchNorm"] + 0.003 * c02.table["Dropout"]
    found = analyze(
        c02.table.assign(performance=exact), "performance", FACTORS, scale="identity", interactions=1
    )
    close(found.effects["estimate"], [-0.004, 0.003, 0, 0, 0, 0])
    assert found.effects[["se", "p"]].isna().all(axis=None)
    assert "perfect-fit" in codes(found)


@pytest.mark.parametrize("scale", ["identity", "log"])
def test_trap_24_small_differences_on_a_big_offset_keep_their_digits(c02, scale):
    offset = 2.0**40
    steps = np.round(c02.table["performance"] * 1e6)
    plain = analyze(c02.table.assign(performance=steps), "performance", FACTORS, scale="identity").effects
    found = analyze(c02.table.assign(performance=steps + offset), "performance", FACTORS, scale=scale).effects
    unit = 1 if scale == "identity" else offset
    close(found["estimate"] * unit, plain["estimate"], rel=1e-6)
    close(found["se"] * unit, plain["se"], rel=1e-6)


HOSTILE = [
    "C",
    "Q",
    "I",
    "Sum",
    "lr-x",
    "model.act",
    "__import__('os').environ.update(TRAP='sprung')",
    "a:b",
    "f0",
    "日本",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_trap_25_names_are_only_names(c02, name):
    table = c02.table.rename(columns={"BatchNorm": name})
    plain = analyze(c02.table, "performance", FACTORS)
    found = analyze(table, "performance", [name, *FACTORS[1:]])
    close(found.effects["estimate"], plain.effects["estimate"])
    close(found.anova["sum_sq"], plain.anova["sum_sq"])
    close(found.article_ols().params.iloc[0], plain.article_ols().params.iloc[0])
    close(found.model.params, plain.model.params)
    assert set(found.effects["factor"]) == {name, *FACTORS[1:]}
    assert "TRAP" not in os.environ


def test_text_in_the_response_is_a_failed_run(c02):
    table = c02.table.astype({"performance": object})
    table.loc[3, "performance"] = "diverged"
    found = analyze(table, "performance", FACTORS)
    assert found.excluded["reason"].tolist() == ["response is diverged"]
    assert found.n_runs == 31


def test_a_response_of_text_alone_is_refused(c02):
    table = c02.table.assign(performance="0,05")
    with pytest.raises(UsageError, match=re.escape("finite number in 'performance'. Received: ['0,05'")):
        analyze(table, "performance", FACTORS)


def test_levels_named_none_and_na_survive_a_csv(tmp_path):
    table = pd.DataFrame(
        {"act": ["None", "NA", "nan", "elu"] * 4, "loss": np.random.default_rng(0).lognormal(size=16)}
    )
    table.to_csv(tmp_path / "runs.csv", index=False)
    found = analyze(tmp_path / "runs.csv", "loss", ["act"])
    assert set(found.marginal_means["level"]) == {"None", "NA", "nan", "elu"}
    assert found.n_runs == 16


def test_a_csv_and_its_dataframe_say_the_same(c03):
    from_file = analyze(c03.path, "loss", FACTORS, block="seed")
    from_frame = analyze(c03.table, "loss", FACTORS, block="seed")
    pd.testing.assert_frame_equal(from_file.effects, from_frame.effects)


def test_a_parquet_keeps_categories(tmp_path, c03):
    table = c03.table.assign(
        Activation=pd.Categorical(c03.table["Activation"], ["selu", "elu", "relu", "sigmoid"])
    )
    table.to_parquet(tmp_path / "runs.parquet")
    found = analyze(tmp_path / "runs.parquet", "loss", FACTORS, block="seed")
    assert set(found.effects[found.effects.factor == "Activation"].reference) == {"selu"}


def test_a_study_folder_is_read_by_the_results_store(tmp_path, monkeypatch, c03):
    store = SimpleNamespace(read=lambda path: c03.table if path == tmp_path else None)
    monkeypatch.setitem(sys.modules, "ablation.results", store)
    assert analyze(tmp_path, "loss", FACTORS, block="seed").n_runs == 157
    assert analyze(str(tmp_path), "loss", FACTORS, block="seed").n_runs == 157


def test_a_missing_level_leaves_its_row_out_and_says_so(c02):
    table = c02.table.astype({"Activation": object})
    table.loc[0, "Activation"] = None
    found = analyze(table, "performance", FACTORS)
    assert found.excluded["reason"].tolist() == ["no level of 'Activation'"]
    assert "missing-level" in codes(found)
    assert found.failures["failed"].sum() == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"response": "los"}, "columns 'los' in the table"),
        ({"factors": []}, "at least one factor"),
        ({"factors": ["BatchNorm", "BatchNorm"]}, "'BatchNorm' twice"),
        ({"block": "BatchNorm"}, "'BatchNorm' twice"),
        (
            {"scale": "sqrt"},
            "scale to be one of 'auto', 'log', 'identity', 'logit', 'count', 'ordinal'. "
            "Received: scale='sqrt'",
        ),
        ({"alpha": 5}, "alpha"),
        ({"interactions": 0}, "interactions=auto"),
        ({"anova_type": 4}, "anova_type"),
        ({"direction": "down"}, "direction"),
        ({"margin": -1}, "margin"),
        ({"numeric": ["Activation"]}, "numbers in 'Activation'"),
        ({"table": "nowhere.csv"}, "does not exist"),
        ({"table": 3}, "Received: int"),
    ],
)
def test_mistakes_are_answered_in_a_sentence(c02, change, message):
    arguments = {"table": c02.table, "response": "performance", "factors": FACTORS} | change
    with pytest.raises(UsageError, match=re.escape(message)):
        analyze(**arguments)


def test_nothing_varies(c02):
    with pytest.raises(UsageError, match="at least two levels"):
        analyze(c02.table.iloc[:1], "performance", FACTORS)


def test_log_of_a_negative_response_is_refused(c02):
    table = c02.table.assign(performance=c02.table["performance"] - 0.05)
    with pytest.raises(UsageError, match="positive responses for scale='log'"):
        analyze(table, "performance", FACTORS, scale="log")
    assert analyze(table, "performance", FACTORS).scale == "identity"


def test_leave_one_out_designs_drop_interactions_and_keep_effects():
    cells = np.vstack([np.ones(4), 1 - np.eye(4)]).astype(int)
    rows = [(*cell, seed) for cell in cells for seed in range(4)]
    table = pd.DataFrame(rows, columns=["a", "b", "c", "d", "seed"])
    noise = np.random.default_rng(3).normal(0, 0.01, len(table))
    table["loss"] = np.exp(0.2 * table["a"] - 0.1 * table["b"] + noise)
    found = analyze(table, "loss", ["a", "b", "c", "d"], block="seed")
    assert (found.effects["estimate"] - [0.2, -0.1, 0, 0]).abs().max() < 0.03
    assert "left-out-interaction" in codes(found)


def test_interactions_of_a_half_fraction_are_named_as_aliased():
    base = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
    table = pd.DataFrame(np.column_stack([base, base.prod(axis=1)]), columns=["a", "b", "c", "d"])
    table = pd.concat([table, table], ignore_index=True)
    table["loss"] = np.random.default_rng(0).lognormal(size=16)
    found = analyze(table, "loss", ["a", "b", "c", "d"])
    assert "a × b with c × d" in noted(found, "aliased-interaction")
    assert found.effects["se"].notna().all()


@pytest.mark.parametrize("factor", [1e300, 1e-300])
def test_extreme_units_are_handled_or_refused_by_name(c02, factor):
    table = c02.table.assign(performance=c02.table["performance"] * factor)
    plain = analyze(c02.table, "performance", FACTORS)
    found = analyze(table, "performance", FACTORS)
    close(found.effects["estimate"], plain.effects["estimate"])
    close(found.robustness["p_raw"], plain.robustness["p_raw"])
    with pytest.raises(UsageError, match=r"'performance' from .* Change its unit"):
        analyze(table, "performance", FACTORS, scale="identity")


def test_columns_may_have_names_that_are_not_text(c02):
    table = c02.table.rename(columns={"BatchNorm": 0, "Dropout": ("flags", "dropout")})
    found = analyze(table, "performance", [0, ("flags", "dropout"), "Activation"])
    assert list(found.effects["factor"][:2]) == ["0", "('flags', 'dropout')"]


def test_a_level_that_always_fails_is_counted_and_leaves_the_rest(c03):
    table = c03.table.assign(loss=c03.table["loss"].where(c03.table["Activation"] != "sigmoid"))
    found = analyze(table, "loss", FACTORS, block="seed")
    assert row(found.failures, factor="Activation", level="sigmoid").rate == 1
    assert set(found.effects["level"][found.effects["factor"] == "Activation"]) == {"relu", "selu"}


def test_a_random_fraction_that_hides_main_effects_keeps_only_them():
    rng = np.random.default_rng(0)  # 12 runs of Plackett and Burman (1946), 5 factors
    first = [1, 1, -1, 1, 1, 1, -1, -1, -1, 1, -1]
    design = np.vstack([np.roll(first, i) for i in range(11)] + [-np.ones(11)])[:, :5].astype(int)
    table = pd.DataFrame(np.vstack([design, design]), columns=list("abcde")).assign(
        seed=np.repeat([0, 1], 12)
    )
    table["loss"] = np.exp(0.2 * table["a"] + rng.normal(0, 0.02, 24))
    found = analyze(table, "loss", list("abcde"), block="seed")
    assert found.effects["se"].notna().all()
    assert "too few cells" in noted(found, "only-main-effects")
    assert abs(row(found.effects, factor="a").estimate - 0.4) < 0.05


def test_trap_10_one_hot_columns_as_factors_are_unknown_by_name(c02):
    one_hot = pd.get_dummies(c02.table["Activation"], prefix="Activation").astype(int)
    found = analyze(c02.table.join(one_hot), "performance", ["BatchNorm", *one_hot.columns])
    assert set(found.effects.loc[found.effects["estimate"].isna(), "factor"]) == set(one_hot.columns)
    assert "determine one another" in noted(found, "not-estimable")
    with pytest.raises(UsageError, match=r"'Activation_elu', 'Activation_relu', .* determine one another"):
        analyze(c02.table.join(one_hot), "performance", list(one_hot.columns))


@pytest.mark.parametrize("anova_type", [1, 2, 3])
def test_trap_26_the_order_of_factors_only_orders_the_table(c02, anova_type):
    one = analyze(c02.table, "performance", ["Dropout", "Activation"], anova_type=anova_type).anova
    other = analyze(c02.table, "performance", ["Activation", "Dropout"], anova_type=anova_type).anova
    close(row(one, term="Dropout:Activation").sum_sq, row(other, term="Activation:Dropout").sum_sq)
    assert "Intercept" not in set(one["term"])


def test_importing_the_analysis_loads_nothing_slow():
    slow = ("statsmodels", "scipy.stats", "scipy.optimize", "keras", "matplotlib")
    code = f"import sys, ablation.analysis; print([m for m in {slow} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_every_warning_s_code_is_documented_and_worded():
    files = (Path(__file__).parents[2] / "ablation" / "analysis").rglob("*.py")
    source = "".join(p.read_text() for p in files if p.name != "notices.py")
    used = set(re.findall(r'Notice\(\s*"([a-z-]+)"', source)) | {"outlier", "influence"}
    documented = set(re.findall(r"`([a-z-]+)`", Notice.__doc__)) - {"split", "aliased", "screened"}
    assert used == documented == set(SENTENCES)


def test_contrasts_of_unreplicated_multi_level_factors_are_called_arbitrary(c02):
    assert "arbitrary-contrasts" in codes(analyze(c02.table, "performance", FACTORS, interactions=4))


def test_trap_6_a_run_logged_again_at_another_time_counts_once(c03):
    again = c03.table.iloc[[5, 6]]
    table = pd.concat([c03.table, again]).assign(time=[f"12:{i}" for i in range(162)])
    found = analyze(table, "loss", FACTORS, block="seed")
    assert (found.n_runs, sum(found.excluded["reason"] == "duplicate of an earlier row")) == (157, 2)


def test_a_margin_wider_than_all_responses_is_said_to_be_one():
    rows = [(f, s, 0.9 + 0.02 * (f == "b") + 0.001 * (s % 3)) for f in "ab" for s in range(6)]
    table = pd.DataFrame(rows, columns=["f", "seed", "acc"])
    table["acc"] += 0.0001 * np.random.default_rng(0).normal(size=12)
    settings = {"block": "seed", "direction": "higher"}
    found = analyze(table, "acc", ["f"], margin=0.5, **settings)  # half a percent was meant
    assert list(found.verdicts["verdict"]) == ["does nothing"]
    assert "smallest acc of all runs, 0.022" in noted(found, "wide-margin")
    assert "wide-margin" not in {
        n.code for n in analyze(table, "acc", ["f"], margin=0.005, **settings).notices
    }


def test_what_rounding_leaves_of_zeros_is_zero():
    rng = np.random.default_rng(5)
    rows = [(f, g, s) for f in "ab" for g in "xy" for s in range(5)]
    table = pd.DataFrame(rows, columns=["f", "g", "seed"])
    table["error"] = np.where(table["f"] == "b", 0.05 + 0.01 * rng.normal(size=len(table)), 0.0)
    analysis = analyze(table, "error", ["f", "g"], block="seed")
    assert list(analysis.best_cells["mean"])[:2] == [0.0, 0.0]
    # Either of the two is the best, by rounding: one is shrunk to 0, the other above, none to what is left.
    assert not 0 < abs(analysis.best_cell.shrunken) < 1e-9
