"""Every figure in every state of a study: sound, or nothing."""

import warnings

import pytest

from tests.report.figures.every import assert_sound, every_figure
from tests.report.figures.states import STATES

NOTHING = {
    "one row": {"cost"},
    "all diverged": {"seeds", "curves", "cost"},
    "one factor": {"interactions", "questions"},
    "one factor, one seed": {"interactions", "questions", "half_normal", "residuals"},
    "saturated": {"residuals"},
    "perfect fit": {"residuals"},
    "constant": {"residuals"},
    "constant zero": {"residuals"},
    "12 factors": {"interactions", "questions"},
    "a number": {"questions"},
    "only numbers": {"interactions", "questions"},
    "60 levels": {"interactions", "questions"},
    "no interactions": {"interactions"},
    "no replicates": {"interactions"},
}
"""Figures that have nothing to show; the half-normal plot has only in the saturated study."""


@pytest.mark.parametrize("name", STATES)
def test_every_figure_is_sound_or_nothing(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = every_figure(STATES[name]())
        for pictures in found.values():
            for picture in pictures:
                assert_sound(picture)
    names = [picture.name for pictures in found.values() for picture in pictures]
    assert len(set(names)) == len(names)
    empty = {figure for figure, pictures in found.items() if not pictures}
    expected = set(NOTHING.get(name, set()))
    if "effects" in found and name != "saturated":
        expected.add("half_normal")
    assert empty == expected
