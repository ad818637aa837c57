"""A loop of 200 proposals of which 190 do nothing: what is accepted, by the rule that decides.

    python -m benchmarks.gate --sessions 1000          # rules and levels compared, by their own formulas
    python -m benchmarks.gate --sessions 100 --product # the gate's own code, look by look

A proposal's gain in a seed is its effect plus noise of SD 1 (that of a difference between two runs of a
seed). An accepted proposal becomes the baseline; as each proposal has fresh seeds, that changes no chance.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from tabulate import tabulate

from ablation.adaptive.online import WEALTH, level, share
from ablation.adaptive.paired import ACCEPT, HOPELESS_BELOW, PairedLook, PairedPlan
from ablation.analysis.data.factors import Floats
from ablation.analysis.sequential.boundary import nominal, repeated_p

FIRST, MAXIMUM, ALPHA, MARGIN = 3, 12, 0.05, 1.0
LOOKS = np.arange(FIRST, MAXIMUM + 1)
LAMBDA = 0.5
LEVELS = np.geomspace(1e-9, 0.5, 300)
NEEDED = stats.t.isf(nominal(LOOKS / MAXIMUM, LEVELS), MAXIMUM - 1)


@dataclass
class Session:
    """Tests so far: numbers of the accepted ones, and p values of all."""

    accepted: list[int]
    p: list[float]


Rule = Callable[[int, Session], float]
"""Number of the test and what came before → its level."""


def slow(test: int) -> float:
    """The usual shares (Javanmard & Montanari 2018, equation 31)."""
    return float(0.07720838 * np.log(max(test, 2)) / (test * np.exp(np.sqrt(np.log(test)))))


def lord(wealth: float, shares: Callable[[int], float] = share) -> Rule:
    """LORD++ with this share of alpha to begin with."""
    return lambda test, past: level(test, past.accepted, ALPHA, wealth, shares)


def saffron(wealth: float) -> Rule:
    """SAFFRON (Ramdas, Zrnic, Wainwright & Jordan 2018, ICML 80:4286) with the shares of onlineFDR."""

    def shares(test: int) -> float:
        return 0.4374901658 / test**1.6

    def alpha(test: int, past: Session) -> float:
        small = np.array(past.p) <= LAMBDA

        def earned(after: int) -> float:
            return shares(test - after - int(small[after:].sum()))

        total = wealth * ALPHA * earned(0)
        for place, when in enumerate(past.accepted):
            total += ALPHA * (1 - wealth if place == 0 else 1) * earned(when)
        return min((1 - LAMBDA) * total, LAMBDA)

    return alpha


def spending(test: int, _: Session) -> float:
    """Alpha in all: the chance of any false acceptance is at most that."""
    return ALPHA * share(test)


def each_time(_test: int, _past: Session) -> float:
    """The looks allowed for, the number of proposals not."""
    return ALPHA


RULES: dict[str, Rule] = {
    "gate, LORD++ (taken)": lord(WEALTH),
    "gate, LORD++, half of alpha first": lord(0.5),
    "gate, LORD++, the usual shares, half first": lord(0.5, slow),
    "gate, SAFFRON, half first": saffron(0.5),
    "gate, alpha spent once": spending,
    "gate, .05 each time": each_time,
}


class Tables:
    """What the gate computes at each look, for all proposals of a session at once."""

    def __init__(self, gains: Floats) -> None:
        """Take the gains, (n_proposals, MAXIMUM)."""
        n = LOOKS
        self.mean = (np.cumsum(gains, axis=1) / np.arange(1, MAXIMUM + 1))[:, FIRST - 1 :]
        self.se = np.column_stack([gains[:, :k].std(axis=1, ddof=1) / np.sqrt(k) for k in n])
        self.better = self._repeated(self.mean / self.se)
        self.ended = (self._repeated(-self.mean / self.se) <= ALPHA) | (
            self._repeated((MARGIN - self.mean) / self.se) <= ALPHA
        )

    @staticmethod
    def _repeated(t: Floats) -> Floats:
        p = stats.t.sf(t, LOOKS - 1)
        return np.column_stack([repeated_p(p[:, k], LOOKS[: k + 1] / MAXIMUM) for k in range(len(LOOKS))])

    def judge(self, i: int, alpha: float) -> tuple[bool, int, float]:
        """Whether a proposal is accepted, after how many seeds, and its p value there."""
        needed = np.interp(np.log(alpha), np.log(LEVELS), NEEDED)
        for k, n in enumerate(LOOKS):
            if self.better[i, k] <= alpha:
                return True, n, self.better[i, k]
            spread = self.se[i, k] * np.sqrt(1 - n / MAXIMUM)
            hopeless = n < MAXIMUM and (
                stats.norm.cdf((self.mean[i, k] - needed * self.se[i, k] * np.sqrt(n / MAXIMUM)) / spread)
                < HOPELESS_BELOW
            )
            if self.ended[i, k] or hopeless:
                break
        return False, n, self.better[i, k]


def by_product(gains: Floats, alpha: float) -> tuple[bool, int, float]:
    """The same by the gate's own code."""
    plan = PairedPlan(alpha, FIRST, MAXIMUM, MARGIN, ALPHA)
    for n in LOOKS:
        look = PairedLook(plan, gains[:n])
        if look.decision:
            break
    return look.decision == ACCEPT, n, look.p


def simulate(real: Floats, rng: np.random.Generator, product: bool) -> list[dict[str, object]]:
    """One session by every rule.

    Args:
        real: true gains of the proposals, (n_proposals,), shuffled here.
        rng: source of randomness.
        product: judge by the gate's own code, and only by the rule that it has.
    """
    truth = rng.permutation(real)
    gains = truth[:, None] + rng.normal(size=(len(truth), MAXIMUM))
    first_p = stats.ttest_1samp(gains[:, :3], 0, axis=1, alternative="greater").pvalue
    rows = [
        _row("keep if the number is lower, 1 seed", gains[:, 0] > 0, np.full(len(truth), 1), truth),
        _row(
            "keep if the mean is lower, 3 seeds", gains[:, :3].mean(axis=1) > 0, np.full(len(truth), 3), truth
        ),
        _row("a t test each time, 3 seeds, p < .05", first_p < 0.05, np.full(len(truth), 3), truth),
    ]
    tables = None if product else Tables(gains)
    for name, rule in list(RULES.items())[: 1 if product else None]:
        past, seeds, accepted = Session([], []), [], []
        for i in range(len(truth)):
            alpha = rule(i + 1, past)
            is_kept, n, p = by_product(gains[i], alpha) if tables is None else tables.judge(i, alpha)
            past.accepted += [i + 1] if is_kept else []
            past.p.append(p)
            accepted.append(is_kept)
            seeds.append(n)
        rows.append(_row(name, np.array(accepted), np.array(seeds), truth))
    return rows


def _row(name: str, accepted: np.ndarray, seeds: np.ndarray, truth: Floats) -> dict[str, object]:
    false, n = int((accepted & (truth <= 0)).sum()), int(accepted.sum())
    return {
        "rule": name,
        "false": false,
        "any false": float(false > 0),
        "true": n - false,
        "share false": false / max(n, 1),
        "runs": 2 * seeds.mean(),
    }


def main() -> None:
    """Simulate sessions and print a row per rule."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--product", action="store_true")
    parser.add_argument(
        "--gain", type=float, default=2.0, help="of the real ones, in SDs of a paired difference"
    )
    parser.add_argument("--real", type=int, default=10)
    options = parser.parse_args()
    rng = np.random.default_rng(200)
    real = np.concatenate([np.full(options.real, options.gain), np.zeros(200 - options.real)])
    rows = [row for _ in range(options.sessions) for row in simulate(real, rng, options.product)]
    table = pd.DataFrame(rows).groupby("rule", sort=False).mean()
    table["any false"] *= 100
    table["share false"] *= 100
    names = {
        "false": "false accepts",
        "any false": "sessions with one, %",
        "true": f"of {options.real} real ones",
        "share false": "false among accepted, %",
        "runs": "runs per proposal",
    }
    print(
        tabulate(table.rename(columns=names).reset_index(), "keys", "github", showindex=False, floatfmt=".2f")
    )


if __name__ == "__main__":
    main()
