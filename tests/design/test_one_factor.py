import pytest

from ablation.design import make_design
from ablation.design.one_factor import everything_on
from ablation.errors import UsageError
from tests.design.published import FLAGS, MIXED


def changed(design):
    """Of each cell after the first: what it changes of the reference cell."""
    return [{f: v for f, v in c.items() if v != design.reference[f]} for c in design.cells[1:]]


def test_leave_one_out_takes_each_component_out_in_turn():
    design = make_design(MIXED, "leave_one_out")
    assert design.reference == design.cells[0]
    assert design.reference == {"bn": True, "drop": True, "skip": True, "attention": "channel"}
    assert changed(design) == [
        {"bn": False},
        {"drop": False},
        {"skip": False},
        {"attention": "none"},
        {"attention": "spatial"},
        {"attention": "both"},
    ]
    assert design.words == "leave-one-out from a cell with everything on, 7 cells"


def test_one_at_a_time_starts_from_the_first_levels():
    design = make_design(MIXED, "one_at_a_time")
    assert design.cells[0] == {"bn": False, "drop": False, "skip": False, "attention": "none"}
    assert len(changed(design)) == 1 + 1 + 1 + 3
    assert all(len(change) == 1 for change in changed(design))


@pytest.mark.parametrize(
    ("levels", "on"),
    [
        ([False, True], True),
        ([True, False], True),
        (["false", "true"], "true"),
        (["none", "spatial"], "spatial"),
        (["spatial", "none"], "spatial"),
        ([0, 0.5], 0.5),
        ([None, 3], 3),
        (["relu", "gelu"], "gelu"),
        (["relu", "gelu", "silu"], "relu"),
        (["none", "channel", "spatial"], "channel"),
        (["x"], "x"),
    ],
)
def test_on_is_the_level_that_people_would_expect(levels, on):
    assert levels[everything_on({"factor": tuple(levels)})[0]] == on


def test_the_reference_cell_can_be_given():
    design = make_design(MIXED, "leave_one_out", reference={"attention": "both", "bn": "false"})
    assert design.reference == {"bn": False, "drop": True, "skip": True, "attention": "both"}
    assert {"attention": "channel"} in changed(design)
    assert {"bn": True} in changed(design)


def test_notes_say_that_interactions_cannot_be_seen_and_where_effects_hold():
    design = make_design({"a": FLAGS, "b": FLAGS}, "leave_one_out")
    assert "Effects hold at the reference cell only (a=true b=true)." in design.notes
    assert any(note.startswith("Interactions cannot be seen") for note in design.notes)


def test_one_factor_alone_has_nothing_to_interact_with():
    design = make_design({"a": ["x", "y", "z"]}, "one_at_a_time")
    assert (len(design.cells), design.notes) == (3, ())


def test_excluding_the_reference_cell_is_refused():
    with pytest.raises(UsageError, match=r"the reference cell \(bn=true drop=true"):
        make_design(MIXED, "leave_one_out", exclude=[{"bn": True, "drop": True}])


def test_excluding_a_neighbour_names_what_cannot_be_seen():
    design = make_design(MIXED, "leave_one_out", exclude=[{"drop": False}])
    assert len(design.cells) == 6
    assert "No cell has drop=false." in design.notes


@pytest.mark.parametrize(
    ("reference", "message"),
    [({"bn": "maybe"}, "expected a level of 'bn': false, true"), ({"nn": True}, "bn, drop, skip, attention")],
)
def test_references_that_do_not_exist_are_refused(reference, message):
    with pytest.raises(UsageError, match=r"^reference") as error:
        make_design(MIXED, "leave_one_out", reference=reference)
    assert message in str(error.value)
