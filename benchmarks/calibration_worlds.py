"""Worlds in which fixed studies are simulated, to see whether verdicts keep their promises."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

SMALL = {"a": (0, 1), "b": (0, 1), "c": tuple("wxyz")}
LARGE = {"a": (0, 1), "b": (0, 1), "d": (0, 1), "c": tuple("wxyz")}
SIXTEEN = dict.fromkeys("abcd", (0, 1))
SWITCHES = dict.fromkeys("abcde", (0, 1))
SEVEN = dict.fromkeys("abcdefg", (0, 1))


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
        World(f"2^7, {seeds} seeds, that of a by 0.5", seeds=seeds, factors=SEVEN, spread=0.5, spreading="a")
        for seeds in (3, 5, 8)
    ),
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
