"""Latency of forward passes, taken in turns, so that disturbances of the machine affect all cells alike."""

import math
import time
from collections.abc import Callable, Sequence

import numpy as np

WARM_UP = 3
"""Calls of each before anything is timed."""

AT_LEAST = 0.002
"""Seconds of each turn: a call that is shorter is repeated."""


def in_turns(calls: Sequence[Callable[[], object]], rounds: int) -> np.ndarray:
    """Seconds of each call in each round, (rounds, n_calls).

    After warming up, every round calls each once without timing it, since the one before has left the
    caches, and then for `AT_LEAST` seconds, of which the mean is taken. The order is drawn anew.
    """
    for call in calls:
        for _ in range(WARM_UP):
            call()
    rng, seconds = np.random.default_rng(0), np.empty((rounds, len(calls)))
    for turn in seconds:
        for i in rng.permutation(len(calls)):
            turn[i] = _seconds(calls[i])
    return seconds


def _seconds(call: Callable[[], object]) -> float:
    call()
    start, n = time.perf_counter(), 0
    while True:
        call()
        n += 1
        if (taken := time.perf_counter() - start) >= AT_LEAST:
            return taken / n


def median_interval(values: np.ndarray) -> tuple[float, float, float]:
    """The median (n,) and an interval that covers it with probability 95 % at least: two of the values.

    It is that of the sign test (Conover 1999, Practical Nonparametric Statistics, 3.2); n from 6 on.

    >>> median_interval(np.arange(1, 11))
    (5.5, 2.0, 9.0)
    """
    ordered, n = np.sort(values), len(values)
    tails = np.cumsum([math.comb(n, k) for k in range(n // 2)]) / 2.0**n
    k = int((tails <= 0.025).sum())  # so many values lie outside on either side, at most
    return float(np.median(ordered)), float(ordered[k - 1]), float(ordered[n - k])
