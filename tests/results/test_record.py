"""study.json: every form of it is read, and what is damaged is named."""

import json

import pytest

from ablation.errors import UsageError
from ablation.results import StudyRecord, open_store
from ablation.results.record import DesignRecord, decode_record, encode_record, record_of

WHOLE = StudyRecord(
    study="quick",
    factors={"a": [False, True], "b": [None, 1, 1.0, "1", [2]]},
    seeds=(0, 1),
    keys=("f" * 64,),
    defaults={"a": False},
    first_defaults={"a": True},
    design=DesignRecord("fractional", "2^(3-1)", ("A note.",), ("a = b:c",)),
    reference={"a": True},
    response="auroc",
    direction="higher",
    responses=("auroc", "seconds"),
    directions={"seconds": "lower"},
    margin=1.5,
    numeric={"b": "log"},
    command="python train.py -m",
    unknown={"a newer entry": {"é": [1, 2.5, None]}},
)


def test_what_is_written_is_what_is_read():
    assert decode_record(encode_record(WHOLE), "x") == WHOLE
    content = json.loads(encode_record(WHOLE))
    assert content["a newer entry"] == {"é": [1, 2.5, None]}, "kept where a newer version looks for it"
    assert content["schema"] == 1
    assert decode_record("{}", "x") == StudyRecord()


def test_entries_of_older_versions_are_read():
    old = {"stopped": True, "defaults": {"a": 1}, "margin": None, "numeric": None, "responses": None}
    assert record_of({"defaults": {"a": 1}}).first_defaults == {"a": 1}
    record = decode_record(json.dumps(old), "x")
    assert record == StudyRecord(defaults={"a": 1}, first_defaults={"a": 1})
    assert "stopped" not in encode_record(record)


def test_a_response_is_judged_as_the_record_says_if_it_says_so():
    assert WHOLE.reported == {"auroc": "higher", "seconds": "lower"}
    assert list(StudyRecord(response="b", responses=("a", "b")).reported) == ["b", "a"]
    assert StudyRecord(direction="lower", directions={"loss": "higher"}).reported == {"loss": "higher"}
    assert StudyRecord(responses=("loss", "x")).reported == {"loss": None, "x": None}


def test_the_reference_cell_has_the_levels_that_are_named_or_the_first_ones():
    assert WHOLE.reference_cell == {"a": True, "b": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "expected JSON"),
        ("[1]", "expected a JSON object"),
        ('{"keys": "all"}', r"keys: expected a list\. Received: 'all'"),
        ('{"factors": [1]}', "factors: expected a mapping"),
        ('{"response": 1}', "response: expected a text"),
        ('{"margin": "2"}', "margin: expected a number"),
        ('{"margin": true}', "margin: expected a number"),
        ('{"design": "full"}', "design: expected a mapping"),
        ("[" * 100_000, "expected JSON"),
    ],
)
def test_a_damaged_record_is_named_and_can_be_removed(tmp_path, text, expected):
    (tmp_path / "study.json").write_text(text)
    for read in (open_store(tmp_path).load_record, open_store(tmp_path).scan):
        with pytest.raises(UsageError, match=rf"study\.json: {expected}.*finished runs are kept"):
            read()


def test_a_level_that_json_cannot_hold_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"study\.factors\.a"):
        open_store(tmp_path).save_record(StudyRecord(factors={"a": [float("nan")]}))
    assert not (tmp_path / "study.json").exists()


def test_settings_of_the_model_may_be_written_in_more_than_one_way():
    record = record_of({"numeric": ["a", "b"], "interactions": 1, "alpha": 0.01, "scale": "identity"})
    assert record.numeric == {"a": "linear", "b": "linear"}
    assert (record.interactions, record.alpha, record.scale) == ("1", 0.01, "identity")
    assert record_of({"numeric": {"a": "log"}}).numeric == {"a": "log"}
    assert record_of({}).interactions == "auto"
