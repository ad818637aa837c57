"""Do verdicts err as rarely as they say and find what `power` promises, do intervals cover: a simulation.

    python -m benchmarks.calibration            # 2000 simulated studies per row, some ten minutes
    python -m benchmarks.calibration --studies 200
    python -m benchmarks.calibration --only 2x2x2x4

Designs are read and decomposed once (`benchmarks.known_design`); the first studies of each row, and all in
which runs fail or an interaction stands out, go through `ablation.analysis.analyze` as a user's table would.
"""

from __future__ import annotations

import argparse
import itertools
import math
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ablation.analysis import Analysis, analyze
from ablation.analysis.probability.distributions import t_quantile
from ablation.analysis.verdicts.judging import Rules, decide
from ablation.analysis.verdicts.power import detectable
from ablation.analysis.verdicts.rows import LEVELS_SHARE, contrast_alpha
from benchmarks.calibration_worlds import UNIT, WORLDS, World, simulate, truth
from benchmarks.known_design import KnownDesign

PLANTED = (("a", 1), ("c", "x"))
N_PILOTS = 200


def plant(world: World, rng: np.random.Generator) -> World:
    """The world with the effects that its own studies call detectable."""
    pilots = [study(replace(world, interaction=0.0), rng).power for _ in range(N_PILOTS)]
    effects = {}
    for factor, level in PLANTED:
        sizes = [
            p[(p["factor"] == factor) & (p["level"] == str(level))]["detectable"].iloc[0] for p in pilots
        ]
        effects[factor, level] = -float(np.sqrt(np.mean(np.square(sizes)))) / UNIT
    return replace(world, effects=effects)


def plant_classically(world: World, rng: np.random.Generator) -> World:
    """The world with the effect of a that the classical test finds 4 times in 5, at Holm's strictest step."""
    fit = study(world, rng).fit
    n_verdicts = sum(len(levels) - 1 for levels in world.factors.values())
    n_runs = world.seeds * math.prod(map(len, world.factors.values()))
    size = detectable(2 / np.sqrt(n_runs), fit.df_resid, contrast_alpha(fit, 0.05) / n_verdicts)
    return replace(world, effects={("a", 1): -size})


def study(world: World, rng: np.random.Generator) -> Analysis:
    """Simulate a study and analyse it."""
    return analyzed(world, simulate(world, rng))


def analyzed(world: World, table: pd.DataFrame) -> Analysis:
    """The analysis of a study, as a user's table would be."""
    return analyze(table, "loss", list(world.factors), block="seed", scale=world.scale, margin=world.margin)


@dataclass
class Tally:
    """One study: any false verdict; which intervals cover, of verdicts and classical; effects found."""

    false: bool
    covers: list[bool]
    covers_classical: list[bool]
    detected: list[bool]


Row = tuple[str, str, str, float, float, str]
"""Factor, level, within, bounds of the interval, verdict."""


def judge(world: World, analysis: Analysis) -> Tally:
    """Compare an analysis with the truth of its world."""
    names = ["factor", "level", "within", "ci_low", "ci_high", "verdict"]
    rows, effects = analysis.verdicts[names], analysis.effects.assign(within="", verdict="")[names]
    least = analysis.scaling.margin(world.margin or 0.0)[1]
    return tally(world, *(list(t.itertuples(index=False, name=None)) for t in (rows, effects)), least)


def tally(world: World, rows: Sequence[Row], classical: Sequence[Row], least: float) -> Tally:
    """Compare verdicts and classical intervals with the truth, given the margin on the analysis scale."""
    false, covers, hits = False, [], dict.fromkeys([(f, str(v)) for f, v in world.effects], False)
    for factor, level, within, low, high, verdict in rows:
        true = truth(world, factor, level, within)
        covers += [low <= true <= high] if np.isfinite(low) else []
        # keep and hurts say more than better and worse
        false |= (verdict == "keep" and true >= -least) or (verdict == "hurts" and true <= least)
        false |= (verdict == "better" and true >= 0) or (verdict == "worse" and true <= 0)
        false |= verdict == "does nothing" and abs(true) > least
        if (factor, level) in hits:
            hits[factor, level] |= verdict == "keep"
    by_classical = [
        low <= truth(world, factor, level, "") <= high
        for factor, level, _, low, high, _ in classical
        if np.isfinite(low)
    ]
    return Tally(bool(false), covers, by_classical, list(hits.values()))


def tallies(world: World, n_studies: int, rng: np.random.Generator, n_checked: int) -> list[Tally]:
    """Studies of one world. Those whose runs all finish share a design, which is decomposed once.

    Of these, the first go through `analyze` as well and must say the same; those in which an interaction
    stands out go through it alone.
    """
    if world.failing or world.alone:
        return [judge(world, study(world, rng)) for _ in range(n_studies)]
    tables = [simulate(world, rng) for _ in range(n_studies)]
    first = analyzed(world, tables[0])
    design, least = KnownDesign(first), first.scaling.margin(world.margin or 0.0)[1]
    y = np.array([table["loss"] for table in tables])
    margin = least if world.margin else None
    estimated = design.estimated(np.log(y) if world.scale == "log" else y)
    claims, rules = estimated.claims(margin), Rules(design.alpha, design.share, margin, True)
    bounds = estimated.interval(design.alpha)
    half = t_quantile(1 - design.alpha / 2, design.fit.df_resid) * estimated.classical
    plain = estimated.estimate - half, estimated.estimate + half
    names = [(row.factor, row.level, "") for row in design.rows]
    judged = []
    for i, table in enumerate(tables):
        verdicts = decide(claims[:, i], estimated.estimate[i], rules).verdicts
        rows, classical = (
            [
                (*name, *ends, verdict)
                for name, *ends, verdict in zip(names, low[i], high[i], verdicts, strict=True)
            ]
            for low, high in (bounds, plain)
        )
        quick = tally(world, rows, classical, least)
        flagged = estimated.screen[i] < design.alpha * LEVELS_SHARE
        judged.append(judge(world, analyzed(world, table)) if flagged or i < n_checked else quick)
        if judged[-1] != quick and not flagged:
            raise AssertionError(f"Expected what `analyze` says: {judged[-1]}. Received: {quick}.")
    return judged


def calibrate(world: World, n_studies: int, seed: int, n_checked: int) -> dict[str, object]:
    """Run the studies of one world; one row of the table."""
    rng = np.random.default_rng([seed, WORLDS.index(world)])
    full = plant(world, rng) if world.planted else world
    full = plant_classically(world, rng) if world.classical else full
    judged = tallies(full, n_studies, rng, n_checked)
    hits = np.mean([t.detected for t in judged], axis=0) if world.planted or world.classical else []
    rates = [*(f"{100 * v:.1f} %" for v in hits), "", ""]
    return {
        "world": world.name,
        "studies": n_studies,
        "any false verdict": percent(float(np.mean([t.false for t in judged])), n_studies),
        "verdict CI covers": share([t.covers for t in judged]),
        "classical CI covers": share([t.covers_classical for t in judged]),
        "a found (80 %)": rates[0],
        "c=x found (80 %)": rates[1],
    }


def share(hits: list[list[bool]]) -> str:
    """The share of True in % over all studies."""
    return f"{100 * np.mean(list(itertools.chain(*hits))):.1f} %"


def percent(share: float, n: int) -> str:
    """A share in % with twice its simulation error."""
    return f"{100 * share:.1f} +- {200 * np.sqrt(share * (1 - share) / n):.1f} %"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20240601)
    parser.add_argument("--only", default="", help="part of a world's name")
    parser.add_argument("--check", type=int, default=20, help="studies that go through `analyze` as well")
    arguments = parser.parse_args()
    start, rows = time.perf_counter(), []
    for world in WORLDS:
        if arguments.only in world.name:
            rows.append(calibrate(world, arguments.studies, arguments.seed, arguments.check))
            print(rows[-1], flush=True)
    print(pd.DataFrame(rows).to_markdown(index=False))
    machine = f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}"
    took = f"{time.perf_counter() - start:.0f} s on one core, {time.strftime('%Y-%m-%d')}"
    print(f"\nSeed {arguments.seed}; {machine}; {took}.")


if __name__ == "__main__":
    main()
