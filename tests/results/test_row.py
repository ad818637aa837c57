import dataclasses

import numpy as np
import pytest

from ablation.errors import UsageError
from ablation.results.encoding import decode, encode
from tests.results.stand_in import make_row


def test_a_row_comes_back_as_it_was():
    row = make_row({"flags.attention": "spatial", "units": [35, 25.0, None, True, "é"]}, seed=3)
    back = decode(encode(row))
    assert back == row
    assert encode(back) == encode(row)
    assert [type(value) for value in back.config["units"]] == [int, float, type(None), bool, str]


def test_numbers_that_are_not_finite_become_null():
    row = make_row(
        status="diverged",
        responses={"loss": float("nan"), "kl": float("-inf"), "n": np.float32(2), "k": np.int64(3)},
        history={"loss": [0.5, float("inf")]},
    )
    assert row.responses == {"loss": None, "kl": None, "n": 2.0, "k": 3.0}
    assert row.history == {"loss": [0.5, None]}
    assert b"NaN" not in encode(row)
    assert b"Infinity" not in encode(row)
    assert decode(encode(row)) == row


def test_a_row_is_immutable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_row().status = "diverged"


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("key", "../x"),
        ("key", "A" * 64),
        ("status", "running"),
        ("seed", True),
        ("seed", 1.0),
        ("config", {"a": float("nan")}),
        ("responses", {"loss": "0.5"}),
        ("responses", {"loss": True}),
        ("responses", {1: 0.5}),
        ("responses", {"n": 10**400}),
        ("history", {"loss": "0.5"}),
        ("history", {"loss": ["0.5"]}),
        ("provenance", {"python": 3}),
        ("seconds", -1),
        ("seconds", None),
        ("seconds", float("inf")),
        ("started", 5),
        ("error", 5),
        ("study", "\udfff"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(name, bad):
    with pytest.raises(UsageError, match=name):
        make_row(**{name: bad})
