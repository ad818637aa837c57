import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ablation.errors import UsageError
from ablation.results import cell_key, changed_default, run_key

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
LEVELS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    st.lists,
)
CONFIGS = st.dictionaries(TEXT, LEVELS)


def test_key_is_sha256_of_canonical_json():
    content = '{"config":{"a":"ü","b":[1,2.5]},"identity":{"data":"d"},"schema":1,"seed":7}'
    key = run_key({"b": [1, 2.5], "a": "ü", "c": None}, 7, {"data": "d"}, {"c": None})
    assert key == hashlib.sha256(content.encode()).hexdigest()


@settings(max_examples=50, deadline=None)
@given(CONFIGS, st.integers(), st.randoms(use_true_random=False))
def test_key_ignores_the_order_of_entries(config, seed, random):
    names = list(config)
    random.shuffle(names)
    assert run_key({name: config[name] for name in names}, seed, {}) == run_key(config, seed, {})


@settings(max_examples=50, deadline=None)
@given(CONFIGS, TEXT, LEVELS)
def test_a_flag_at_its_default_leaves_the_key_as_it_was(config, name, default):
    before = {key: value for key, value in config.items() if key != name}
    assert run_key({**before, name: default}, 0, {}, {name: default}) == run_key(before, 0, {})


@settings(max_examples=50, deadline=None)
@given(CONFIGS, CONFIGS)
def test_different_json_means_different_keys(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (run_key(one, 0, {}) == run_key(other, 0, {})) == same


def test_true_one_and_one_point_zero_are_three_levels():
    assert len({run_key({"a": value}, 0, {}) for value in (True, 1, 1.0, "1", "true")}) == 5
    assert run_key({"a": 1}, 0, {}, {"a": True}) != run_key({}, 0, {})


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), object(), {1: 2}, "\ud800", [float("-inf")]])
def test_what_json_cannot_hold_is_refused_by_name(bad):
    with pytest.raises(UsageError, match=r"config\.a"):
        run_key({"a": bad}, 0, {})


@pytest.mark.parametrize("seed", [True, 1.0, "1", None])
def test_a_seed_is_an_integer(seed):
    with pytest.raises(UsageError, match="seed"):
        run_key({}, seed, {})


def test_a_cell_is_its_runs_whatever_their_seed():
    assert cell_key({"a": 1}, {"data": "d"}) == cell_key({"a": 1, "b": 2}, {"data": "d"}, {"b": 2})
    assert cell_key({"a": 1}, {"data": "d"}) != cell_key({"a": 1}, {"data": "e"})
    assert len(cell_key({}, {})) == 10


def test_a_changed_default_is_named_with_both_values():
    assert changed_default({"flags.a": False, "old": 1}, {"flags.a": False, "new": 2}) is None
    sentence = changed_default({"flags.a": False}, {"flags.a": True})
    assert sentence is not None
    assert "flags.a was false and is now true" in sentence
    assert changed_default({"n": 1}, {"n": 1.0}) is not None


def test_rows_older_than_an_entry_had_its_first_default():
    row, wanted = {"n": 1}, {"n": 1, "residual": True}
    assert changed_default(row, wanted) is None, "nobody knows another"
    assert changed_default(row, wanted, {"residual": True}) is None
    assert "residual was false and is now true" in changed_default(row, wanted, {"residual": False})
    assert changed_default({**row, "residual": True}, wanted, {"residual": False}) is None
