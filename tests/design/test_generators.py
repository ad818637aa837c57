import pytest

from ablation.design import make_design
from ablation.errors import UsageError
from tests.design.published import two_level

NAMES = {
    "flags.norm": [False, True],
    "flags.drop": [False, True],
    "flags.skip": [False, True],
    "flags.act": [0, 1],
}


@pytest.mark.parametrize(
    "generator",
    [
        "D=-ABC",
        "D = −A B C",
        "I=-ABCD",
        "-D=ABC",
        "DC=-AB",
        "act=-norm:drop:skip",
        "act = -norm*drop*skip",
        "flags.act=-norm:drop:C",
        "I=-norm:drop:skip:act",
    ],
)
def test_one_fraction_can_be_written_in_many_ways(generator):
    design = make_design(NAMES, "fractional", generators=[generator])
    assert design.words.endswith("I = −ABCD")


def test_a_factor_that_is_called_by_a_letter_goes_before_that_letter():
    design = make_design({"C": [0, 1], "B": [0, 1], "A": [0, 1]}, "fractional", generators=["A=C:B"])
    assert all(c["A"] == (c["C"] == c["B"]) for c in design.cells)


def test_the_word_holds_in_every_cell():
    design = make_design(two_level(6), "fractional", generators=["E=ABC", "F=-BCD"])
    assert len(design.cells) == 16
    for cell in design.cells:
        s = {f: 2 * level - 1 for f, level in cell.items()}
        assert s["E"] == s["A"] * s["B"] * s["C"]
        assert s["F"] == -s["B"] * s["C"] * s["D"]


def test_a_fraction_without_the_reference_cell_says_so():
    design = make_design(two_level(4), "fractional", generators=["D=-ABC"])
    assert "The reference cell (A=0 B=0 C=0 D=0) is not in the design." in design.notes


@pytest.mark.parametrize(
    ("generators", "message"),
    [
        (["D=AB", "E=BA"], "'D' and 'E' always change together"),  # pydoe's fracfact takes a column twice
        (["D=A"], "'A' and 'D' always change together"),
        (["I=A"], "'A' is held"),
        (["D=AB", "D=AB"], "follows from the others"),
        (["D=AB", "D=-AB"], "contradicts the others"),
        (["D=AX"], "expected products of A = A, B = B"),
        (["D"], "expected such as D=-ABC"),
        (["D="], "expected such as D=-ABC"),
        (["=AB"], "expected such as D=-ABC"),
        (["D=A=B"], "expected such as D=-ABC"),
        (["D=A:nothing"], "is no factor of the study"),
        ([""], "expected such as D=-ABC"),
    ],
)
def test_generators_that_make_no_fraction_are_refused(generators, message):
    with pytest.raises(UsageError, match=r"^generators") as error:
        make_design(two_level(5), "fractional", generators=generators)
    assert message in str(error.value)


def test_generators_are_for_factors_of_two_levels():
    with pytest.raises(UsageError, match=r"expected factors of two levels\. Received: C with more"):
        make_design({**two_level(2), "C": [0, 1, 2]}, "fractional", generators=["B=A"])


@pytest.mark.parametrize("wish", [{"runs": 4}, {"resolution": 5}])
def test_generators_that_differ_from_runs_or_resolution_are_refused(wish):
    with pytest.raises(UsageError, match="generators that give 8 cells of resolution IV"):
        make_design(two_level(4), "fractional", generators=["D=ABC"], **wish)


def test_too_large_a_fraction_is_refused_before_it_is_made():
    with pytest.raises(UsageError, match="Received: 524,288"):
        make_design(two_level(20), "fractional", generators=["U=ABCDEFG"])
