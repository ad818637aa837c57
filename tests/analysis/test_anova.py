"""Analysis of variance against R's car::Anova."""

import pytest

from ablation.analysis import analyze
from tests.analysis.compare import close, row
from tests.analysis.conftest import FACTORS

NAMES = dict(zip("BDSA", FACTORS, strict=True))


def in_words(term: str, use_names: bool = True) -> str:
    return ":".join(NAMES.get(part, part) if use_names else part for part in term.split(":"))


def check_anova(table, expected, use_names=True):
    for term, numbers in expected.items():
        if term == "(Intercept)":
            continue
        found = row(table, term=in_words(term, use_names))
        close([found.sum_sq, found.df], [numbers["ss"], numbers["df"]])
        if numbers["F"] is not None:
            close(found.F, numbers["F"])
            close(found.p, numbers["p"], abs_=0)


@pytest.mark.parametrize(("order", "name"), [(1, "anova_main"), (2, "anova_2fi")])
def test_unreplicated_designs_match_r(c02, order, name):
    found = analyze(c02.table, "performance", FACTORS, scale="identity", interactions=order)
    check_anova(found.anova, c02.expected[name])


@pytest.mark.parametrize("anova_type", [2, 3])
def test_types_two_and_three_match_car_with_unequal_counts(c03, anova_type):
    found = analyze(c03.table, "loss", FACTORS, block="seed", anova_type=anova_type)
    check_anova(found.anova, c03.expected[f"anova{anova_type}"])


def test_type_one_adds_up_to_the_total(c03):
    import numpy as np

    table = analyze(c03.table, "loss", FACTORS, block="seed", anova_type=1).anova
    logs = np.log(c03.table["loss"][np.isfinite(c03.table["loss"])])
    close(table["sum_sq"].sum(), ((logs - logs.mean()) ** 2).sum())


def test_lack_of_fit_compares_with_one_mean_per_cell(c03):
    expected = c03.expected["lack_of_fit_2fi_vs_saturated"]
    found = analyze(c03.table, "loss", FACTORS, block="seed").lack_of_fit.iloc[0]
    close([found.F, found.df, found.p], [expected["F"], expected["df"], expected["p"]])
