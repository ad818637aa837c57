"""Error rates for an endless sequence of tests, so that few accepted changes are false (LORD++).

LORD++ (Ramdas, Yang, Wainwright & Jordan 2017, NeurIPS 30): of the accepted ones the expected share of false
ones is at most alpha, at any time. A test spends error, an acceptance earns it back. It needs p values that
are valid given the past, which fresh seeds for each test give.
"""

from collections.abc import Callable, Sequence

from scipy import special

WEALTH = 0.9
"""Share of alpha that may be spent before anything was accepted."""

POWER = 1.2
"""Shares fall with this power of the number: 200 tests spend 69 %, by the usual ones 24 %.

The shares of Javanmard & Montanari (2018, Annals of Statistics 46:526, equation 31) are kept for tests that
no session reaches. docs/gate.md compares them.
"""


def share(test: int) -> float:
    """The share of a total of 1 that this test spends; tests are counted from 1."""
    return float(test**-POWER / special.zeta(POWER))


def level(
    test: int,
    accepted: Sequence[int],
    alpha: float,
    wealth: float = WEALTH,
    share: Callable[[int], float] = share,
) -> float:
    """Of the next test, one-sided or two-sided as its p value is.

    Args:
        test: its number, from 1.
        accepted: numbers of the tests that were accepted before, rising.
        alpha: bound on the expected share of false ones among those accepted.
        wealth: share of alpha that may be spent before the first is accepted.
        share: of a sum of 1, what the test of a number spends.
    """
    first, others = list(accepted[:1]), accepted[1:]
    earned = (1 - wealth) * sum(share(test - i) for i in first) + sum(share(test - i) for i in others)
    return alpha * (wealth * share(test) + earned)
