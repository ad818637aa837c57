import subprocess
import sys
import time

import pytest

from ablation.design import make_design
from ablation.errors import UsageError
from tests.design.cells import full_factorial
from tests.design.published import FLAGS, MIXED, rows, two_level


def test_the_full_factorial_is_the_default():
    design = make_design(MIXED)
    assert list(design.cells) == full_factorial(MIXED)
    assert (design.name, design.words) == ("full_factorial", "2×2×2×4 full factorial")
    assert design.notes == ("All main effects and two-factor interactions can be estimated.",)
    assert design.factors == {f: tuple(v) for f, v in MIXED.items()}


@pytest.mark.parametrize("runs", [8, 12, 16])
def test_cells_come_in_standard_order_after_the_reference(runs):
    design = make_design(MIXED, "fractional", runs=runs)
    codes = rows(design).tolist()
    assert codes == sorted(codes)


def test_another_reference_cell_comes_first():
    design = make_design(MIXED, reference={"attention": "both"})
    assert design.cells[0] == design.reference
    assert design.reference["attention"] == "both"
    assert len({tuple(c.values()) for c in design.cells}) == 32


def test_ten_thousand_cells_are_planned_in_no_time():
    factors = {f"f{i}": list(range(10)) for i in range(4)}
    start = time.process_time()
    design = make_design(factors)
    assert time.process_time() - start < 0.3
    assert len(design.cells) == 10_000


@pytest.mark.parametrize("name", ["full_factorial", "one_at_a_time", "leave_one_out"])
def test_no_factors_make_one_cell(name):
    assert make_design({}, name).cells == ({},)


def test_a_factor_of_one_level_is_carried_along():
    factors = {"fixed": ["x"], **two_level(4)}
    design = make_design(factors, "fractional", resolution=4)
    assert design.words == "2^(4−1) fraction of resolution IV, I = ABCD"
    assert "Nothing to compare in fixed: one level." in design.notes
    assert [a.letters for a in design.aliases] == ["AB = CD", "AC = BD", "AD = BC"]
    assert all(c["fixed"] == "x" for c in design.cells)


def test_levels_keep_their_type():
    factors = {"a": [True, 1, "1", 1.0, None], "b": [0, 1]}
    design = make_design(factors, "one_at_a_time")
    assert [repr(c["a"]) for c in design.cells] == ["True", "1", "'1'", "1.0", "None", "True"]


@pytest.mark.parametrize(
    ("factors", "name", "wish", "message"),
    [
        (two_level(3), "factorial", {}, "design: expected one of full_factorial, fractional, leave_one_out"),
        ({"a": []}, "fractional", {"runs": 2}, "a: expected at least one level"),
        ({"a": [1, 1]}, "fractional", {"runs": 2}, "a: expected each level once"),
        (two_level(3), "full_factorial", {"runs": 4}, "runs: only for the designs fractional and foldover"),
        (two_level(3), "one_at_a_time", {"foldover": True}, "foldover: only for the designs"),
        (two_level(3), "fractional", {"runs": 0}, "runs: expected a whole number from 1. Received: 0"),
        (two_level(3), "fractional", {"runs": 4.5}, "runs: expected a whole number"),
        (two_level(3), "fractional", {"runs": True}, "runs: expected a whole number"),
        (
            two_level(3),
            "fractional",
            {"resolution": 2},
            "resolution: expected III, IV or V, or a whole number",
        ),
        (two_level(3), "fractional", {"resolution": "II"}, "resolution: expected III, IV or V"),
        (two_level(3), "fractional", {"resolution": [3]}, "resolution: expected III, IV or V"),
        (two_level(3), "fractional", {"runs": 4, "foldover": 7}, "foldover: expected true"),
        (two_level(25), "full_factorial", {}, "full_factorial: expected up to 100,000 cells"),
    ],
)
def test_what_no_design_can_be_is_refused(factors, name, wish, message):
    with pytest.raises(UsageError) as error:
        make_design(factors, name, **wish)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("factors", "wish", "offers"),
    [
        # Montgomery table 8.14 for five factors; Plackett–Burman's 12 cells besides
        (
            two_level(5),
            {},
            "Can be had: 8 cells (resolution III), 12 cells (resolution III), 16 cells (resolution V). "
            "full_factorial has 32 cells",
        ),
        (two_level(5), {"runs": 10}, "Received: runs=10. Can be had: 8 cells (resolution III)"),
        (two_level(5), {"runs": 8, "resolution": 4}, "Received: runs=8, resolution=4. Can be had: 8 cells"),
        (two_level(5), {"resolution": 6}, "Received: resolution=6. Can be had"),
        (two_level(2), {"runs": 2}, "No orthogonal fraction is known. full_factorial has 4 cells"),
        (
            MIXED,
            {"runs": 6},
            "Can be had: 8 cells (resolution III), 16 cells (resolution IV); as a D-optimal subset, any runs "
            "from 7 to 31. full_factorial has 32 cells",
        ),
        (MIXED, {"runs": 32}, "full_factorial has 32 cells"),
        (MIXED, {"runs": 12, "resolution": 3}, "Received: runs=12, resolution=3"),
        ({"a": FLAGS}, {"resolution": 3}, "No orthogonal fraction is known"),
        ({}, {"resolution": 3}, "No orthogonal fraction is known"),
    ],
)
def test_a_fraction_that_cannot_be_had_lists_those_that_can(factors, wish, offers):
    with pytest.raises(UsageError, match=r"^fractional") as error:
        make_design(factors, "fractional", **wish)
    assert offers in str(error.value)


def test_importing_designs_loads_neither_scipy_nor_pydoe():
    code = "import sys, ablation.design; print({'scipy', 'pydoe', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
