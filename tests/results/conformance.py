"""What every store promises. The tests of a third store inherit `StoreConformance`, as those of the two do.

    class TestMine(StoreConformance):
        @pytest.fixture
        def open_study(self, tmp_path):
            return lambda lease_seconds=120.0: MyStore(tmp_path, lease_seconds)

        @pytest.fixture
        def age(self, tmp_path):
            return lambda key: ...

`scenarios` (with an entry in `stores.open_as`) adds kills and fights, `test_state_machine.Sweeps` random
orders.
"""

import os
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from ablation.errors import UsageError
from ablation.results import Snapshot, Store, StudyRecord
from tests.results.stand_in import make_row
from tests.results.worker import child


class StoreConformance:
    """Inherit it, and give the two fixtures."""

    @pytest.fixture
    def open_study(self) -> Callable[..., Store]:
        """Opens one empty study, each time as another process does; takes `lease_seconds`."""
        raise NotImplementedError

    @pytest.fixture
    def age(self) -> Callable[[str], None]:
        """Makes claims on a run look as if their holders, elsewhere, had not been heard of for years."""
        raise NotImplementedError

    def test_the_first_row_stays_and_the_second_is_kept_as_an_attempt(self, open_study):
        store, first, second = open_study(), make_row(seconds=1.0), make_row(seconds=2.0)
        assert store.commit(first)
        assert not store.commit(second)
        assert store.commit(first), "committing the same row again says so again"
        assert store.find(first.key) == first
        (attempt,) = store.attempts(first.key)
        assert (attempt.status, attempt.number, attempt.row) == ("superseded", 1, second)

    def test_a_claim_is_held_until_it_is_released(self, open_study):
        store, key = open_study(), make_row().key
        with store.claim(key) as claim:
            assert claim.attempt == 1
            assert open_study().claim(key) is None
            assert [attempt.status for attempt in store.attempts(key)] == ["running"]
        assert store.attempts(key) == ()
        assert store.claim(key).attempt == 1

    @pytest.mark.parametrize("status", ["error", "out_of_memory", "timeout"])
    def test_an_attempt_is_recorded_and_never_becomes_the_row(self, open_study, status):
        store, row = open_study(), make_row(status=status, error="no memory", responses={})
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

    def test_the_study_record_keeps_entries_it_does_not_know(self, open_study):
        store = open_study()
        record = StudyRecord("quick", {"a": [False, True]}, unknown={"mine": {"é": [1, 2.5, None]}})
        store.save_record(record)
        assert store.load_record() == store.scan().record == record
        store.save_record(replace(record, response="auroc"))
        assert store.load_record() == replace(record, response="auroc")

    def test_a_key_cannot_lead_out_of_the_folder(self, open_study):
        store = open_study()
        for use in (store.find, store.claim, store.attempts):
            with pytest.raises(UsageError, match="64 hexadecimal"):
                use("../../x")

    def test_a_committed_row_is_found_scanned_and_not_to_be_claimed(self, open_study):
        store, row = open_study(), make_row()
        store.check_writable()
        assert store.find(row.key) is None
        assert store.load_record() is None
        with store.claim(row.key) as claim:
            assert store.commit(row, claim)
        assert open_study().find(row.key) == row
        scan = store.scan()
        assert scan == Snapshot(StudyRecord(), {row.key: row}, {})
        assert store.claim(row.key) is None

    def test_rows_that_are_scanned_hold_their_equal_parts_once(self, open_study):
        store, rows = open_study(), [make_row(seed=seed) for seed in (0, 1)]
        rows.append(make_row(seed=2, config={**rows[0].config, "flags.batch_norm": 1}))  # 1 is not true
        for row in rows:
            store.commit(row)
        found = store.scan().rows
        assert [found[row.key] for row in rows] == rows
        first, second, other = (found[row.key] for row in rows)
        for part in ("config", "provenance", "identity"):
            assert getattr(first, part) is getattr(second, part)
        assert type(other.config["flags.batch_norm"]) is int

    def test_a_claim_beats_while_it_is_a_context(self, open_study, age):
        key = make_row().key
        with open_study(lease_seconds=0.6).claim(key) as claim:
            assert claim.every_seconds == pytest.approx(0.1)
            age(key)
            deadline = time.monotonic() + 60
            while open_study().attempts(key)[0].status != "running":
                assert time.monotonic() < deadline, "no beat within a minute"
                time.sleep(0.01)
        assert open_study().attempts(key) == ()

    def test_a_claim_that_is_not_heard_of_is_stolen_under_the_next_number(self, open_study, age):
        store, row = open_study(), make_row()
        first = store.claim(row.key)
        age(row.key)
        assert [attempt.status for attempt in store.attempts(row.key)] == ["lost"]
        second = open_study().claim(row.key)
        assert (first.attempt, second.attempt) == (1, 2)
        assert store.claim(row.key) is None
        assert open_study().commit(row, second)
        second.release()
        first.release()
        assert store.attempts(row.key) == ()

    def test_a_released_claim_is_released_once(self, open_study):
        store, key = open_study(), make_row().key
        first = store.claim(key)
        first.release()
        second = store.claim(key)
        first.release()
        assert store.claim(key) is None, "releasing again does not release the next holder's claim"
        second.release()

    def test_a_forked_child_does_not_release_its_parents_claim(self, open_study):
        store, key = open_study(), make_row().key
        claim = store.claim(key)
        with child(claim.release) as pid:
            os.waitpid(pid, 0)
        assert store.claim(key) is None

    def test_sweeping_removes_what_dead_holders_of_finished_runs_left(self, open_study, age):
        store, finished, other = open_study(), make_row(), make_row(seed=1)
        store.claim(finished.key)
        store.claim(other.key)
        for key in (finished.key, other.key):
            age(key)
        store.commit(finished)
        assert store.sweep() == 1
        assert [attempt.status for attempt in store.attempts(other.key)] == ["lost"]

    def test_a_sweep_that_is_stopped_is_stopped_for_everybody_and_no_other_is(self, open_study):
        store = open_study()
        store.check_writable()
        assert not store.is_stopped("a1")
        store.stop("a1")
        store.stop("a1")
        assert open_study().is_stopped("a1")
        assert not open_study().is_stopped("b2")
        store.sweep(older_than_seconds=-60)
        assert open_study().is_stopped("a1"), "its jobs may wait in a queue"
        assert store.load_record() is None

    def test_a_run_that_ends_during_a_scan_is_a_row_or_a_running_attempt(self, open_study, monkeypatch):
        store, row = open_study(), make_row()
        claim = store.claim(row.key)
        scan_rows = type(store)._scan_rows

        def finish_first(*arguments):
            open_study().commit(row, claim)
            return scan_rows(*arguments)

        monkeypatch.setattr(type(store), "_scan_rows", finish_first)
        seen = store.scan()
        assert row.key in seen.rows or seen.attempts[row.key][0].status == "running"
