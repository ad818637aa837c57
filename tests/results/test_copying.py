"""Copying a study between stores."""

from dataclasses import replace

import pytest

from ablation.results import StudyRecord, copy, open_store, read
from ablation.results.__main__ import main
from ablation.results.encoding import encode
from tests.results.stand_in import make_row

ROWS = [make_row({"flags.attention": "spatial é"}, seed) for seed in range(5)]
FACTORS = {"flags.attention": [False, "spatial é"]}
RECORD = StudyRecord("quick", FACTORS, unknown={"mine": [1]})


@pytest.fixture
def source(tmp_path):
    store = open_store(tmp_path / "source")
    for row in ROWS:
        store.commit(row)
    store.commit(make_row(seed=9, status="error", error="why"))
    store.commit(make_row({"flags.attention": "spatial é"}, 0, error="second"))
    store.save_record(RECORD)
    return str(tmp_path / "source")


def content(place):
    scan = open_store(place).scan()
    rows = {key: encode(row) for key, row in scan.rows.items()}
    attempts = {key: [encode(attempt.row) for attempt in kept] for key, kept in scan.attempts.items()}
    return rows, attempts, open_store(place).load_record()


def test_there_and_back_changes_nothing(source, place, tmp_path, capsys):
    assert main(["copy", source, place]) == 0
    assert content(place) == content(source)
    assert main(["copy", place, str(tmp_path / "back")]) == 0
    assert content(tmp_path / "back") == content(source)
    assert capsys.readouterr().out == "At the target, checked: 5 rows and 2 attempts.\n" * 2
    files = [sorted((tmp_path / name / "rows").iterdir()) for name in ("source", "back")]
    assert [path.read_bytes() for path in files[0]] == [path.read_bytes() for path in files[1]]


def test_copying_again_copies_only_what_is_new(source, place):
    copy(source, place)
    open_store(source).commit(make_row(seed=11))
    copied = copy(source, place)
    assert copied.n_rows == 6
    assert content(place) == content(source)


def test_another_row_at_the_target_stays_and_is_reported(source, place, capsys):
    other = make_row({"flags.attention": "spatial é"}, 0, seconds=99.0)
    open_store(place).commit(other)
    assert main(["copy", source, place]) == 1
    assert other.key in capsys.readouterr().err
    assert open_store(place).find(other.key) == other
    assert len(read(place)) == 5
    kept = content(place)
    copy(source, place)
    assert content(place) == kept, "a row that came second is kept once"


def test_the_record_of_another_study_is_never_replaced(source, place, capsys):
    theirs = StudyRecord("mine", {"lr": [0.1, 0.2]})
    open_store(place).save_record(theirs)
    assert main(["copy", source, place]) == 2
    assert "the study quick. Received: the study mine" in capsys.readouterr().err
    assert content(place) == ({}, {}, theirs)


def test_a_study_that_has_grown_at_the_target_keeps_its_record(source, place):
    grown = replace(RECORD, keys=tuple(row.key for row in ROWS))
    open_store(source).save_record(replace(RECORD, keys=grown.keys[:3]))
    open_store(place).save_record(grown)
    copy(source, place)
    assert open_store(place).load_record() == grown
    assert len(open_store(place).scan().rows) == 5


def test_what_is_damaged_or_running_is_said(source, place, tmp_path, capsys):
    path = tmp_path / "source" / "rows" / f"{ROWS[0].key}.json"
    path.write_bytes(path.read_bytes()[:-3])
    open_store(source).claim("e" * 64)
    assert main(["copy", source, place]) == 1
    said = capsys.readouterr().err
    assert str(path) in said
    assert "1 run in training at the source" in said


def test_a_source_that_is_not_there_is_a_mistake(tmp_path, capsys):
    assert main(["copy", str(tmp_path / "absent"), str(tmp_path / "target")]) == 2
    assert "absent" in capsys.readouterr().err
    assert not (tmp_path / "target").exists()
