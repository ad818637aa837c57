"""Adaptive studies simulated run by run: errors, coverage and cost.

    python -m benchmarks.adaptive --studies 1000 --worlds null margin
    python -m benchmarks.adaptive --studies 1000 --maximum 20 --worlds population --fixed 14 16 18 20 22

A study has seeds as blocks (noise SD 1, seed SD 1) and a margin of 0.6 (leave one out: 1.8), and is looked at
after 2, 3, … seeds (leave one out: 4, 5, …) until every verdict is settled: with whole seeds, and with levels
dropped, on the same runs. Errors are counted at the end: a false sign (better, worse, keep or hurts with the
other sign or none) and a false 'does nothing' (an effect of a margin or more). A fixed design is analysed
once, with a number of seeds chosen before; the one 'as good' settles all verdicts in as many studies.

Designs are read and decomposed once (`benchmarks.known_design`). The first studies of each world (`--check`)
are played by `Replay` and `analyze` as well and must end the same; so are all of which an interaction stands
out, and all of worlds in which runs fail.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from tabulate import tabulate

from ablation.adaptive.adaptive_plan import AdaptivePlan
from ablation.adaptive.replay import Look, Replay
from ablation.analysis.data.factors import Floats
from ablation.analysis.verdicts.judging import INCONCLUSIVE
from benchmarks.adaptive_many import Designs, End, analysed, play, settled_at
from benchmarks.adaptive_worlds import WORLDS, Cells, Truth, World, responses

SIGNS = {"keep": -1, "better": -1, "hurts": 1, "worse": 1}
Row = dict[str, object]


def plan_of(cells: Cells, maximum: int) -> AdaptivePlan:
    """The plan of a study of these cells."""
    return AdaptivePlan(
        "loss", "lower", cells.margin, cells.levels, scale="identity", maximum=maximum, first=cells.first,
        one_factor=cells.one_factor, start={name: levels[0] for name, levels in cells.levels.items()},
    )  # fmt: skip


def simulate(
    world: World, designs: Designs, fixed: Sequence[int], rng: np.random.Generator, n: int, n_checked: int
) -> list[Row]:
    """Studies to their ends, by each way to run them."""
    maximum = designs.plan.maximum
    truths, losses = [], []
    for _ in range(n):
        truths.append(world.truth(rng))
        losses.append(responses(world, truths[-1], max([maximum, *fixed]), rng))
    loss = np.array(losses)
    if world.failing:
        rows = [row for study in zip(truths, loss, strict=True) for row in _analysed(designs, fixed, *study)]
        return [row | {"by analyze": True} for row in rows]
    ends = [play(designs, loss[:, :maximum], dropping) for dropping in (False, True)]
    curve = {k: settled_at(designs, loss, k) for k in fixed}
    all_rows: list[Row] = []
    for i, truth in enumerate(truths):
        must = any(end[i] is None for end in ends) or any(flagged[i] for _, flagged in curve.values())
        by_analysis = _analysed(designs, fixed, truth, loss[i]) if must or i < n_checked else []
        quickly = [] if must else [*_of_ends(designs.cells, truth, [end[i] for end in ends])]
        quickly += [] if must else [_fixed(designs.cells, k, settled[i]) for k, (settled, _) in curve.items()]
        if quickly and by_analysis:
            pd.testing.assert_frame_equal(pd.DataFrame(quickly), pd.DataFrame(by_analysis), rtol=1e-9)
        all_rows += [row | {"by analyze": bool(by_analysis)} for row in by_analysis or quickly]
    return all_rows


def _of_ends(cells: Cells, truth: Truth, ends: Sequence[End | None]) -> Iterator[Row]:
    rows = [(*contrast, "") for contrast in cells.contrasts]
    for way, end in zip(("adaptive", "dropping"), ends, strict=True):
        if end is not None:
            judged = _judged(rows, end.verdicts, end.low, end.high, truth, cells)
            yield {"way": way, **judged, "seeds": end.seeds, "runs": end.runs}


def _analysed(designs: Designs, fixed: Sequence[int], truth: Truth, loss: Floats) -> list[Row]:
    """One study through `Replay` and `analyze`."""
    cells, plan, table = designs.cells, designs.plan, designs.cells.runs(loss)
    rows: list[Row] = []
    dropping, whole = Replay(plan, range(plan.maximum)), None
    while dropping.next is not None:
        dropping.take(table)
        if dropping.dropped and whole is None:
            # The looks so far are those of whole seeds as well.
            whole = replace(
                dropping, plan=replace(plan, dropping=False), looks=list(dropping.looks), _dropped={},
                _frozen={},
            )  # fmt: skip
    while whole is not None and whole.next is not None:
        whole.take(table)
    for way, study in (("adaptive", whole or dropping), ("dropping", dropping)):
        last = study.looks[-1]
        runs = designs.runs(last.seeds, tuple(last.dropped.items()))
        rows.append({"way": way, **_of_look(last, truth, cells), "seeds": last.seeds, "runs": runs})
    for n in fixed:
        verdicts = analysed(table[table["seed"] < n], cells).verdicts
        rows.append(_fixed(cells, n, INCONCLUSIVE not in list(verdicts["verdict"])))
    return rows


def _fixed(cells: Cells, n: int, settled: bool) -> Row:
    return {"way": f"fixed {n}", "all settled": float(settled), "seeds": n, "runs": n * len(cells.table)}


def _of_look(last: Look, truth: Truth, cells: Cells) -> Row:
    verdicts = last.verdicts
    rows = verdicts[["factor", "level", "within"]].itertuples(index=False)
    low, high = verdicts["ci_low"].to_numpy(), verdicts["ci_high"].to_numpy()
    return _judged([tuple(row) for row in rows], list(verdicts["verdict"]), low, high, truth, cells)


def _judged(
    rows: Iterable[tuple[str, str, str]], verdicts: list[str], low: Floats, high: Floats, truth: Truth,
    cells: Cells,
) -> Row:  # fmt: skip
    is_true = cells.true_effects(rows, truth.means)
    sign = np.array([SIGNS.get(verdict, 0) for verdict in verdicts])
    nothing = np.array([verdict == "does nothing" for verdict in verdicts])
    n_open = verdicts.count(INCONCLUSIVE)
    return {
        "false sign": float(((sign != 0) & (sign * is_true <= 1e-12)).any()),
        "false nothing": float((nothing & (np.abs(is_true) >= cells.margin - 1e-12)).any()),
        "all settled": float(n_open == 0),
        "settled": 1 - n_open / len(verdicts),
        "coverage": float(((low <= is_true) & (is_true <= high)).mean()),
    }


def summary(studies: pd.DataFrame) -> pd.DataFrame:
    """One row per way, shares in % with twice their simulation error."""
    rows = []
    fixed = studies[studies["way"].str.startswith("fixed")].groupby("seeds")["all settled"].mean()
    for way, group in studies.groupby("way", sort=False):
        n, row = len(group), {"way": way}
        for name in ("false sign", "false nothing"):
            rate = group[name].mean()
            error = 2 * np.sqrt(max(rate, 1 / n) * (1 - rate) / n)
            row[name] = "" if np.isnan(rate) else f"{100 * rate:.1f} ± {100 * error:.1f}"
        row |= {name: 100 * group[name].mean() for name in ("coverage", "settled", "all settled")}
        row |= {"seeds": group["seeds"].mean(), "runs": group["runs"].mean()}
        if len(fixed) and not str(way).startswith("fixed"):
            per_seed = studies["runs"].max() / studies["seeds"].max()
            equal = as_good(fixed, group["all settled"].mean())
            row |= {"as good, seeds": equal, "ratio": row["runs"] / (equal * per_seed)}
        rows.append(row)
    return pd.DataFrame(rows)


def as_good(fixed: pd.Series, share: float) -> float:
    """Seeds of the fixed design that settles all verdicts as often; infinite beyond those that were run."""
    curve = np.maximum.accumulate(fixed.to_numpy())
    shares, first = np.unique(curve, return_index=True)
    beyond = np.inf if share > curve[-1] else None
    return float(np.interp(share, shares, fixed.index[first], right=beyond))


BATCH = 500


def main() -> None:
    """Simulate the worlds asked for and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--maximum", type=int, default=12)
    parser.add_argument("--worlds", nargs="*", default=list(WORLDS), choices=list(WORLDS))
    parser.add_argument("--fixed", nargs="*", type=int, default=[], help="seeds of fixed designs beside them")
    parser.add_argument("--check", type=int, default=20, help="studies that go through `analyze` as well")
    parser.add_argument("--every", type=int, default=0, help="print after so many studies as well")
    options = parser.parse_args()
    for name in options.worlds:
        world, start = WORLDS[name], time.perf_counter()
        rng = np.random.default_rng([2026, sum(map(ord, name))])
        designs = Designs(world.cells, plan_of(world.cells, options.maximum))
        rows: list[Row] = []
        for done in range(0, options.studies, options.every or BATCH):
            n = min(options.every or BATCH, options.studies - done)
            rows += simulate(world, designs, options.fixed, rng, n, max(options.check - done, 0))
            if options.every or done + n == options.studies:
                studies, minutes = pd.DataFrame(rows), (time.perf_counter() - start) / 60
                n_real = studies["by analyze"].sum() // (2 + len(options.fixed))
                print(f"\n{name}: {done + n} studies of at most {options.maximum} seeds,", end=" ")
                print(f"{n_real} of them through `analyze`, {minutes:.1f} minutes\n")
                print(tabulate(summary(studies), "keys", "github", showindex=False, floatfmt=".2f"))
                sys.stdout.flush()


if __name__ == "__main__":
    main()
