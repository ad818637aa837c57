"""Pairs that are named, and pairs that are not."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze


def found_in(mean, seeds=4, noise=0.01, direction="lower", margin=None, levels=("0", "1")):
    rng, rows = np.random.default_rng(1), []
    for cell, seed in product(product((0, 1), repeat=3), range(seeds)):
        rows.append((*(levels[c] for c in cell), seed, mean(cell) + noise * rng.normal()))
    table = pd.DataFrame(rows, columns=[*"abc", "seed", "y"])
    analysis = analyze(
        table, "y", list("abc"), block="seed", direction=direction, scale="identity", margin=margin,
        reference=dict.fromkeys("abc", levels[0]),
    )  # fmt: skip
    names = ["kind", "factor", "level", "other", "other_level"]
    return [tuple(row) for row in analysis.patterns[names].to_numpy().tolist()], analysis.patterns


@pytest.mark.parametrize(
    ("mean", "expected"),
    [
        (lambda x: -0.2 * (x[0] or x[1]), ("either will do", "a", "1", "b", "1")),
        (lambda x: -0.2 * (x[0] and x[1]), ("only together", "a", "1", "b", "1")),
        (lambda x: 0.2 * (x[1] and x[2]), ("either will do", "b", "0", "c", "0")),
        (lambda x: -0.2 * (x[0] and not x[2]), ("only together", "a", "1", "c", "0")),
    ],
    ids=["or", "and", "clash", "without"],
)
def test_a_planted_pair_is_named(mean, expected):
    assert found_in(mean)[0] == [expected]


def test_the_odd_combination_is_set_against_the_three_others():
    (_, table) = found_in(lambda x: -0.2 * (x[0] and x[1]), seeds=8)
    assert table["estimate"].iloc[0] == pytest.approx(-0.2, abs=0.01)
    assert table["ci_low"].iloc[0] < -0.2 < table["ci_high"].iloc[0]
    assert table["apart"].iloc[0] < 0.02


def test_direction_turns_what_is_better():
    named, _ = found_in(lambda x: 0.2 * (x[0] or x[1]), direction="higher")
    assert named == [("either will do", "a", "1", "b", "1")]


@pytest.mark.parametrize(
    "mean",
    [
        lambda x: -0.2 * x[0] - 0.1 * x[1],
        lambda x: -0.2 * (x[0] or x[1]) - 0.1 * (x[0] and x[1]),  # the second adds a half
        lambda _: 0.0,
    ],
    ids=["additive", "half", "nothing"],
)
def test_others_are_not(mean):
    assert found_in(mean)[0] == []


def test_what_is_within_the_margin_is_not_named():
    assert found_in(lambda x: -0.2 * (x[0] or x[1]), margin=0.3)[0] == []
    assert found_in(lambda x: -0.2 * (x[0] or x[1]), margin=0.1)[0] != []
