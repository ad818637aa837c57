"""Interactions against averages computed by hand."""

import numpy as np
import pytest

from ablation.analysis import analyze
from ablation.report.figures import interactions
from tests.analysis.conftest import FACTORS, load_case
from tests.report.figures.every import marks, words_of
from tests.report.figures.states import STATES, State, grid


def interactions_of(analysis):
    return interactions(analysis, words_of(analysis))


def plot(pictures, *names):
    return next(p for p in pictures if all(name in p.heading for name in names))


def test_lines_are_geometric_means_of_balanced_pairs_of_levels():
    state = STATES["plain"]()
    picture = plot(interactions_of(state.analysis), "activation", "attention")
    mean = np.log(state.table["loss"]).groupby(
        [state.table["flags.attention"], state.table["activation"]], observed=True
    )
    expected = np.exp(mean.mean().unstack())
    for line, level in zip(marks(picture, kind="line"), ("none", "spatial"), strict=True):
        assert list(line.y) == pytest.approx(list(expected.loc[level]))


def test_intervals_are_those_of_the_means_on_the_scale_of_the_analysis():
    """In a balanced design the standard error of a mean of n runs is s / sqrt(n)."""
    state = STATES["plain"]()
    analysis = state.analysis
    picture = plot(interactions_of(analysis), "activation", "attention")
    half = np.sqrt(analysis.fit.variance / 6) * 2.0
    for bar, line in zip(marks(picture, kind="bars"), marks(picture, kind="line"), strict=True):
        low, high = np.log(bar.y), np.log(bar.high)
        assert (low + high) / 2 == pytest.approx(np.log(line.y))
        assert (high - low) / 2 == pytest.approx(np.full(3, half), rel=0.1)


def test_significant_pairs_come_first_and_are_filled():
    table = load_case("c03").table
    analysis = analyze(table, "loss", FACTORS, block="seed")
    pictures = interactions_of(analysis)
    p = analysis.interactions["p_adjusted"]
    assert len(pictures) == len(p) == 6
    for picture, value in zip(pictures, p, strict=True):
        n_lines = len(marks(picture, kind="line"))
        assert ["hollow" in m.look for m in marks(picture)] == [value >= 0.05] * n_lines
        assert n_lines == 2
    assert {bool(value < 0.05) for value in p} == {True, False}
    assert "Activation × BatchNorm: p\u00a0<\u00a00.0001, significant" in pictures[0].alt


def test_every_pair_has_a_figure():
    levels = {f"factor_{i}": ["off", "on"] for i in range(5)}
    assert len(interactions_of(State(grid(levels, seeds=2), list(levels)).analysis)) == 10


def test_without_a_test_points_are_hollow():
    pictures = interactions_of(STATES["saturated"]().analysis)
    assert [["hollow" in m.look for m in marks(picture)] for picture in pictures] == [[True, True]] * 6
    assert "no test" in pictures[0].alt
