"""Words of a command with places for values."""

import shlex

import pytest

from ablation.errors import UsageError
from ablation.sweep.template import check, filled, places, split

COMMAND = "python train.py --lr {lr} {augment:--augment} --out={folder}/m.json '{{not}} {lr}'"


def test_values_stand_in_words():
    found = filled(split(COMMAND), {"lr": 0.01, "augment": True, "folder": "/runs/a b"})
    assert found == [
        "python",
        "train.py",
        "--lr",
        "0.01",
        "--augment",
        "--out=/runs/a b/m.json",
        "{not} 0.01",
    ]


@pytest.mark.parametrize(
    "value", ["a b", "; rm -rf /", "$(id)", "`id`", "'", '"', "*", "", "--x", "é\n", "{lr}"]
)
def test_a_value_is_one_word_whatever_it_holds(value):
    assert filled(split("echo {text}"), {"text": value}) == ["echo", value]


def test_a_word_that_is_there_or_not():
    words = split("train {flag:--no-aug} {other:--out={folder}}")
    assert filled(words, {"flag": False, "other": True, "folder": "x"}) == ["train", "--out=x"]
    assert filled(words, {"flag": True, "other": None, "folder": "x"}) == ["train", "--no-aug"]
    with pytest.raises(UsageError, match="expected true or false"):
        filled(words, {"flag": 0.1, "other": None, "folder": "x"})


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (None, "null"), (1, "1"), (1e-5, "1e-05"), ([8, 4], "[8,4]")]
)
def test_values_are_written_as_in_configurations(value, text):
    assert filled(["{x}"], {"x": value}) == [text]


def test_a_command_is_split_as_a_shell_would_and_may_be_a_list():
    assert split("a 'b c' \"d e\"") == shlex.split("a 'b c' \"d e\"") == ["a", "b c", "d e"]
    assert split(["a", "b c", 1]) == ["a", "b c", "1"]
    for wrong in ("a 'b", None, 3, ""):
        with pytest.raises(UsageError, match="command: expected"):
            split(wrong)


def test_places_and_names_must_agree():
    words = split(COMMAND)
    assert places(words) == ["lr", "augment", "folder"]
    check(words, ["lr", "augment"], [])
    with pytest.raises(UsageError, match=r"Received: \{augment\}. Did you mean \{augmnt\}"):
        check(words, ["lr", "augmnt"], [])
    with pytest.raises(UsageError, match="Received none for depth"):
        check(words, ["lr", "augment", "depth"], [])
