"""Against rpact, gsDesign, gsDesign2, lrstat and Jennison & Turnbull's tables."""

import numpy as np
import pytest
from scipy import special

from ablation.analysis.sequential.boundary import _Walk, boundary, nominal, repeated_p, spend

EACH_SEED_OF_12 = np.arange(2, 13) / 12


def crossing(times, bounds):
    """Probability of having crossed the boundary by each look if there is no effect, (n_looks,)."""
    walk, chances = _Walk(np.asarray(times, float), 1), []
    for bound in bounds:
        walk.stop(np.array([bound]))
        chances.append(1 - walk.mass.sum())
    return chances


def obrien_fleming(times, level):
    """Lan & DeMets' spending function of O'Brien-Fleming type (rpact `asOF`, gsDesign `sfLDOF`)."""
    return 2 * special.ndtr(special.ndtri(np.asarray(level)[..., None] / 2) / np.sqrt(times))


def test_power_spending_is_that_of_rpact():
    times = [0.3, 0.7, 1.0]  # rpact's unit test: asKD, gammaA = 2.2, alpha = 0.03
    bounds = boundary(times, spend(times, 0.03, rho=2.2))
    np.testing.assert_allclose(bounds, [2.8594012, 2.2435708, 1.9735737], atol=5e-8)
    np.testing.assert_allclose(special.ndtr(-bounds), [0.0021222083, 0.012430015, 0.02421512], atol=5e-9)
    np.testing.assert_allclose(crossing(times, bounds), [0.0021222083, 0.013687904, 0.03], atol=1e-8)


def test_obrien_fleming_spending_is_that_of_gsdesign2_and_rpact():
    times = np.array([0.5, 0.75, 1])
    found = boundary(times, obrien_fleming(times, 0.025))
    np.testing.assert_allclose(found, [2.962588, 2.359018, 2.014084], atol=1e-6)
    times = np.arange(1, 4) / 3
    found = boundary(times, obrien_fleming(times, 0.025))
    np.testing.assert_allclose(found, [3.7103, 2.5114, 1.9930], atol=5e-5)


def test_the_recursion_gives_the_errors_of_rpacts_default_design():
    bounds = [3.4710914, 2.4544323, 2.0040356]
    spent = [0.00025917372, 0.0071600594, 0.025]
    np.testing.assert_allclose(crossing(np.arange(1, 4) / 3, bounds), spent, atol=1e-8)


@pytest.mark.parametrize(
    ("n_looks", "pocock", "last"), [(2, 2.178, 1.977), (3, 2.289, 2.004), (5, 2.413, 2.040)]
)
def test_constants_of_pocock_and_obrien_fleming_hold_five_per_cent(n_looks, pocock, last):
    times = np.arange(1, n_looks + 1) / n_looks
    for bounds in (np.full(n_looks, pocock), last / np.sqrt(times)):
        assert 2 * crossing(times, bounds)[-1] == pytest.approx(0.05, abs=1.5e-4)  # constants have 3 decimals


@pytest.mark.parametrize(("n_looks", "error"), [(2, 0.042), (4, 0.063), (10, 0.097), (20, 0.124)])
def test_looking_again_at_five_per_cent_errs_as_gsdesign_says(n_looks, error):
    assert crossing(np.arange(1, n_looks + 1) / n_looks, np.full(n_looks, 1.96))[-1] == pytest.approx(
        error, abs=6e-4
    )


def test_repeated_p_values_are_those_of_lrstat():
    def repeated(p, times, spending_times):
        low, high = 1e-8, 0.999
        for _ in range(60):
            middle = (low + high) / 2
            bound = boundary(times, obrien_fleming(spending_times, middle))[-1]
            low, high = (low, middle) if special.ndtr(-bound) >= p else (middle, high)
        return high

    info, spending = np.array([529, 700, 800]) / 800, np.array([0.6271186, 0.8305085, 1])
    found = [repeated(p, info[: k + 1], spending[: k + 1]) for k, p in enumerate([0.2, 0.15, 0.1])]
    np.testing.assert_allclose(found, [0.3101673, 0.2258992, 0.1232186], atol=1e-6)
    thirds = np.array([1, 2]) / 3  # Maurer & Bretz 2013
    found = [repeated(p, thirds[: k + 1], thirds[: k + 1]) for k, p in enumerate([0.0062, 0.0002])]
    np.testing.assert_allclose(found, [0.1140577, 0.002393359], atol=1e-6)


def test_the_first_look_of_power_spending_is_known_in_closed_form():
    np.testing.assert_allclose(repeated_p([0.0006, 1e-9], [1 / 6]), [0.0216, 3.6e-8], rtol=1e-9)


def test_repeated_p_values_invert_the_nominal_levels():
    levels = np.geomspace(1e-9, 0.9, 12)
    np.testing.assert_allclose(
        repeated_p(nominal(EACH_SEED_OF_12, levels), EACH_SEED_OF_12), levels, rtol=1e-8
    )


def test_certain_impossible_and_missing_p_values_stay_in_range():
    found = repeated_p([0.0, 1e-300, 1.0, np.nan], EACH_SEED_OF_12)
    assert found[0] <= 1e-280
    assert found[2] == 1
    assert np.isnan(found[3])
    assert repeated_p(0.2, [0.1]) == 1, "no level below 1 would let the first look reject"


def test_nominal_levels_rise_with_the_level():
    for maximum in (8, 20, 40):
        times = np.arange(2, maximum + 1) / maximum
        assert (np.diff(nominal(times, np.geomspace(1e-6, 0.5, 40))) > 0).all()


def test_looks_at_nominal_levels_err_no_more_than_they_say():
    rng = np.random.default_rng(5)
    z = np.cumsum(rng.normal(size=(20_000, 12)), axis=1) / np.sqrt(np.arange(1, 13))
    p = special.ndtr(-z[:, 1:])
    for level in (0.05, 0.2):
        levels = [float(nominal(EACH_SEED_OF_12[: k + 1], level)) for k in range(11)]
        error = (p <= levels).any(axis=1).mean()
        assert error == pytest.approx(level, abs=3 * np.sqrt(level * (1 - level) / 20_000))
