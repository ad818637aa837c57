"""Unreplicated designs against Montgomery's published numbers and R's BsMD."""

import itertools

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from tests.analysis.compare import close, row
from tests.analysis.conftest import FACTORS, load_case
from tests.analysis.test_anova import check_anova


@pytest.fixture
def c08():
    return load_case("c08")


def test_trap_17_the_filtration_study_has_the_published_effects(c08):
    found = analyze(c08.table, "rate", list("ABCD"), scale="identity", interactions=4).lenth
    expected = c08.expected
    assert dict(zip(found["contrast"], found["estimate"].round(6), strict=True)) == pytest.approx(
        expected["effects"]
    )
    close(
        found[["s0", "PSE", "df", "ME", "SME"]].iloc[0],
        [expected["lenth"][k] for k in ("s0", "PSE", "df", "ME", "SME")],
    )
    assert set(found["contrast"][found["beyond_ME"]]) == set(expected["lenth_active_ME"])
    assert set(found["contrast"][found["beyond_SME"]]) == set(expected["lenth_active_SME"])


def test_half_normal_quantiles_go_with_the_size_of_the_contrasts(c08):
    found = analyze(c08.table, "rate", list("ABCD"), scale="identity", interactions=4).lenth[::-1]
    expected = c08.expected["halfnormal_quantiles_abs_sorted"]
    assert list(found["contrast"]) == expected["order"]
    close(found["half_normal"], expected["q"])


def test_unit_contrasts_with_a_multi_level_factor_match_r(c02):
    found = analyze(c02.table, "performance", FACTORS, scale="identity", interactions=4).lenth
    expected = c02.expected["lenth_orthonormal"]
    close(
        found[["s0", "PSE", "df", "ME", "SME"]].iloc[0],
        [expected[k] for k in ("s0", "PSE", "df", "ME", "SME")],
    )
    close(
        np.sort(found["estimate"].abs()),
        np.sort(np.abs(list(c02.expected["orthonormal_contrasts"].values()))),
    )


def test_the_half_fraction_gives_one_contrast_per_alias_pair(c08):
    half = c08.table[c08.table[list("ABCD")].prod(axis=1) == 1]
    found = analyze(half, "rate", list("ABCD"), scale="identity", interactions=2)
    expected = c08.expected["half_fraction"]
    assert dict(zip(found.lenth["contrast"], found.lenth["estimate"].round(6), strict=True)) == pytest.approx(
        expected["effects"]
    )
    assert found.fit.rank == expected["rank"]
    close(row(found.effects, factor="A").estimate, expected["published"]["A"])
    (notice,) = [w for w in found.warnings if w.code == "aliased-interaction"]
    named = [sorted(":".join(term) for term in group) for group in notice.facts["groups"]]
    assert sorted(named) == [["A:B", "C:D"], ["A:C", "B:D"], ["A:D", "B:C"]]


def test_with_an_error_estimate_there_is_no_need_for_lenth(c02):
    assert analyze(c02.table, "performance", FACTORS).lenth is None


def test_the_projected_and_the_duplicated_factorial_match_r(c08):
    found = analyze(c08.table, "rate", list("ACD"), scale="identity", interactions=3)
    check_anova(
        found.anova,
        {k: v for k, v in c08.expected["projected_ACD"]["anova"].items() if k != "Residuals"},
        use_names=False,
    )
    close(found.fit.variance, c08.expected["projected_ACD"]["pure_error_ms"])


def test_the_pilot_plant_has_the_published_effects():
    case = load_case("c09")
    found = analyze(case.table, "yield", list("TCK"), scale="identity", interactions=3)
    for factor in "TCK":
        close(row(found.effects, factor=factor).estimate, case.expected["effects"][factor])
        close(row(found.effects, factor=factor).se, case.expected["se_effect"])
    close(found.fit.variance, case.expected["pure_error_ms"])
    main = analyze(case.table, "yield", list("TCK"), scale="identity", interactions=1)
    expected = case.expected["lack_of_fit_main_effects"]
    close(main.lack_of_fit[["F", "df", "p"]].iloc[0], [expected[k] for k in ("F", "df", "p")])


def test_the_margins_say_what_they_let_pass():
    # 200,000 studies simulated apart from this code: 1.99 % of contrasts, 1.18 % of studies.
    table = pd.DataFrame(itertools.product([0, 1], repeat=3), columns=list("abc"))
    table["y"] = np.random.default_rng(0).normal(size=8)
    found = analyze(table, "y", list("abc"), scale="identity", interactions=3).lenth
    assert len(found) == 7
    assert (abs(found["rate_ME"] - 0.0199) < 0.0015).all()
    assert (abs(found["rate_SME"] - 0.0118) < 0.0025).all()
