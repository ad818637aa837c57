"""What every store promises, in a folder or in a database."""

import os
import time
from dataclasses import replace

import pytest

from ablation.errors import UsageError
from ablation.results import StudyRecord, open_store
from tests.results.stand_in import make_row
from tests.results.stores import age_claim
from tests.results.worker import child


def test_the_first_row_stays_and_the_second_is_kept_as_an_attempt(place):
    store, first, second = open_store(place), make_row(seconds=1.0), make_row(seconds=2.0)
    assert store.commit(first)
    assert not store.commit(second)
    assert store.commit(first), "committing the same row again says so again"
    assert store.find(first.key) == first
    (attempt,) = store.attempts(first.key)
    assert (attempt.status, attempt.number, attempt.row) == ("superseded", 1, second)


def test_a_claim_is_held_until_it_is_released(place):
    store, key = open_store(place), make_row().key
    with store.claim(key) as claim:
        assert claim.attempt == 1
        assert open_store(place).claim(key) is None
        assert [attempt.status for attempt in store.attempts(key)] == ["running"]
    assert store.attempts(key) == ()
    assert store.claim(key).attempt == 1


@pytest.mark.parametrize("status", ["error", "out_of_memory", "timeout"])
def test_an_attempt_is_recorded_and_never_becomes_the_row(place, status):
    store, row = open_store(place), make_row(status=status, error="no memory", responses={})
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


def test_the_study_record_keeps_entries_it_does_not_know(place):
    store = open_store(place)
    record = StudyRecord("quick", {"a": [False, True]}, unknown={"mine": {"é": [1, 2.5, None]}})
    store.save_record(record)
    assert store.load_record() == store.scan().record == record
    store.save_record(replace(record, response="auroc"))
    assert store.load_record() == replace(record, response="auroc")


def test_a_key_cannot_lead_out_of_the_folder(place):
    store = open_store(place)
    for use in (store.find, store.claim, store.attempts):
        with pytest.raises(UsageError, match="64 hexadecimal"):
            use("../../x")


def test_a_committed_row_is_found_scanned_and_not_to_be_claimed(place):
    store, row = open_store(place), make_row()
    store.check_writable()
    assert store.find(row.key) is None
    assert store.load_record() is None
    with store.claim(row.key) as claim:
        assert store.commit(row, claim)
    assert open_store(place).find(row.key) == row
    scan = store.scan()
    assert dict(scan.rows) == {row.key: row}
    assert scan.quarantined == ()
    assert scan.attempts == {}
    assert store.claim(row.key) is None


def test_a_claim_beats_while_it_is_a_context(place):
    key = make_row().key
    with open_store(place, lease_seconds=0.6).claim(key) as claim:
        assert claim.every_seconds == pytest.approx(0.1)
        age_claim(place, key)
        deadline = time.monotonic() + 60
        while open_store(place).attempts(key)[0].status != "running":
            assert time.monotonic() < deadline, "no beat within a minute"
            time.sleep(0.01)
    assert open_store(place).attempts(key) == ()


def test_a_claim_that_is_not_heard_of_is_stolen_under_the_next_number(place):
    store, row = open_store(place), make_row()
    first = store.claim(row.key)
    age_claim(place, row.key)
    assert [attempt.status for attempt in store.attempts(row.key)] == ["lost"]
    second = open_store(place).claim(row.key)
    assert (first.attempt, second.attempt) == (1, 2)
    assert store.claim(row.key) is None
    assert open_store(place).commit(row, second)
    second.release()
    first.release()
    assert store.attempts(row.key) == ()


def test_a_released_claim_is_released_once(place):
    store, key = open_store(place), make_row().key
    first = store.claim(key)
    first.release()
    second = store.claim(key)
    first.release()
    assert store.claim(key) is None, "releasing again does not release the next holder's claim"
    second.release()


def test_a_forked_child_does_not_release_its_parents_claim(tmp_path):
    store, key = open_store(tmp_path), make_row().key
    claim = store.claim(key)
    with child(claim.release) as pid:
        os.waitpid(pid, 0)
    assert store.claim(key) is None


def test_sweeping_removes_what_dead_holders_of_finished_runs_left(place):
    store, finished, other = open_store(place), make_row(), make_row(seed=1)
    store.claim(finished.key)
    store.claim(other.key)
    for key in (finished.key, other.key):
        age_claim(place, key)
    store.commit(finished)
    assert store.sweep() == 1
    assert [attempt.status for attempt in store.attempts(other.key)] == ["lost"]
