"""The half-normal plot against Montgomery's published filtration study."""

import pytest

from ablation.analysis import analyze
from ablation.report.figures import half_normal
from tests.analysis.conftest import load_case
from tests.report.figures.every import marks, points
from tests.report.figures.states import STATES


@pytest.fixture(scope="module")
def picture():
    table = load_case("c08").table
    return half_normal(analyze(table, "rate", list("ABCD"), scale="identity", interactions=4))


def test_the_published_active_contrasts_are_filled(picture):
    """Montgomery, Design and Analysis of Experiments, example 6.2: A, C, D, AC and AD."""
    hollow = points(picture, "hollow")
    filled = sorted(set(points(picture)[:, 1]) - set(hollow[:, 1]))
    assert filled == [9.875, 14.625, 16.625, 18.125, 21.625]
    assert len(points(picture)) == 15
    assert {"A", "C", "D", "A:C", "A:D"} <= {note.text for note in picture.notes}


def test_the_margins_are_lines_at_lenths_numbers(picture):
    numbers = load_case("c08").expected["lenth"]
    heights = {round(line.y[0], 6) for line in marks(picture, kind="across")}
    assert heights == {round(numbers["ME"], 6), round(numbers["SME"], 6)}
    assert "5 beyond Lenth's margin of error" in picture.alt


def test_there_is_none_where_runs_are_replicated():
    assert half_normal(STATES["plain"]().analysis) is None
