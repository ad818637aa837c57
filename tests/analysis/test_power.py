"""Power against R's noncentral t, and that what is promised grows with seeds."""

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from ablation.analysis import analyze, detectable_effects
from ablation.analysis.verdicts.power import contrast_power, detectable
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
    needed = found.power_for([2, 7])
    small, large = (row(needed, factor="Dropout", effect=e) for e in (2, 7))
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


def one_way(n_runs, sizes=(1, 1, 1, 1), effect=0.0):
    """One factor of four levels, no block; the runs of each level have mean 0 and variance sizes^2."""
    pattern = np.linspace(-1, 1, n_runs)
    pattern /= pattern.std(ddof=1)
    table = pd.DataFrame({"b": np.repeat(list("pqrs"), n_runs)})
    return table.assign(y=np.concatenate([size * pattern for size in sizes]) + effect * (table["b"] == "q"))


def found_share(effect, variances, n_runs, df, alpha):
    """Power of a t test of the difference of two means of n_runs runs each."""
    return stats.nct.sf(stats.t.ppf(1 - alpha / 2, df), df, effect / np.sqrt(variances / n_runs))


def test_a_plan_promises_what_a_verdict_finds():
    n = 5
    table = one_way(n)
    earlier = analyze(table, "y", ["b"], scale="identity")
    planned = detectable_effects(earlier, table[["b"]])
    # The two groups of n give the error 2 (n - 1) degrees of freedom, whatever the others add.
    for size in planned["detectable"]:
        assert abs(found_share(size, 2, n, 2 * (n - 1), 0.05 / 3) - 0.8) < 1e-4


def test_seeds_of_a_plan_are_its_blocks_after_runs_of_one_seed():
    """They are no component; of the earlier runs the promise needs their variance alone."""
    table = one_way(5).assign(seed=np.tile(range(5), 4), y=np.random.default_rng(0).normal(size=20))
    promised = []
    for block in (None, "seed"):
        earlier = analyze(table, "y", ["b"], block=block, scale="identity")
        planned = detectable_effects(earlier, table[["b", "seed"]], "seed")
        assert set(planned["factor"]) == {"b"}
        promised.append(planned["detectable"] / np.sqrt(earlier.fit.variance))
    close(promised[0], promised[1])


def test_a_planned_leave_one_out_finds_the_promised_effect_four_times_in_five():
    rng, n_studies = np.random.default_rng(3), 120
    cells = [{"a": 1, "b": 1, "c": 1, "d": 1}] + [dict.fromkeys("abcd", 1) | {name: 0} for name in "abcd"]
    table = pd.DataFrame([cell | {"seed": s} for cell in cells for s in range(3)])

    def study(y):
        return analyze(table.assign(y=y), "y", list("abcd"), block="seed", scale="identity")

    noise = rng.normal(size=len(table))
    earlier = study(noise / np.sqrt(study(noise).fit.variance))
    size = row(detectable_effects(earlier, table), factor="a").detectable
    found = [
        row(study(size * table["a"] + rng.normal(size=len(table))).verdicts, factor="a").verdict == "hurts"
        for _ in range(n_studies)
    ]
    assert abs(np.mean(found) - 0.8) < 3 * np.sqrt(0.8 * 0.2 / n_studies)


@pytest.mark.parametrize("noisy", [0.9, 3.0])
def test_the_seeds_that_an_effect_needs_are_those_of_the_levels_compared(noisy):
    n, effect = 3, 0.5
    found = analyze(one_way(n, (1.0, 1.0, noisy, noisy), effect), "y", ["b"], scale="identity")
    one = row(found.verdicts, level="q")
    assert one.se == pytest.approx(np.sqrt(2 / n))
    expected = next(m for m in range(n, 1000) if found_share(effect, 2, m, 2 * (m - 1), 0.05 / 3) >= 0.8)
    assert row(found.power_for([effect]), level="q").seeds_needed == expected


def test_cells_and_seeds_without_a_finished_run_count_as_tried():
    rng = np.random.default_rng(0)
    cells = [(a, b, c, s) for a in (0, 1) for b in (0, 1) for c in "pqrs" for s in (0, 1, 2)]
    table = pd.DataFrame(cells, columns=["a", "b", "c", "seed"]).assign(y=rng.normal(size=48))
    level = table.assign(y=table["y"].where(table["c"] != "s"))
    seed = table.assign(y=table["y"].where(table["seed"] != 2))
    for tried, block in ((level, None), (level, "seed"), (seed, None), (seed, "seed")):
        needed = analyze(tried, "y", ["a", "b", "c"], block=block, scale="identity").power_for([0.8])
        assert (needed["runs_needed"] == 16 * needed["seeds_needed"]).all()
