import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ablation.design import Alias, make_design
from ablation.errors import UsageError
from tests.design.cells import verify
from tests.design.published import FLAGS, MIXED, two_level

STUDY = {
    "flags.batch_norm": FLAGS,
    "flags.dropout": [0.0, 0.5],
    "attention.name": ["none", "channel", "spatial"],
}


def test_cells_that_match_are_left_out_and_no_others():
    design = make_design(STUDY, exclude=[{"batch_norm": True, "attention": ["channel", "spatial"]}])
    assert len(design.cells) == 12 - 4
    assert not any(c["flags.batch_norm"] and c["attention.name"] != "none" for c in design.cells)
    assert design.words == "2×2×3 full factorial; 4 cells excluded"
    assert "Excluded: 4 cells of 12 (batch_norm=true attention=channel|spatial)." in design.notes


@pytest.mark.parametrize(
    "rule",
    [
        {"flags.batch_norm": True},
        {"batch_norm": "true"},
        {"batch_norm": [True]},
    ],
)
def test_levels_and_factors_may_be_written_as_configurations_do(rule):
    design = make_design(STUDY, exclude=[rule])
    assert {c["flags.batch_norm"] for c in design.cells} == {False}


def test_numbers_are_compared_as_numbers():
    design = make_design({"rate": ["1e-3", "5e-3"], "depth": [1, 2]}, exclude=[{"rate": 0.001, "depth": 2.0}])
    assert len(design.cells) == 3


def test_a_level_may_be_a_list():
    widths = {"widths": [[8, 16], [16, 32]], "a": FLAGS}
    assert len(make_design(widths, exclude=[{"widths": [8, 16], "a": True}]).cells) == 3


def test_factors_that_can_no_longer_be_separated_are_named():
    # what is left has batch_norm and dropout together or not at all
    rules = [{"A": 1, "B": 0}, {"A": 0, "B": 1}]
    design = make_design(two_level(4), exclude=rules)
    assert "The effects of A and B can no longer be separated." in design.notes
    assert Alias("A", "B", 1) in design.aliases
    assert not verify(design.cells, design.factors).main_effects.full


def test_three_factors_can_be_tied_though_no_two_are():
    # D is on in just one of the cells with A, B or C: D = (A + B + C + 1) / 2 in signs
    keep = {(0, 0, 0, 0), (1, 0, 0, 1), (0, 1, 0, 1), (0, 0, 1, 1)}
    every = make_design(two_level(4)).cells
    rules = [c for c in every if tuple(c.values()) not in keep]
    design = make_design(two_level(4), exclude=rules)
    assert "The effects of A, B, C and D can no longer be separated." in design.notes


def test_an_interaction_that_is_excluded_is_named():
    design = make_design(two_level(3), exclude=[{"A": 1, "B": 1}])
    assert any("Not separable: A, B and A:B." in note for note in design.notes)
    assert {e for a in design.aliases for e in (a.effect, a.other)} == {"A", "B", "A:B"}
    assert verify(design.cells, design.factors).main_effects.full


def test_a_level_that_no_cell_has_is_named():
    design = make_design(MIXED, exclude=[{"attention": "both"}, {"bn": False}])
    assert "No cell has bn=false and attention=both." in design.notes
    assert any(note.startswith("Of what is left, all main effects") for note in design.notes)


def test_an_exclusion_that_matches_nothing_is_noted():
    design = make_design(two_level(4), "fractional", resolution=4, exclude=[{"A": 1, "B": 0, "C": 0, "D": 0}])
    assert len(design.cells) == 8
    assert "Exclude A=1 B=0 C=0 D=0 matches no cell of this design." in design.notes


def test_a_reference_cell_that_is_excluded_is_noted():
    design = make_design(two_level(3), exclude=[{"A": 0, "B": 0}])
    assert "The reference cell (A=0 B=0 C=0) is not in the design." in design.notes


def test_excluding_from_a_foldover_leaves_the_base_in_front():
    design = make_design(two_level(5), "foldover", runs=8, exclude=[{"A": 1, "B": 1}])
    base = make_design(two_level(5), "fractional", runs=8, exclude=[{"A": 1, "B": 1}])
    assert design.cells[: len(base.cells)] == base.cells


@pytest.mark.parametrize(
    ("exclude", "message"),
    [
        ([{"nothing": 1}], "expected one of the factors batch_norm, dropout, attention. Received: 'nothing'"),
        ([{"attention": "self"}], "expected a level of 'attention.name': none, channel, spatial"),
        ([{"attention": ["none", "self"]}], "Received: attention=self"),
        ([{"batch_norm": 1}], "expected a level of 'flags.batch_norm': false, true"),
        ([{"batch_norm": []}], "an empty list"),
        ([{}], "expected mappings factor: level, such as {batch_norm: false}"),
        (["batch_norm"], "expected mappings factor: level"),
        ([{"batch_norm": FLAGS}], "excludes all 12"),
    ],
)
def test_exclusions_that_make_no_sense_are_refused(exclude, message):
    with pytest.raises(UsageError, match=r"^exclude") as error:
        make_design(STUDY, exclude=exclude)
    assert message in str(error.value)


def test_a_short_name_that_two_factors_have_is_refused():
    with pytest.raises(UsageError, match="fits 2 factors: name one in full"):
        make_design({"enc.depth": [1, 2], "dec.depth": [1, 2]}, exclude=[{"depth": 1}])


@given(st.lists(st.dictionaries(st.sampled_from(list(MIXED)), st.integers(0, 3), min_size=1), max_size=4))
@settings(max_examples=60, deadline=None)
def test_exclusion_is_what_matching_by_hand_gives(drawn):
    rules = [{f: MIXED[f][i % len(MIXED[f])] for f, i in rule.items()} for rule in drawn]
    kept = [
        c for c in make_design(MIXED).cells if not any(all(c[f] == v for f, v in r.items()) for r in rules)
    ]
    if not kept:
        with pytest.raises(UsageError, match="excludes all"):
            make_design(MIXED, exclude=rules)
    else:
        assert list(make_design(MIXED, exclude=rules).cells) == kept
