"""The half-normal plot against Montgomery's published filtration study."""

import pytest

from ablation.analysis import analyze
from ablation.report.figures import half_normal
from tests.analysis.conftest import load_case
from tests.report.figures.every import is_hollow, markers
from tests.report.figures.states import STATES


@pytest.fixture(scope="module")
def picture():
    table = load_case("c08").table
    return half_normal(analyze(table, "rate", list("ABCD"), scale="identity", interactions=4))


def test_the_published_active_contrasts_are_filled(picture):
    """Montgomery, Design and Analysis of Experiments, example 6.2: A, C, D, AC and AD."""
    points = markers(picture.figure.axes[0], "o")
    assert sorted(p.get_ydata()[0] for p in points if not is_hollow(p)) == [
        9.875,
        14.625,
        16.625,
        18.125,
        21.625,
    ]
    assert len(points) == 15
    named = {t.get_text().strip() for t in picture.figure.axes[0].texts}
    assert {"A", "C", "D", "A:C", "A:D"} <= named


def test_the_margins_are_lines_at_lenths_numbers(picture):
    numbers = load_case("c08").expected["lenth"]
    heights = {
        round(line.get_ydata()[0], 6)
        for line in picture.figure.axes[0].get_lines()
        if line.get_ls() in ("--", ":")
    }
    assert heights == {round(numbers["ME"], 6), round(numbers["SME"], 6)}
    assert "5 beyond Lenth's margin of error" in picture.alt


def test_there_is_none_where_runs_are_replicated():
    assert half_normal(STATES["plain"]().analysis) is None
