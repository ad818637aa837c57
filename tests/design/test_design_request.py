import pytest

from ablation.design import check_factors
from ablation.errors import UsageError


@pytest.mark.parametrize(
    ("levels", "expected"),
    [([], "at least one level"), (["x", "x"], "Received 'x' 2 times"), ([True, True], "each level once")],
)
def test_factors_that_are_none_are_named(levels, expected):
    with pytest.raises(UsageError, match=r"^flags\.a: ") as error:
        check_factors({"fine": ["x", "y"], "flags.a": levels})
    assert expected in str(error.value)


def test_one_and_true_are_different_levels():
    check_factors({"a": [1, True, "1", 1.0]})
