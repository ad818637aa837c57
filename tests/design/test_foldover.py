import pytest

from ablation.design import alias_table, make_design
from ablation.errors import UsageError
from tests.design.cells import verify
from tests.design.published import MIXED, rows, signs, strength, two_level


def test_full_foldover_of_the_saturated_fraction_reaches_resolution_iv():
    # Montgomery §8.5.2: combining 2^(7−4) with its full foldover gives 2^(7−3) of resolution IV
    base = make_design(two_level(7), "fractional", runs=8)
    design = make_design(two_level(7), "foldover", runs=8)
    assert design.name == "foldover"
    assert len(design.cells) == 16
    assert strength(rows(design)) == 3
    assert design.cells[:8] == base.cells
    assert design.words.endswith("with its full foldover 16 cells of resolution IV")
    assert "The full foldover clears or lessens 21 of 21 aliases." in design.notes
    assert not any(":" not in a.effect for a in design.aliases)


def test_full_foldover_mirrors_every_cell_of_the_base():
    columns = signs(make_design(two_level(7), "foldover", runs=8))
    base = {tuple(int(c[i]) for c in columns.values()) for i in range(8)}
    mirror = {tuple(-int(c[i]) for c in columns.values()) for i in range(8, 16)}
    assert base == mirror


def test_folding_one_factor_clears_it_and_its_interactions():
    # Montgomery §8.5.2: a single-factor fold isolates the main effect and all its two-factor interactions
    design = make_design(two_level(7), "fractional", runs=8, foldover="D")
    found = verify(design.cells, design.factors)
    clear = set(found.interactions.estimable)
    assert clear == {"D", *(f"{a}:D" for a in "ABC"), *(f"D:{a}" for a in "EFG")}
    assert alias_table(design)[0] == "A = −C:E = −F:G"
    assert any(
        note.startswith("The main effects of A, B, C, E, F and G are aliased") for note in design.notes
    )
    # by hand: three words of length 3 hold D, and each makes three aliases
    assert "The foldover of 'D' clears or lessens 9 of 21 aliases." in design.notes


def test_folding_a_resolution_iv_fraction_fully_is_useless():
    with pytest.raises(UsageError, match="gives the same 8 cells again: useless"):
        make_design(two_level(4), "foldover", runs=8)


def test_folding_one_factor_of_a_half_fraction_completes_it():
    design = make_design(two_level(4), "foldover", runs=8, foldover="B")
    assert len(design.cells) == 16
    assert not design.aliases


def test_a_foldover_that_adds_cells_but_clears_nothing_is_named_useless():
    # 2^(6−1) of resolution VI folded in one factor: the words were no trouble to begin with
    design = make_design(two_level(6), "foldover", runs=32, foldover="A")
    assert len(design.cells) == 64
    assert any("useless" in note for note in design.notes)


def test_factors_of_more_levels_keep_theirs_in_a_full_foldover():
    design = make_design(MIXED, "foldover", runs=16)
    assert len(design.cells) == 32
    assert "The full foldover clears or lessens 3 of 3 aliases." in design.notes


@pytest.mark.parametrize(
    ("factors", "wish", "message"),
    [
        (two_level(5), {"foldover": "Z"}, "expected one of the factors A, B, C, D, E"),
        (MIXED, {"foldover": "attention"}, "expected a factor of two levels. Received: 'attention' with 4"),
        ({"a": [0, 1, 2], "b": [0, 1, 2], "c": [0, 1, 2]}, {"runs": 9}, "none of that kind"),
        (two_level(5), {"foldover": 3}, "expected true"),
    ],
)
def test_foldovers_that_make_no_sense_are_refused(factors, wish, message):
    with pytest.raises(UsageError, match=r"^foldover") as error:
        make_design(factors, "foldover", **{"runs": 8, **wish})
    assert message in str(error.value)


def test_full_foldover_of_plackett_burman_reaches_resolution_iv():
    # Box & Wilson 1951: any two-level design of resolution III folded over has resolution IV
    design = make_design(two_level(11), "foldover", runs=12)
    assert len(design.cells) == 24
    assert strength(rows(design)) == 3
    assert "The full foldover clears or lessens 495 of 495 aliases." in design.notes
