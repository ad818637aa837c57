"""How many seeds, on real training: verdicts of few seeds against those of 24.

    python -m benchmarks.real_truth replay --draws 200 --figure docs/how-many-seeds.svg
    python -m benchmarks.real_truth train             # the quick study with 24 seeds: 768 runs
    python -m benchmarks.real_truth keep runs/truth   # its rows → benchmarks/rows/quick24.parquet
    python -m benchmarks.real_truth replay --rows benchmarks/rows/quick24.parquet

The truth of a contrast is the mean of its differences within each of the 24 seeds, with a 95 % interval from
their spread (t, 23 degrees of freedom): no model, and no code of this package. A replay draws seeds without
replacement, judges as if they were all there is, and its claims are held against the truth:

* better or worse: contradicted where the interval of the truth is not wholly on that side of zero;
* keep or hurts: also where the truth lies wholly inside the margin;
* does nothing: where the truth lies wholly beyond the margin.

What the 24 seeds leave open (an interval over zero that reaches beyond the margin) contradicts nothing.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from tabulate import tabulate

from ablation.adaptive.adaptive_plan import AdaptivePlan
from ablation.adaptive.replay import Replay
from ablation.analysis import analyze
from benchmarks.adaptive import SIGNS
from benchmarks.perceptron import ROWS as PERCEPTRON

ROWS = Path(__file__).parent / "rows" / "quick24.parquet"
SEEDS, MAXIMUM = 24, 20
FIXED = (3, 5, 8)
COMMAND = ["ablation", "sweep", "quick", "name=truth", f"hydra.sweeper.replicates={SEEDS}"]

PLACEBO = "placebo"
"""A factor of this name does nothing: that is known, whatever the runs say."""

Contrast = tuple[str, str, str, str]
"""Factor, level, reference and `within` ('' for an average)."""
Claim = tuple[Contrast, int, bool]
"""What is compared; the sign that is claimed, 0 for none that matters; whether beyond the margin."""


@dataclass(frozen=True, eq=False)
class Truth:
    """The runs of all seeds.

    Args:
        rows: one per run: factors (text), seed, loss.
        factors: factor → levels, the reference first.
        percent: the margin, in %.
    """

    rows: pd.DataFrame
    factors: dict[str, list[str]]
    percent: float = 1.0

    @property
    def margin(self) -> float:
        """Of logarithms."""
        return float(np.log1p(self.percent / 100))

    def interval(self, contrast: Contrast) -> tuple[float, float]:
        """Of the difference of mean logarithms, from its differences within seeds."""
        factor, level, reference, within = contrast
        if factor == PLACEBO:
            return 0.0, 0.0
        rows = self.rows
        if within:
            name, _, value = within.partition("=")
            rows = rows[rows[name] == value]
        means = rows.groupby(["seed", factor], observed=True)["log"].mean().unstack()
        each = (means[level] - means[reference]).dropna()
        half = stats.t.ppf(0.975, len(each) - 1) * each.std() / np.sqrt(len(each))
        return each.mean() - half, each.mean() + half

    def reverses(self, claim: Claim) -> bool:
        """Whether the effect surely has the other sign."""
        contrast, sign, _ = claim
        low, high = self.interval(contrast)
        return (sign > 0 and high < 0) or (sign < 0 and low > 0)

    def contradicts(self, claim: Claim) -> bool:
        """Whether all seeds together say otherwise."""
        contrast, sign, is_large = claim
        low, high = self.interval(contrast)
        if sign == 0:
            return low > self.margin or high < -self.margin
        inside = low > -self.margin and high < self.margin
        on_that_side = low > 0 if sign > 0 else high < 0
        is_open = low <= 0 <= high and not inside
        return not is_open and (not on_that_side or (is_large and inside))


@dataclass(frozen=True)
class Replayed:
    """What a way to judge made of a draw of seeds: its claims, of how many contrasts, and its runs."""

    claims: Sequence[Claim]
    contrasts: int
    runs: int


def read_rows(path: Path, percent: float) -> Truth:
    """The rows that are kept, with a margin in %."""
    rows = pd.read_parquet(path)
    names = [name for name in rows if name not in ("seed", "loss")]
    factors = {name: list(map(str, rows[name].cat.categories)) for name in names}
    return Truth(rows.assign(log=np.log(rows["loss"])), factors, percent)


def contrasts(truth: Truth) -> list[Contrast]:
    """Each level against the reference, averaged over the rest."""
    return [(name, level, levels[0], "") for name, levels in truth.factors.items() for level in levels[1:]]


def lower_mean(truth: Truth, seeds: Sequence[int]) -> Replayed:
    """Whatever has the lower mean is better."""
    chosen = truth.rows[truth.rows["seed"].isin(seeds)]
    claims: list[Claim] = []
    for contrast in contrasts(truth):
        factor, level, reference, _ = contrast
        means = chosen.groupby(factor, observed=True)["loss"].mean()
        claims.append((contrast, int(np.sign(means[level] - means[reference])), False))
    return Replayed(claims, len(claims), len(chosen))


def t_tests(truth: Truth, seeds: Sequence[int]) -> Replayed:
    """A t test at 5 % for each contrast, all runs of one level against all of the reference."""
    chosen = truth.rows[truth.rows["seed"].isin(seeds)]
    claims: list[Claim] = []
    for contrast in contrasts(truth):
        factor, level, reference, _ = contrast
        at, there = (chosen.loc[chosen[factor] == name, "loss"] for name in (level, reference))
        if stats.ttest_ind(at, there, equal_var=False).pvalue < 0.05:
            claims.append((contrast, int(np.sign(at.mean() - there.mean())), False))
    return Replayed(claims, len(contrasts(truth)), len(chosen))


def fixed(truth: Truth, seeds: Sequence[int]) -> Replayed:
    """The verdicts of a fixed study."""
    chosen = truth.rows[truth.rows["seed"].isin(seeds)]
    analysis = analyze(
        chosen, "loss", list(truth.factors), block="seed", margin=truth.percent, direction="lower",
        scale="log", interactions=2,
    )  # fmt: skip
    return Replayed(_claims(analysis.verdicts), len(analysis.verdicts), len(chosen))


def adaptive(truth: Truth, seeds: Sequence[int]) -> Replayed:
    """The verdicts of a study that ends when all are settled, at 20 seeds at the latest."""
    plan = AdaptivePlan("loss", "lower", truth.percent, truth.factors, scale="log", maximum=MAXIMUM)
    study = Replay(plan, seeds)
    while study.next is not None:
        study.take(truth.rows)
    last, cells = study.looks[-1], truth.rows[list(truth.factors)].drop_duplicates()
    ends = np.full(len(cells), last.seeds)
    for (name, level), n in last.dropped.items():
        ends = np.where(cells[name] == level, np.minimum(ends, n), ends)
    return Replayed(_claims(last.verdicts), len(last.verdicts), int(ends.sum()))


def _claims(verdicts: pd.DataFrame) -> list[Claim]:
    rows = verdicts[verdicts["verdict"] != "inconclusive"].itertuples(index=False)
    return [
        (
            (row.factor, row.level, row.reference, row.within),
            SIGNS.get(row.verdict, 0),
            row.verdict in ("keep", "hurts"),
        )
        for row in rows
    ]


WAYS: dict[str, tuple[int, Callable[[Truth, Sequence[int]], Replayed]]] = {
    "1 seed, the lower number wins": (1, lower_mean),
    "3 seeds, the lower mean wins": (3, lower_mean),
    "3 seeds, a t test at .05 each": (3, t_tests),
    "5 seeds, a t test at .05 each": (5, t_tests),
    **{f"{n} seeds, verdicts": (n, fixed) for n in FIXED},
    f"until settled, at most {MAXIMUM} seeds": (MAXIMUM, adaptive),
}


def replay(truth: Truth, draws: int, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """A row for each way to judge each draw of seeds."""
    known: dict[Claim, tuple[bool, bool]] = {}
    for draw in range(draws):
        order = [int(seed) for seed in rng.permutation(truth.rows["seed"].unique())]
        for way, (n, judge) in WAYS.items():
            replayed = judge(truth, order[:n])
            for claim in set(replayed.claims) - known.keys():
                known[claim] = (truth.contradicts(claim), truth.reverses(claim))
            wrong, reversed_ = np.sum([known[claim] for claim in replayed.claims] or [(0, 0)], axis=0)
            yield {
                "draw": draw,
                "way": way,
                "claims": len(replayed.claims),
                "contrasts": replayed.contrasts,
                "wrong": wrong,
                "reversed": reversed_,
                "runs": replayed.runs,
            }


def summary(draws: pd.DataFrame) -> pd.DataFrame:
    """One row per way to judge."""
    groups = draws.groupby("way", sort=False)
    return pd.DataFrame(
        {
            "studies with a contradicted claim, %": 100 * groups["wrong"].apply(lambda x: (x > 0).mean()),
            "with a claim of the wrong sign, %": 100 * groups["reversed"].apply(lambda x: (x > 0).mean()),
            "components with a claim, %": 100 * groups["claims"].sum() / groups["contrasts"].sum(),
            "runs": groups["runs"].mean(),
            "9 of 10 studies": groups["runs"].quantile(0.9),
        }
    ).reset_index()


def draw_figure(table: pd.DataFrame, path: Path) -> None:
    """Contradictions and claims of each way to judge, with its runs."""
    import matplotlib.pyplot as plt

    plt.rcParams |= {"svg.fonttype": "none", "font.size": 10}
    figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.4), sharey=True)
    places = np.arange(len(table))[::-1]
    columns = (
        (
            "studies with a contradicted claim, %",
            "#b5402f",
            "studies with a claim that 24 seeds contradict, %",
        ),
        ("components with a claim, %", "#2f5d8a", "components about which something is claimed"),
    )
    for axis, (name, colour, title) in zip(axes, columns, strict=True):
        axis.barh(places, table[name], color=colour, height=0.6)
        axis.set_title(title, fontsize=9, loc="left")
        axis.set_xlim(0, 112)
        for place, value in zip(places, table[name], strict=True):
            axis.text(value + 1.5, place, f"{value:.1f}" if value < 10 else f"{value:.0f}", va="center")
        axis.spines[["top", "right"]].set_visible(False)
    labels = [f"{way} ({runs:.0f} runs)" for way, runs in zip(table["way"], table["runs"], strict=True)]
    axes[0].set_yticks(places, labels)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def keep(folder: str) -> None:
    """Write the factors, seeds and losses of a study, and nothing else."""
    from ablation.results import read

    table = read(folder)
    names = [name for name in table if name.startswith("flags.")]
    rows = table[[*names, "seed", "loss"]].rename(columns={name: name.partition(".")[2] for name in names})
    for name in rows.columns[: len(names)]:
        rows[name] = rows[name].cat.rename_categories(lambda level: str(level).lower())
    rows = rows.sort_values(["seed", *rows.columns[: len(names)]]).reset_index(drop=True)
    rows.attrs = {}
    ROWS.parent.mkdir(exist_ok=True)
    rows.to_parquet(ROWS, index=False)
    print(f"{len(rows)} rows, {ROWS.stat().st_size / 1000:.0f} kB: {ROWS}")


def main() -> None:
    """Train, keep rows, or replay."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["train", "keep", "replay"])
    parser.add_argument("folder", nargs="?", default="runs/truth")
    parser.add_argument("--rows", type=Path, default=PERCEPTRON)
    parser.add_argument("--margin", type=float, default=1.0, help="smallest effect that matters, in %%")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--figure", type=Path)
    options = parser.parse_args()
    if options.what == "train":
        sys.exit(subprocess.run(COMMAND, check=False).returncode)
    if options.what == "keep":
        keep(options.folder)
        return
    truth = read_rows(options.rows, options.margin)
    intervals = [(*c, *(100 * np.expm1(truth.interval(c)))) for c in contrasts(truth)]
    heads = ["component", "level", "reference", "within", "low, %", "high, %"]
    print(tabulate(intervals, heads, "github", floatfmt=".2f"), "\n")
    draws = pd.DataFrame(list(replay(truth, options.draws, np.random.default_rng(24))))
    table = summary(draws)
    print(tabulate(table, "keys", "github", showindex=False, floatfmt=".1f"))
    if options.figure:
        draw_figure(table, options.figure)


if __name__ == "__main__":
    main()
