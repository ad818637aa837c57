"""What holds of folders only."""

import json

import pytest

from ablation.errors import UsageError
from ablation.files import TEMPORARY
from ablation.results import open_store
from tests.results.stand_in import make_row


def test_opening_and_reading_create_nothing(tmp_path):
    store = open_store(tmp_path / "runs" / "quick")
    assert store.find("0" * 64) is None
    assert store.scan().rows == {}
    assert store.load_record() is None
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


@pytest.mark.parametrize("kind", ["", "rows", "attempts", "arrays", "weights", "report"])
def test_what_a_killed_writer_left_is_swept_everywhere(tmp_path, kind):
    folder = tmp_path / kind
    folder.mkdir(exist_ok=True)
    (folder / f"{TEMPORARY}1-left").write_bytes(b"half a file")
    (folder / "whole").write_bytes(b"")
    assert open_store(tmp_path).sweep(older_than_seconds=-60) == 1
    assert [path.name for path in folder.iterdir() if path.is_file()] == ["whole"]


def test_a_damaged_study_record_is_named(tmp_path):
    (tmp_path / "study.json").write_text('{"schema": 1, "st')
    with pytest.raises(UsageError, match=r"study\.json"):
        open_store(tmp_path).load_record()


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
