"""The interaction grid against averages computed by hand."""

import numpy as np
import pytest

from ablation.analysis import analyze
from ablation.report.figures import interactions
from tests.analysis.conftest import FACTORS, load_case
from tests.report.figures.every import is_hollow, words_of
from tests.report.figures.states import STATES, State, grid


def interactions_of(analysis):
    return interactions(analysis, words_of(analysis))


def panel(picture, *names):
    return next(
        a
        for a in picture.figure.axes
        if all(name in a.get_title(loc="left").split("\n")[0] for name in names)
    )


def test_lines_are_geometric_means_of_balanced_pairs_of_levels():
    state = STATES["plain"]()
    picture = interactions(state.analysis, words_of(state.analysis))
    axes = panel(picture, "activation", "attention")
    mean = np.log(state.table["loss"]).groupby(
        [state.table["flags.attention"], state.table["activation"]], observed=True
    )
    expected = np.exp(mean.mean().unstack())
    for line, level in zip(axes.get_lines(), ("none", "spatial"), strict=True):
        assert list(line.get_ydata()) == pytest.approx(list(expected.loc[level]))


def test_panels_that_are_significant_are_bold_and_filled_and_come_first():
    table = load_case("c03").table
    analysis = analyze(table, "loss", FACTORS, block="seed")
    picture = interactions(analysis, words_of(analysis))
    p = analysis.interactions["p_adjusted"]
    assert len(picture.figure.axes) == len(p) == 6
    for axes, value in zip(picture.figure.axes, p, strict=True):
        assert (axes._left_title.get_fontweight() == "bold") == (value < 0.05)
        assert all(is_hollow(line) == (value >= 0.05) for line in axes.get_lines())
    assert "1 of 6 interactions significant" in picture.alt
    assert "Activation × BatchNorm p\u00a0<\u00a00.0001" in picture.alt


def test_pairs_beyond_the_panels_are_named():
    levels = {f"factor_{i}": ["off", "on"] for i in range(5)}
    picture = interactions_of(State(grid(levels, seeds=2), list(levels)).analysis)
    assert len(picture.figure.axes) == 6
    assert "the 6 clearest of 10" in picture.title
    drawn, _, rest = picture.alt.partition("Not drawn: ")
    assert rest.count("×") == 4
    assert not {name for name in rest.rstrip(".").split("; ") if name in drawn}


def test_without_a_test_lines_are_hollow():
    picture = interactions_of(STATES["saturated"]().analysis)
    assert all(is_hollow(line) for axes in picture.figure.axes for line in axes.get_lines())
    assert "no test" in picture.alt
