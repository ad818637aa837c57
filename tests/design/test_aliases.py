import numpy as np
import pytest

from ablation.design import Alias, alias_table, make_design
from tests.design.cells import verify
from tests.design.published import MIXED, plackett_burman, signs, two_level


def table(design):
    return {a.letters for a in design.aliases}


def test_half_fraction_with_positive_word():
    # Montgomery §8.2: 2^(4−1) with I = ABCD has AB = CD, AC = BD, AD = BC
    design = make_design(two_level(4), "fractional", generators=["D=ABC"])
    assert design.words == "2^(4−1) fraction of resolution IV, I = ABCD"
    assert table(design) == {"AB = CD", "AC = BD", "AD = BC"}
    assert Alias("A:B", "C:D", 1) in design.aliases


def test_half_fraction_with_negative_word_has_negative_aliases():
    # the alternate fraction: every sign turns; pydoe's fracfact_aliasing reports none here
    design = make_design(two_level(4), "fractional", generators=["D=-ABC"])
    assert design.words == "2^(4−1) fraction of resolution IV, I = −ABCD"
    assert table(design) == {"AB = −CD", "AC = −BD", "AD = −BC"}
    assert alias_table(design) == ["A:B = −C:D", "A:C = −B:D", "A:D = −B:C"]
    assert all(a.sign == -1 and a.complete for a in design.aliases)


def test_two_generators_of_resolution_iii():
    # by hand, Montgomery §8.4: I = ABD = ACE = BCDE
    design = make_design(two_level(5), "fractional", generators=["D=AB", "E=AC"])
    assert design.words == "2^(5−2) fraction of resolution III, I = ABD = ACE = BCDE"
    assert alias_table(design) == [
        "A = B:D = C:E",
        "B = A:D",
        "C = A:E",
        "D = A:B",
        "E = A:C",
        "B:C = D:E",
        "B:E = C:D",
    ]


def test_the_fraction_with_the_reference_cell_has_the_other_signs():
    design = make_design(two_level(5), "fractional", resolution=3)
    assert design.words == "2^(5−2) fraction of resolution III, I = −ABD = −ACE = BCDE"
    assert alias_table(design)[0] == "A = −B:D = −C:E"
    assert alias_table(design)[-2:] == ["B:C = D:E", "B:E = C:D"]


def test_saturated_fraction_of_seven_factors():
    # Montgomery table 8.13, principal fraction I = ABD = ACE = BCF = ABCG …
    design = make_design(two_level(7), "fractional", generators=["D=AB", "E=AC", "F=BC", "G=ABC"])
    assert alias_table(design) == [
        "A = B:D = C:E = F:G",
        "B = A:D = C:F = E:G",
        "C = A:E = B:F = D:G",
        "D = A:B = C:G = E:F",
        "E = A:C = B:G = D:F",
        "F = A:G = B:C = D:E",
        "G = A:F = B:E = C:D",
    ]


def test_chains_of_interactions_are_written_once():
    # Montgomery table 8.10: 2^(6−2) with I = ABCE = BCDF = ADEF
    design = make_design(two_level(6), "fractional", generators=["E=ABC", "F=BCD"])
    assert design.words == "2^(6−2) fraction of resolution IV, I = ABCE = ADEF = BCDF"
    assert alias_table(design) == [
        "A:B = C:E",
        "A:C = B:E",
        "A:D = E:F",
        "A:E = B:C = D:F",
        "A:F = D:E",
        "B:D = C:F",
        "B:F = C:D",
    ]


def test_effects_that_can_be_told_apart_are_not_listed_though_not_orthogonal():
    # 20 cells of five flags hold all 16 parameters, so no alias is left to report
    design = make_design(two_level(5), "fractional", runs=20)
    assert design.aliases == ()
    assert any("can be estimated, though not independently" in note for note in design.notes)


@pytest.mark.parametrize(("n_factors", "n_cells"), [(5, 8), (6, 8), (7, 16), (9, 16), (9, 32), (13, 64)])
def test_every_alias_of_a_regular_fraction_is_an_equality_of_columns(n_factors, n_cells):
    design = make_design(two_level(n_factors), "fractional", runs=n_cells)
    columns = signs(design)

    def column(effect):
        return np.prod([columns[f] for f in effect.split(":")], axis=0)

    assert design.aliases
    for alias in design.aliases:
        assert alias.complete
        assert np.array_equal(column(alias.effect), alias.sign * column(alias.other))


def test_each_main_effect_of_plackett_burman_12_carries_a_third_of_45_interactions():
    # Montgomery §8.6.3; every interaction without the factor, with either sign
    cells = [dict(zip(two_level(11), row, strict=True)) for row in plackett_burman(12).tolist()]
    for aliases in (
        verify(cells, two_level(11)).aliases,
        make_design(two_level(11), "fractional", runs=12).aliases,
    ):
        assert len(aliases) == 11 * 45
        assert {round(a.share, 9) for a in aliases} == {round(1 / 3, 9)}
        assert {a.sign for a in aliases} == {-1, 1}
        assert not any(a.effect in a.other.split(":") for a in aliases)
    lines = alias_table(make_design(two_level(11), "fractional", runs=12))
    assert lines[0] == "A: in part with 45 interactions, at most 0.33 of each"


def test_aliases_of_four_level_factors_have_no_one_sign():
    design = make_design(MIXED, "fractional", runs=16)
    assert alias_table(design) == [
        "bn:drop: shares contrasts with skip:attention",
        "bn:skip: shares contrasts with drop:attention",
        "bn:attention: shares contrasts with drop:skip",
    ]
    assert {a.sign for a in design.aliases} == {0}


def test_names_are_short_where_that_is_clear():
    factors = {"flags.a": [0, 1], "flags.b": [0, 1], "enc.depth": [1, 2], "dec.depth": [1, 2]}
    design = make_design(factors, "fractional", resolution=4)
    assert alias_table(design)[0] == "a:b = enc.depth:dec.depth"
