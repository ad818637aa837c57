"""One visual language, and no global state."""

import matplotlib as mpl
import pytest
from matplotlib.colors import to_hex, to_rgb

from ablation.report import figures
from ablation.report.figures.style import HURTS, INK, KEEP, MUTED, NEUTRAL, look, looks
from tests.report.figures.every import curves, every_figure, histories, markers, words_of
from tests.report.figures.states import STATES


def luminance(colour):
    """Relative luminance (WCAG 2.1)."""
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


@pytest.mark.parametrize("colour", [INK, MUTED, KEEP, HURTS, NEUTRAL])
def test_words_have_a_contrast_of_at_least_4_5_on_white(colour):
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


def test_ten_levels_differ_in_colour_and_in_marker_and_a_hundred_in_the_pair():
    first = [look(i) for i in range(10)]
    assert len({one.colour for one in first}) == len({one.marker for one in first}) == 10
    assert len({look(i) for i in range(100)}) == 100


def test_a_level_has_the_same_colour_everywhere_even_where_another_level_never_finished():
    state = STATES["plain"]()
    gone = state.table["activation"] == "elu"
    table = state.table.assign(
        loss=state.table["loss"].where(~gone), status=["diverged" if g else "ok" for g in gone]
    )
    analysis = type(state)(table, state.factors).analysis
    assert [f.levels for f in analysis.runs.factors if f.name == "activation"] == [("relu", "selu")]
    expected = [looks(["relu", "elu", "selu"])[level].colour for level in ("relu", "selu")]

    means = next(
        p
        for p in figures.marginal_means(analysis, words_of(analysis))
        if p.name == "marginal_means_activation"
    )
    runs = [line for line in markers(means.figure.axes[0]) if line.get_alpha()]
    assert [to_hex(line.get_color()) for line in runs] == expected
    drawn = curves(histories(table), table, "activation")
    of = {line.get_label().split()[0]: to_hex(line.get_color()) for line in drawn.figure.axes[0].get_lines()}
    assert [of["relu"], of["selu"]] == expected
    two_levels = looks(["none", "spatial"])
    for axes in figures.interactions(analysis, words_of(analysis)).figure.axes:
        if axes.get_legend().get_title().get_text() == "attention":
            assert [to_hex(line.get_color()) for line in axes.get_lines()] == [
                two_levels[level].colour for level in ("none", "spatial")
            ]


def test_drawing_leaves_the_users_settings_alone_and_is_not_swayed_by_them():
    def drawn():
        return [p.svg() for pictures in every_figure(STATES["one factor"]()).values() for p in pictures]

    usual = drawn()
    with mpl.rc_context(
        {"font.size": 30, "svg.fonttype": "path", "axes.grid": True, "text.parse_math": True}
    ):
        before = dict(mpl.rcParams)
        swayed = drawn()
        assert dict(mpl.rcParams) == before
    assert swayed == usual


def test_figures_are_made_without_pyplot(root):
    import subprocess
    import sys

    code = "import sys, ablation.report.figures; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
