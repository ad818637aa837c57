"""Against the R package onlineFDR (LORD, version ++), w0 = 0.025, on the p values of its vignette."""

import numpy as np

from ablation.adaptive.online import level, share

P = [2.90e-14, 0.00143, 0.06514, 0.00174, 0.00171, 3.61e-05, 0.79149, 0.27201, 0.28295, 7.59e-08, 0.69274,
     0.30443, 0.000487, 0.72342, 0.54757]  # fmt: skip
LEVELS = [0.001338, 0.001629, 0.003215, 0.001036, 0.000876, 0.000738, 0.003309, 0.001136, 0.000987, 0.000854,
          0.003426, 0.001251, 0.0011, 0.003639, 0.001438]  # fmt: skip


def shares_of_onlinefdr(test):
    """Javanmard & Montanari 2018, equation 31."""
    return 0.07720838 * np.log(max(test, 2)) / (test * np.exp(np.sqrt(np.log(test))))


def test_levels_are_those_of_onlinefdr():
    accepted, levels = [], []
    for i, p in enumerate(P, 1):
        levels.append(level(i, accepted, 0.05, 0.5, shares_of_onlinefdr))
        if p <= levels[-1]:
            accepted.append(i)
    np.testing.assert_allclose(levels, LEVELS, atol=5.1e-7)
    assert accepted == [1, 2, 6, 10, 13]


def test_without_an_acceptance_no_more_than_the_first_wealth_is_spent():
    spent = sum(level(i, [], 0.05, wealth=0.5) for i in range(1, 20_000))
    assert 0.02 < spent < 0.025


def test_shares_fall():
    shares = [share(i) for i in range(2, 500)]
    assert (np.diff(shares) < 0).all()
