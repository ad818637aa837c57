"""Tables in every state that a study can be in, made without randomness that differs between runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pandas as pd

from ablation.analysis import Analysis, analyze
from ablation.errors import UsageError


@dataclass(frozen=True)
class State:
    """A table and how it is asked about; `analysis` is None where the runs allow none."""

    table: pd.DataFrame
    factors: list[str]
    direction: str = "lower"
    asked: dict = field(default_factory=dict)

    @property
    def analysis(self) -> Analysis | None:
        block = "seed" if self.table["seed"].nunique() > 1 else None
        settings = {"margin": 2, **self.asked}
        try:
            return analyze(
                self.table, "loss", self.factors, block=block, direction=self.direction, **settings
            )
        except UsageError:
            return None


def grid(levels, seeds=3, effects=(), noise=0.02, keep=None):
    """A full factorial (or `keep` cells of it); `effects` move the log of the loss per level."""
    rng = np.random.default_rng(0)
    rows = []
    cells = list(product(*levels.values()))
    cells = cells if keep is None else [cells[i] for i in rng.choice(len(cells), keep, replace=False)]
    for cell in cells:
        places = [list(every).index(level) for every, level in zip(levels.values(), cell, strict=True)]
        push = sum(e * p for e, p in zip(effects, places, strict=False))
        for seed in range(seeds):
            loss = float(np.exp(-3 + push + 0.03 * seed + rng.normal(0, noise)))
            rows.append(dict(zip(levels, cell, strict=True)) | {"seed": seed, "status": "ok", "loss": loss})
    table = pd.DataFrame(rows)
    for name, every in levels.items():
        table[name] = pd.Categorical(table[name], categories=list(every), ordered=True)
    table["key"] = [f"run {i}" for i in range(len(table))]
    table["train_seconds"] = 1.0 + np.arange(len(table)) % 7
    table["n_parameters"] = 1000 + 10 * (np.arange(len(table)) // seeds)
    return table


PLAIN = {
    "flags.batch_norm": [False, True],
    "flags.attention": ["none", "spatial"],
    "activation": ["relu", "elu", "selu"],
}
HOSTILE = {
    "flags.<script>alert(1)</script>": ["<script>alert(2)</script>", "$\\frac{a}{b}$", "_hidden_"],
    "flags.$x$_long_" + "n" * 300: ["a\nb\tc\x00\x1b[31m", "l" * 300, "& \"quoted\" 'id=\"x\"' -->"],
    "f\u202egnp.exe": ["日本語の活性化関数の長い名前", "]]> &amp; %s {0}"],
}  # fmt: skip


def _with(table, **columns):
    return table.assign(**columns)


def _failing(table, every):
    loss = table["loss"].to_numpy().copy()
    loss[::every] = np.nan
    return table.assign(loss=loss, status=np.where(np.isnan(loss), "diverged", "ok"))


def _half(levels):
    table = grid(levels, effects=(-0.1, 0.0, 0.05))
    return table[table["activation"] != "elu"].reset_index(drop=True)


STATES: dict[str, Callable[[], State]] = {
    "plain": lambda: State(grid(PLAIN, effects=(-0.2, 0.0, 0.1)), list(PLAIN)),
    "higher is better": lambda: State(grid(PLAIN, effects=(-0.2,)), list(PLAIN), "higher", {"margin": 0.001}),
    "one row": lambda: State(grid(PLAIN).iloc[:1], list(PLAIN)),
    "one factor": lambda: State(grid({"a": ["off", "on"]}), ["a"]),
    "one factor, one seed": lambda: State(grid({"a": ["off", "on"]}, seeds=1), ["a"]),
    "no replicates": lambda: State(grid(PLAIN, seeds=1, effects=(-0.2,)), list(PLAIN)),
    "saturated": lambda: State(
        grid({n: ["-", "+"] for n in "ABCD"}, seeds=1, effects=(-0.3, 0.2)), list("ABCD"),
        asked={"interactions": 4},
    ),
    "all diverged": lambda: State(_failing(grid(PLAIN), 1), list(PLAIN)),
    "some diverged": lambda: State(_failing(grid(PLAIN, effects=(-0.2,)), 5), list(PLAIN)),
    "perfect fit": lambda: State(grid(PLAIN, effects=(-0.2, 0.1), noise=0.0), list(PLAIN)),
    "constant": lambda: State(_with(grid(PLAIN), loss=1.0), list(PLAIN)),
    "constant zero": lambda: State(_with(grid(PLAIN), loss=0.0), list(PLAIN)),
    "nearly constant": lambda: State(_with(grid(PLAIN), loss=1 + 1e-9 * np.arange(36) % 7), list(PLAIN)),
    "many decades": lambda: State(grid(PLAIN, effects=(-9.0, 8.0, 5.0)), list(PLAIN)),
    "negative": lambda: State(_with(grid(PLAIN), loss=np.sin(np.arange(36.0))), list(PLAIN)),
    "half a sweep": lambda: State(_half(PLAIN), list(PLAIN)),
    "200 cells": lambda: State(
        grid({"a": range(5), "b": range(8), "c": range(5)}, effects=(0.01, -0.02, 0.05)), ["a", "b", "c"]
    ),
    "12 factors": lambda: State(
        grid({f"factor_{i}": ["off", "on"] if i % 3 else ["x", "y", "z"] for i in range(12)}, keep=90),
        [f"factor_{i}" for i in range(12)],
    ),
    "60 levels": lambda: State(grid({"width": [f"w{i}" for i in range(60)]}), ["width"]),
    "20 seeds": lambda: State(grid({"a": ["off", "on"], "b": ["x", "y", "z"]}, seeds=20), ["a", "b"]),
    "hostile names": lambda: State(grid(HOSTILE, effects=(0.1, -0.2)), list(HOSTILE)),
    "a number": lambda: State(
        grid({"depth": [1, 2, 4, 8], "a": ["off", "on"]}, effects=(-0.1,)), ["depth", "a"],
        asked={"numeric": ["depth"]},
    ),
    "only numbers": lambda: State(
        grid({"depth": [1, 2, 4, 8]}, effects=(-0.1,)), ["depth"], asked={"numeric": ["depth"]}
    ),
    "no interactions": lambda: State(grid(PLAIN), list(PLAIN), asked={"interactions": 1, "margin": None}),
}  # fmt: skip
