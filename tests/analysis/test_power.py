"""Power against R's noncentral t, and that what is promised grows with seeds."""

import numpy as np
from scipy import integrate, stats

from ablation.analysis import analyze
from ablation.analysis.power import contrast_power, detectable
from tests.analysis.compare import close, row
from tests.analysis.conftest import FACTORS, load_case


def test_power_of_a_factorial_per_number_of_seeds_matches_r():
    expected = load_case("c15").expected["power"]["factorial_binary"]
    for d, seeds in expected.items():
        for name, power in seeds.items():
            s = int(name.removeprefix("seeds"))
            n, df = 32 * s, 32 * s - 7 - (s - 1)  # main effects of 2 x 2 x 2 x 4 and s - 1 blocks
            close(contrast_power(float(d[1:]), 2 / np.sqrt(n), df, 0.05), power)


def test_the_detectable_effect_is_found_four_times_in_five():
    for df in (3, 20, 500):
        close(contrast_power(detectable(0.1, df, 0.01), 0.1, df, 0.01), 0.8)


def test_the_rule_of_thumb_n_is_31_over_d_squared():
    n = 31.4 / 0.5**2
    assert abs(contrast_power(0.5, 2 / np.sqrt(n), n - 10, 0.05) - 0.8) < 0.01


def test_more_seeds_are_needed_for_smaller_effects(c03):
    found = analyze(c03.table, "loss", FACTORS, block="seed")
    needed = found.power_for([2, 5])
    small, large = (row(needed, factor="Dropout", effect=e) for e in (2, 5))
    assert small.seeds_needed > 5 > large.seeds_needed
    assert small.power_now < 0.8 < large.power_now
    assert small.runs_needed == 32 * small.seeds_needed


def test_the_detectable_effect_has_the_promised_power_now(c03):
    found = analyze(c03.table, "loss", FACTORS, block="seed")
    for r in found.power.itertuples():
        now = found.power_for([r.detectable_percent])
        close(row(now, factor=r.factor, level=r.level, within=r.within).power_now, 0.8)


def test_without_an_error_estimate_there_is_no_promise(c02):
    found = analyze(c02.table, "performance", FACTORS, interactions=4)
    assert found.power["detectable"].isna().all()
    assert found.power_for([5])["seeds_needed"].isna().all()


def test_power_is_right_where_scipy_has_no_lower_tail():
    for df, alpha, times in ((1.5, 0.05, 1.5), (1.88, 0.0125, 1), (1.88, 0.0125, 1.25), (2.67, 0.0125, 1.25)):
        critical = stats.t.ppf(1 - alpha / 2, df)
        shift = times * critical
        # t = (normal + shift) / s, s being chi over the root of its degrees of freedom
        s = stats.chi(df, scale=df**-0.5)

        def beyond(x, shift=shift, critical=critical, s=s):
            return s.pdf(x) * stats.norm.cdf(shift - critical * x)

        expected = integrate.quad(beyond, 0, 30, points=[times / 2, times, 2 * times])[0]
        close(contrast_power(shift, 1.0, df, alpha), expected, rel=1e-5)
