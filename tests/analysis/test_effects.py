"""Contrasts and marginal means against R's emmeans."""

import pandas as pd
import pytest

from ablation.analysis import analyze
from tests.analysis.compare import close, row
from tests.analysis.conftest import FACTORS


@pytest.fixture
def blocked(c03):
    return analyze(c03.table, "loss", FACTORS, block="seed")


@pytest.mark.parametrize("letter", ["B", "D", "S"])
def test_contrasts_are_level_minus_reference_as_in_emmeans(c03, blocked, letter):
    factor = {"B": "BatchNorm", "D": "Dropout", "S": "SpatialAttention"}[letter]
    expected = c03.expected[f"contrast_{letter}_on_minus_off"][f"{letter}1 - {letter}0"]
    found = row(blocked.effects, factor=factor)
    assert (found.level, found.reference) == ("1", "0")
    close(
        found[["estimate", "se", "df", "ci_low", "ci_high", "t"]],
        [expected[k] for k in ("est", "se", "df", "lo", "hi", "t")],
    )
    close(found.p, expected["p"], abs_=0)


def test_contrasts_of_a_multi_level_factor_match_emmeans_pairs(c03, blocked):
    for level in ("relu", "selu", "sigmoid"):
        expected = c03.expected["pairs_A_tukey"][f"elu - {level}"]
        found = row(blocked.effects, factor="Activation", level=level)
        close([-found.estimate, found.se, -found.t], [expected["est"], expected["se"], expected["t"]])


def test_hc3_stands_beside_the_classical_error(c03, blocked):
    hc3 = c03.expected["HC3"]
    for factor, name in (("BatchNorm", "B1"), ("Dropout", "D1"), ("SpatialAttention", "S1")):
        found = row(blocked.effects, factor=factor)
        close(found.se_hc3, 2 * hc3["se"][name])
        close(found.p_hc3, hc3["p"][name], abs_=0)


def test_percent_is_the_ratio_of_geometric_means(blocked):
    import numpy as np

    found = row(blocked.effects, factor="BatchNorm")
    close(
        found[["percent", "percent_low", "percent_high"]],
        100 * (np.exp(found[["estimate", "ci_low", "ci_high"]].astype(float)) - 1),
    )


def test_holm_counts_every_main_contrast(blocked):
    p = blocked.effects["p"].sort_values()
    smallest = blocked.effects.loc[p.index[0], "p_adjusted"]
    close(smallest, p.iloc[0] * 6, abs_=0)


def test_marginal_means_match_emmeans(c03, blocked):
    for level, expected in c03.expected["emm_B"].items():
        found = row(blocked.marginal_means, factor="BatchNorm", level=level)
        close(
            found[["estimate", "se", "df", "ci_low", "ci_high"]],
            [expected[k] for k in ("est", "se", "df", "lo", "hi")],
        )


def test_marginal_means_on_the_identity_scale_match_emmeans(c02):
    found = analyze(c02.table, "performance", FACTORS, scale="identity", interactions=1)
    for level, expected in c02.expected["emm_activation"].items():
        mean = row(found.marginal_means, factor="Activation", level=level)
        close(
            mean[["estimate", "se", "df", "ci_low", "ci_high"]],
            [expected[k] for k in ("est", "se", "df", "lo", "hi")],
        )
    assert found.effects["percent"].isna().all()


def test_the_model_has_the_sum_coded_coefficients_of_r(c03, blocked):
    expected = c03.expected["sum_coded"]
    close(blocked.model.params, list(expected["coef"].values()))
    close(blocked.model.bse, list(expected["se"].values()))
    close(blocked.model.mse_resid**0.5, expected["sigma"])
    close(blocked.model.rsquared, expected["r2_centered"])


def test_the_reference_is_the_first_category_else_the_first_in_order(c02):
    table = c02.table.assign(
        Activation=pd.Categorical(c02.table["Activation"], ["sigmoid", "relu", "elu", "selu"])
    )
    found = analyze(table, "performance", FACTORS, interactions=1).effects
    assert list(found[found.factor == "Activation"].level) == ["relu", "elu", "selu"]
    assert set(found[found.factor == "Activation"].reference) == {"sigmoid"}


def test_numbers_as_levels_are_ordered_by_value():
    table = pd.DataFrame({"x": ["10", "9", "100"] * 3, "loss": [1.0, 2, 3, 1.1, 2.1, 3.1, 0.9, 1.9, 2.9]})
    assert list(analyze(table, "loss", ["x"]).marginal_means["level"]) == ["9", "10", "100"]
