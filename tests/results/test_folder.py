import json

import pytest

from ablation.errors import UsageError
from ablation.results import open_store
from tests.results.stand_in import make_row


def test_opening_and_reading_create_nothing(tmp_path):
    store = open_store(tmp_path / "runs" / "quick")
    assert store.find("0" * 64) is None
    assert store.scan().rows == {}
    assert store.load_study() is None
    assert store.attempts("0" * 64) == ()
    assert store.sweep() == 0
    assert not (tmp_path / "runs").exists()


def test_a_committed_row_is_found_and_scanned(tmp_path):
    store, row = open_store(tmp_path / "quick"), make_row()
    with store.claim(row.key) as claim:
        assert store.commit(row, claim)
    assert open_store(tmp_path / "quick").find(row.key) == row
    scan = store.scan()
    assert dict(scan.rows) == {row.key: row}
    assert scan.quarantined == ()
    assert scan.attempts == {}
    assert store.claim(row.key) is None
    assert [path.name for path in (tmp_path / "quick" / "rows").iterdir()] == [f"{row.key}.json"]
    assert list((tmp_path / "quick" / "attempts").iterdir()) == []


def test_the_first_row_stays_and_the_second_is_kept_as_an_attempt(tmp_path):
    store, first, second = open_store(tmp_path), make_row(seconds=1.0), make_row(seconds=2.0)
    assert store.commit(first)
    assert not store.commit(second)
    assert store.commit(first), "committing the same row again says so again"
    assert store.find(first.key) == first
    (attempt,) = store.attempts(first.key)
    assert (attempt.status, attempt.number, attempt.row) == ("superseded", 1, second)


def test_a_claim_is_held_until_it_is_released(tmp_path):
    store, key = open_store(tmp_path), make_row().key
    with store.claim(key) as claim:
        assert claim.attempt == 1
        assert open_store(tmp_path).claim(key) is None
        assert [attempt.status for attempt in store.attempts(key)] == ["running"]
    assert store.attempts(key) == ()
    assert store.claim(key).attempt == 1


@pytest.mark.parametrize("status", ["error", "out_of_memory", "timeout"])
def test_an_attempt_is_recorded_and_never_becomes_the_row(tmp_path, status):
    store, row = open_store(tmp_path), make_row(status=status, error="no memory", responses={})
    for number in (1, 2):
        with store.claim(row.key) as claim:
            assert claim.attempt == number
            assert not store.commit(row, claim)
    assert store.find(row.key) is None
    assert [(attempt.number, attempt.status) for attempt in store.attempts(row.key)] == [
        (1, status),
        (2, status),
    ]
    assert store.commit(make_row())


def test_the_study_record_keeps_entries_it_does_not_know(tmp_path):
    store = open_store(tmp_path / "quick")
    record = {"schema": 1, "study": "quick", "factors": {"a": [False, True]}, "mine": {"é": [1, 2.5, None]}}
    store.save_study(record)
    store.save_study(record | {"response": "loss"})
    assert store.load_study() == record | {"response": "loss"}
    assert [path.name for path in (tmp_path / "quick").iterdir()] == ["study.json"]


def test_a_damaged_study_record_is_named(tmp_path):
    (tmp_path / "study.json").write_text('{"schema": 1, "st')
    with pytest.raises(UsageError, match=r"study\.json"):
        open_store(tmp_path).load_study()


def test_a_key_cannot_lead_out_of_the_folder(tmp_path):
    store = open_store(tmp_path)
    for use in (store.find, store.claim, store.attempts):
        with pytest.raises(UsageError, match="64 hexadecimal"):
            use("../../x")


def test_check_writable_leaves_nothing_behind(tmp_path):
    store = open_store(tmp_path / "quick")
    store.check_writable()
    assert list((tmp_path / "quick" / "rows").iterdir()) == []
    with pytest.raises(UsageError, match="quick"):
        store.check_writable(n_bytes=1 << 60)


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "runs").write_text("")
    with pytest.raises(UsageError, match=r"runs.quick"):
        open_store(tmp_path / "runs" / "quick").check_writable()


def test_a_row_is_readable_for_people_and_other_programs(tmp_path):
    row = make_row()
    open_store(tmp_path).commit(row)
    text = (tmp_path / "rows" / f"{row.key}.json").read_text()
    assert json.loads(text)["config"]["flags.batch_norm"] is True
    assert '"status": "ok",\n' in text
