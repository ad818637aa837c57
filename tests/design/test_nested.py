"""Factors that have levels at some levels of another alone, and unions of designs."""

from itertools import product

import numpy as np
import pytest

from ablation.design import make_design
from ablation.errors import UsageError

SWITCH = (False, True)
FACTORS = {"norm": SWITCH, "dropout": SWITCH, "model.rate": (0.1, 0.3, 0.5)}
WHEN = {"rate": {"dropout": True}}


def cells(design):
    return {tuple(cell.values()) for cell in design.cells}


def test_cells_without_the_parent_s_level_are_not_multiplied():
    design = make_design(FACTORS, when=WHEN)
    off = {(norm, False, "none") for norm in SWITCH}
    assert cells(design) == off | {(norm, True, rate) for norm in SWITCH for rate in (0.1, 0.3, 0.5)}
    assert design.words == "2×2×3 full factorial; rate within dropout=true, 8 cells"
    assert design.reference == {"norm": False, "dropout": False, "model.rate": "none"}
    assert "All main effects and two-factor interactions can be estimated." in design.notes
    assert not design.aliases


def test_settings_of_two_parents_levels_and_a_factor_nested_in_a_nested_one():
    factors = {
        "opt": ("sgd", "adam", "lion"),
        "momentum": (0.0, 0.9),
        "nesterov": SWITCH,
        "beta": (0.9, 0.99),
    }
    when = {"nesterov": {"momentum": 0.9}, "momentum": {"opt": "sgd"}, "beta": {"opt": ["adam", "lion"]}}
    sgd = {("sgd", 0.0, "none", "none"), ("sgd", 0.9, False, "none"), ("sgd", 0.9, True, "none")}
    others = {(opt, "none", "none", beta) for opt, beta in product(("adam", "lion"), (0.9, 0.99))}
    assert cells(make_design(factors, when=when)) == sgd | others


def test_one_factor_designs_bring_the_parent_with_the_nested_factor():
    once = make_design(FACTORS, "one_at_a_time", when=WHEN)
    assert [tuple(c.values()) for c in once.cells] == [
        (False, False, "none"), (True, False, "none"), (False, True, 0.1), (False, True, 0.3),
        (False, True, 0.5),
    ]  # fmt: skip
    assert "Effects hold at the reference cell only (norm=false dropout=false rate=none)." in once.notes
    left = make_design(FACTORS, "leave_one_out", when=WHEN)
    assert cells(left) == {
        (True, True, 0.1), (False, True, 0.1), (True, False, "none"), (True, True, 0.3), (True, True, 0.5)
    }  # fmt: skip


def test_what_is_told_of_a_fraction_is_the_rank_of_r_s_nested_model():
    design = make_design(FACTORS, "fractional", runs=6, when=WHEN)
    # ~ norm + dropout + dropout:rate and all pairs, in treatment coding
    norm, on, rates = (np.array([c[f] for c in design.cells]) for f in FACTORS)
    norm, on = norm.astype(float), on.astype(float)
    within = np.column_stack([rates == "0.3", rates == "0.5"]).astype(float)
    pairs = np.column_stack([norm * on, *(norm * column for column in within.T)])
    rank = np.linalg.matrix_rank(np.column_stack([np.ones(len(norm)), norm, on, within, pairs]))
    told = f"Of the 8 parameters of the model with two-factor interactions, {rank} can"
    assert any(told in note for note in design.notes)


def test_an_exclusion_may_name_the_cells_without_a_level():
    design = make_design(FACTORS, when=WHEN, exclude=[{"rate": 0.5, "norm": True}])
    assert len(design.cells) == 7
    assert "Excluded: 1 cell of 8 (rate=0.5 norm=true)." in design.notes


def test_a_union_has_the_cells_of_all_its_designs_once():
    factors = {"a": SWITCH, "b": SWITCH, "c": ("x", "y", "z")}
    union = [{"factors": ["a", "b"]}, {"design": "one_at_a_time"}]
    design = make_design(factors, union=union)
    grid = {(a, b, "x") for a in SWITCH for b in SWITCH}
    assert cells(design) == grid | {(False, False, "y"), (False, False, "z")}
    assert design.words.endswith(": 6 cells")
    assert any("Estimable: a:b." in note for note in design.notes)
    left = make_design(
        factors, union=[{"design": "leave_one_out"}, {"factors": ["c"], "reference": {"a": True}}]
    )
    assert {(True, True, "x"), (False, True, "x"), (True, False, "x"), (True, False, "z")} <= cells(left)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("dropout", "when: expected {dropout_rate: {dropout: true}}"),
        ({"rate": True}, "when.rate: expected one factor and its level"),
        ({"rate": {"dropout": True, "norm": True}}, "when.rate: expected one factor and its level"),
        ({"speed": {"dropout": True}}, "when: expected one of the factors norm, dropout, rate"),
        ({"rate": {"drop": True}}, "when.rate: expected one of the factors"),
        ({"rate": {"dropout": "maybe"}}, "when.rate: expected a level of 'dropout': false, true"),
        ({"rate": {"dropout": [False, True]}}, "when.rate: expected some levels of dropout, not all"),
        ({"rate": {"dropout": True}, "dropout": {"rate": 0.1}}, "dropout and rate, in a circle"),
    ],
)
def test_what_cannot_be_nested_is_refused(when, said):
    with pytest.raises(UsageError) as refused:
        make_design(FACTORS, when=when)
    assert said in str(refused.value).replace("rate and dropout", "dropout and rate")


def test_a_nested_factor_needs_two_levels_with_other_names_than_none():
    with pytest.raises(
        UsageError, match=r"expected at least two levels within dropout=true\. Received: 0\.1"
    ):
        make_design({**FACTORS, "model.rate": (0.1,)}, when=WHEN)
    with pytest.raises(UsageError, match=r"which stands where there is none\. Received: none, 0\.1"):
        make_design({**FACTORS, "model.rate": ("none", 0.1)}, when=WHEN)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"union": ["one_at_a_time"]}, "union: expected two designs or more"),
        ({"union": ["one_at_a_time", "leave_one_out"]}, "union: expected designs such as"),
        ({"union": [{"design": "all"}, {}]}, "design: expected one of"),
        ({"union": [{"design": "union"}, {}]}, "union: expected designs other than a union"),
        ({"union": [{"runs": 4}, {}]}, "Received: runs of full_factorial"),
        ({"union": [{"factors": "norm"}, {}]}, "union: expected factors to vary"),
        ({"union": [{"factors": ["speed"]}, {}]}, "union: expected one of the factors"),
        ({"union": [{}, {}], "name": "one_at_a_time"}, "Put {design: one_at_a_time} into the list"),
        ({"name": "union"}, "union: expected two designs or more"),
    ],
)
def test_what_is_no_union_is_refused(options, said):
    with pytest.raises(UsageError) as refused:
        make_design(FACTORS, **options)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("left_out", "lost"), [(True, "dropout=true, rate=0.1 and rate=0.3"), (False, "none")]
)
def test_an_exclusion_may_leave_no_cell_with_the_parent_on_or_off(left_out, lost):
    factors = {"norm": (False, True), "dropout": (False, True), "rate": (0.1, 0.3)}
    when = {"rate": {"dropout": True}}
    made = make_design(factors, exclude=[{"dropout": left_out}], when=when)
    assert len(made.cells) == (2 if left_out else 4)
    assert lost in " ".join(made.notes)
