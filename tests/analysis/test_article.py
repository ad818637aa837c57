"""The article's OLS: its columns by one rule, its numbers as R gives them."""

import pytest

from ablation.analysis import analyze
from tests.analysis.compare import close
from tests.analysis.conftest import FACTORS, load_case


def test_the_article_s_columns_and_numbers(c02):
    expected = c02.expected["nointercept"]
    found = analyze(c02.table, "performance", FACTORS).article_ols()
    assert list(found.params.index) == list(expected["coef"])
    for ours, theirs in (("params", "coef"), ("bse", "se"), ("tvalues", "t"), ("pvalues", "p")):
        close(getattr(found, ours), list(expected[theirs].values()), abs_=0)
    close(found.conf_int()[0], list(expected["ci_low"].values()))
    close(found.conf_int()[1], list(expected["ci_high"].values()))
    close([found.ssr, found.rsquared, found.llf], [expected[k] for k in ("rss", "r2_centered", "loglik")])
    assert "Activation_sigmoid" in str(found.summary())


def test_dotted_keys_become_the_article_s_names(c02):
    table = c02.table.rename(columns={"BatchNorm": "flags.batch_norm", "Dropout": "dropout"})
    table["attention"] = table["SpatialAttention"].map({0: "none", 1: "spatial"})
    factors = ["flags.batch_norm", "dropout", "attention", "Activation"]
    found = analyze(table, "performance", factors).article_ols()
    assert list(found.params.index) == list(c02.expected["nointercept"]["coef"])
    close(found.params, list(c02.expected["nointercept"]["coef"].values()))


def test_a_swept_config_group_is_called_by_its_name(c02):
    table = c02.table.rename(columns={"Activation": "model.name"})
    found = analyze(table, "performance", ["BatchNorm", "model.name"]).article_ols()
    assert {"Model_relu", "Model_sigmoid"} <= set(found.params.index)


def test_trap_1_levels_are_read_as_deviations_from_their_mean(c02):
    found = analyze(c02.table, "performance", FACTORS)
    table = found.article_deviations()
    expected = c02.expected["activation_minus_grandmean"]
    for level, numbers in expected.items():
        line = table[table["column"] == f"Activation_{level.split()[0]}"].iloc[0]
        names = ["deviation", "se", "df", "ci_low", "ci_high", "t", "p"]
        close(line[names], [numbers[k] for k in ("est", "se", "df", "lo", "hi", "t", "p")])
    assert "not effects" in found.article_caution


def test_trap_2_one_factor_keeps_all_levels_so_signs_hold_without_intercept(c02):
    reordered = c02.table.sample(frac=1, random_state=1)
    found = analyze(reordered, "performance", FACTORS).article_ols()
    close(found.params["BatchNorm"], -0.00447025)


def test_trap_18_r_squared_says_which_one_it_is(c02):
    article = analyze(c02.table, "performance", FACTORS).article_ols()
    close(article.rsquared, c02.expected["nointercept"]["r2_centered"])
    assert article.k_constant == 1


def test_two_level_factors_alone_keep_both_levels_of_the_last(c02):
    found = analyze(c02.table, "performance", ["BatchNorm", "Dropout"]).article_ols()
    assert list(found.params.index) == ["BatchNorm", "Dropout_0", "Dropout_1"]


def test_a_second_multi_level_factor_leaves_out_its_reference(c02):
    table = c02.table.assign(depth=[1, 2, 3, 3] * 4 + [2, 3, 1, 1] * 4)
    found = analyze(table, "performance", ["depth", "Activation"], interactions=1).article_ols()
    names = ["Depth_1", "Depth_2", "Depth_3", "Activation_relu", "Activation_selu", "Activation_sigmoid"]
    assert list(found.params.index) == names


def test_equal_last_segments_are_told_apart(c02):
    table = c02.table.rename(columns={"BatchNorm": "encoder.norm", "Dropout": "decoder.norm"})
    found = analyze(table, "performance", ["encoder.norm", "decoder.norm", "Activation"]).article_ols()
    assert list(found.params.index)[:2] == ["EncoderNorm", "DecoderNorm"]


def test_numbers_alone_give_a_line_through_the_origin_nist_noint1():
    case = load_case("c04")
    found = analyze(case.table, "y", ["x"], numeric=["x"], scale="identity").article_ols()
    certified = case.expected["certified"]
    close([found.params.iloc[0], found.bse.iloc[0]], [case.expected["R"]["coef"][0], certified["se"]])
    close(
        [found.mse_resid**0.5, found.rsquared, found.fvalue],
        [certified["sigma"], certified["r2_uncentered"], certified["F"]],
    )


@pytest.mark.parametrize(("key", "level"), [("single_level_activation", "relu")])
def test_a_single_level_becomes_the_intercept(c02, c18, key, level):
    table = c02.table[c02.table["Activation"] == level]
    found = analyze(table, "performance", FACTORS).article_ols()
    expected = list(c18.expected[key]["coef"].values())
    close(found.params, expected)
    assert found.params.index[-1] == "Activation_relu"


def test_equal_column_names_lose_no_column(c02):
    table = c02.table.assign(attention=c02.table["SpatialAttention"].map({0: "none", 1: "batch"}))
    table = table.rename(columns={"BatchNorm": "BatchAttention"})
    found = analyze(table, "performance", ["BatchAttention", "attention", "Activation"]).article_ols()
    assert list(found.params.index)[:2] == ["BatchAttention_1", "BatchAttention_2"]
    close(found.params.iloc[0], c02.expected["nointercept"]["coef"]["BatchNorm"])
