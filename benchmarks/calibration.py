"""Do verdicts err as rarely as they say and find what `power` promises, do intervals cover: a simulation.

    python -m benchmarks.calibration            # 2000 simulated studies per row, some ten minutes
    python -m benchmarks.calibration --studies 200
    python -m benchmarks.calibration --only 2x2x2x4

Every simulated study goes through `ablation.analysis.analyze` as a user's table would.
"""

from __future__ import annotations

import argparse
import itertools
import math
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from ablation.analysis import Analysis, analyze
from ablation.analysis.verdicts.power import detectable
from ablation.analysis.verdicts.rows import contrast_alpha

SMALL = {"a": (0, 1), "b": (0, 1), "c": tuple("wxyz")}
LARGE = {"a": (0, 1), "b": (0, 1), "d": (0, 1), "c": tuple("wxyz")}
SIXTEEN = dict.fromkeys("abcd", (0, 1))
SWITCHES = dict.fromkeys("abcde", (0, 1))


@dataclass(frozen=True)
class World:
    """A way in which studies come about.

    Attributes:
        name: what the table calls it.
        noise: `normal`, or `log-normal` (skewed, and analysed as it is).
        scale: scale of the analysis. On `log` the noise acts on the logarithm of the loss.
        noisy: levels of c whose noise is 2.5 times as large.
        seeds: number of paired seeds.
        failing: probability that a run fails; three times that at level z of c.
        planted: whether a = 1 and c = x get the effect that `power` promises to find 4 times in 5: its
            `detectable` (root mean square) in studies without effects.
        classical: whether a = 1 gets the effect that a classical test would find 4 times in 5.
        effects: the planted effects of (factor, level), in residual standard deviations of a quiet run.
        interaction: planted effect of a = 1 at level z of c, likewise.
        margin: smallest effect that matters, in %; None: none is declared.
        factors: their levels.
        spread: standard deviation over seeds of the effect of each level, in units of the noise.
        spreading: the factors whose effects differ so from seed to seed; all if empty.
        alone: one run more, that tells nothing of its error: of a `seed` of its own, or of a `level` v of c.
    """

    name: str
    noise: str = "normal"
    scale: str = "log"
    noisy: str = ""
    seeds: int = 4
    failing: float = 0.0
    planted: bool = False
    effects: dict[tuple[str, object], float] = field(default_factory=dict)
    interaction: float = 0.0
    margin: float | None = None
    classical: bool = False
    factors: Mapping[str, Sequence[object]] = field(default_factory=lambda: SMALL)
    spread: float = 0.0
    spreading: str = ""
    alone: str = ""


NOISES = (
    {"name": "normal", "scale": "identity"},
    {"name": "log-normal, log scale", "scale": "log"},
    {"name": "log-normal, raw scale", "scale": "identity", "noise": "log-normal"},
    {"name": "one level 2.5 x noisier", "scale": "log", "noisy": "z"},
    {"name": "reference level 2.5 x noisier", "scale": "log", "noisy": "w"},
)
PLANTED = (("a", 1), ("c", "x"))
N_PILOTS = 500
UNIT = 0.05
"""Residual standard deviation of a quiet run on the analysis scale."""

EVERY = (("a", 1), ("b", 1), ("c", "x"), ("c", "y"), ("c", "z"))
EDGE = 1.0001 * np.log(1.03) / UNIT

WORLDS = (
    *(World(**noise) for noise in NOISES),
    *(World(**noise | {"name": noise["name"] + ", failed runs"}, failing=0.05) for noise in NOISES),
    World("2 seeds", seeds=2),
    World("10 seeds, one level noisier", seeds=10, noisy="z"),
    *(World(**noise | {"name": noise["name"] + ", planted"}, planted=True) for noise in NOISES),
    World("normal, planted, failed runs", planted=True, failing=0.05),
    World("normal, planted with interaction", planted=True, interaction=-2.0),
    World(
        "normal, every effect just beyond the margin", seeds=10, effects=dict.fromkeys(EVERY, EDGE), margin=3
    ),
    World("2 seeds, reference level 2.5 x noisier", seeds=2, noisy="w"),
    World("reference 2.5 x noisier, a run of its own seed", noisy="w", alone="seed"),
    World("reference 2.5 x noisier, a level of one run", noisy="w", alone="level"),
    *(
        World(f"2x2x2x4, {seeds} seeds, {named}", seeds=seeds, factors=LARGE, spread=spread)
        for seeds in (3, 5, 8)
        for spread, named in (
            (0.0, "effects alike"),
            *((s, f"effects differ by {s}") for s in (0.1, 0.3, 0.5)),
        )
    ),
    *(
        World(
            f"2x2x2x4, {seeds} seeds, that of a by 0.5", seeds=seeds, factors=LARGE, spread=0.5, spreading="a"
        )
        for seeds in (3, 8)
    ),
    World("2x2x2x2x2, 3 seeds, effects differ by 0.5", seeds=3, factors=SWITCHES, spread=0.5),
    *(
        World(f"2x2x2x4, {seeds} seeds, classically found", seeds=seeds, factors=LARGE, classical=True)
        for seeds in (3, 5, 8)
    ),
    *(
        World(f"2x2x2x2, {seeds} seeds, {named}", seeds=seeds, factors=SIXTEEN, spread=spread)
        for seeds in (3, 5, 8)
        for spread, named in (
            (0.0, "effects alike"),
            (0.3, "effects differ by 0.3"),
            (0.5, "effects differ by 0.5"),
        )
    ),
    *(
        World(
            f"2x2x2x2, {seeds} seeds, that of a by 0.5",
            seeds=seeds,
            factors=SIXTEEN,
            spread=0.5,
            spreading="a",
        )
        for seeds in (3, 8)
    ),
    *(
        World(f"2x2x2x2, {seeds} seeds, classically found", seeds=seeds, factors=SIXTEEN, classical=True)
        for seeds in (3, 5, 8)
    ),
)


def simulate(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """One study: all cells with paired seeds, whose own effect is as large as the noise."""
    cells = list(itertools.product(*world.factors.values()))
    rows = [(*cell, seed) for cell in cells for seed in range(world.seeds)]
    rows += {"": [], "seed": [(0, 0, "x", world.seeds)], "level": [(0, 0, "v", 0)]}[world.alone]
    table = pd.DataFrame(rows, columns=[*world.factors, "seed"])
    noise = rng.normal(size=len(table))
    if world.noise == "log-normal":
        noise = (np.exp(noise) - np.exp(0.5)) / np.sqrt((np.e - 1) * np.e)  # mean 0, standard deviation 1
    if world.noisy:
        noise *= np.where(table["c"].isin(list(world.noisy)), 2.5, 1.0)
    n_seeds = int(table["seed"].max()) + 1
    signal = rng.normal(size=n_seeds)[table["seed"]] + noise
    if world.spread:
        for factor in world.spreading or world.factors:
            for level in world.factors[factor][1:]:
                differs = world.spread * rng.normal(size=n_seeds)
                signal += differs[table["seed"]] * (table[factor] == level)
    for (factor, level), effect in world.effects.items():
        signal += effect * (table[factor] == level)
    signal += world.interaction * ((table["a"] == 1) & (table["c"] == "z"))
    table["loss"] = np.exp(UNIT * signal) if world.scale == "log" else 10 + UNIT * signal
    if world.factors is SMALL:  # the first level is the reference
        table["c"] = pd.Categorical(table["c"], [*"wxyz", *"v" * (world.alone == "level")])
    if not world.failing:
        return table
    fails = rng.random(len(table)) < world.failing * np.where(table["c"] == "z", 3.0, 1.0)
    return table.assign(loss=np.where(fails, np.nan, table["loss"]))


def truth(world: World, factor: str, level: str, within: str) -> float:
    """The true contrast on the analysis scale, where it is the same at all levels of the others."""
    effect = next((e for (f, v), e in world.effects.items() if (f, str(v)) == (factor, level)), 0.0)
    if factor == "a":
        effect += world.interaction * ({"c=z": 1.0, "": 0.25}.get(within, 0.0))
    if factor == "c" and level == "z":
        effect += world.interaction * ({"a=1": 1.0, "": 0.5}.get(within, 0.0))
    return UNIT * effect


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
    return analyze(
        simulate(world, rng),
        "loss",
        list(world.factors),
        block="seed",
        scale=world.scale,
        margin=world.margin,
    )


@dataclass
class Tally:
    """One study: any false verdict; which intervals cover, of verdicts and classical; effects found."""

    false: bool
    covers: list[bool]
    covers_classical: list[bool]
    found: list[bool]


def judge(world: World, found: Analysis) -> Tally:
    """Compare an analysis with the truth of its world."""
    false, covers, hits = False, [], dict.fromkeys([(f, str(v)) for f, v in world.effects], False)
    for r in found.verdicts.itertuples(index=False):
        true = truth(world, r.factor, r.level, r.within)
        covers += [r.ci_low <= true <= r.ci_high] if np.isfinite(r.ci_low) else []
        least = found.scaling.margin(world.margin or 0.0)[1]  # what matters; keep and hurts say more
        false |= (r.verdict == "keep" and true >= -least) or (r.verdict == "hurts" and true <= least)
        false |= (r.verdict == "better" and true >= 0) or (r.verdict == "worse" and true <= 0)
        false |= r.verdict == "does nothing" and abs(true) > least
        if (r.factor, r.level) in hits:
            hits[r.factor, r.level] |= r.verdict == "keep"
    classical = [
        r.ci_low <= truth(world, r.factor, r.level, "") <= r.ci_high
        for r in found.effects.itertuples(index=False)
        if np.isfinite(r.ci_low)
    ]
    return Tally(bool(false), covers, classical, list(hits.values()))


def calibrate(world: World, n_studies: int, seed: int) -> dict[str, object]:
    """Run the studies of one world; one row of the table."""
    rng = np.random.default_rng([seed, WORLDS.index(world)])
    full = plant(world, rng) if world.planted else world
    full = plant_classically(world, rng) if world.classical else full
    tallies = [judge(full, study(full, rng)) for _ in range(n_studies)]
    hits = np.mean([t.found for t in tallies], axis=0) if world.planted or world.classical else []
    found = [*(f"{100 * v:.1f} %" for v in hits), "", ""]
    return {
        "world": world.name,
        "studies": n_studies,
        "any false verdict": percent(float(np.mean([t.false for t in tallies])), n_studies),
        "verdict CI covers": share([t.covers for t in tallies]),
        "classical CI covers": share([t.covers_classical for t in tallies]),
        "a found (80 %)": found[0],
        "c=x found (80 %)": found[1],
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
    arguments = parser.parse_args()
    start, rows = time.perf_counter(), []
    for world in WORLDS:
        if arguments.only in world.name:
            rows.append(calibrate(world, arguments.studies, arguments.seed))
            print(rows[-1], flush=True)
    print(pd.DataFrame(rows).to_markdown(index=False))
    machine = f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}"
    took = f"{time.perf_counter() - start:.0f} s on one core, {time.strftime('%Y-%m-%d')}"
    print(f"\nSeed {arguments.seed}; {machine}; {took}.")


if __name__ == "__main__":
    main()
