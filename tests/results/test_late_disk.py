"""Files that reach the disk behind the program: all of them, and a refusal is told."""

import os
import pickle
import threading
import time

import pytest

from ablation.files import Disk, link_new
from ablation.results import open_store
from ablation.results.folder import late_disk
from ablation.results.folder.late_disk import LateDisk
from tests.results.acts import WANTED


@pytest.fixture
def synced(monkeypatch):
    """Inodes that have been synced, and a lock that keeps the disk from syncing."""
    found, busy, sync = [], threading.Lock(), os.fsync

    def slow(descriptor):
        with busy:
            found.append(os.fstat(descriptor).st_ino)
            sync(descriptor)

    monkeypatch.setattr(late_disk.os, "fsync", slow)
    return found, busy


def test_every_row_is_on_the_disk_after_waiting_and_none_is_waited_for_before(tmp_path, synced):
    found, busy = synced
    store = open_store(tmp_path, disk=LateDisk())
    with busy:
        assert all(store.commit(row) for row in WANTED)
        rows = {row.key: row for row in WANTED}
        assert dict(open_store(tmp_path).scan().rows) == rows, "a killed process would have lost none"
        assert found == []
    store.disk.wait()
    places = [tmp_path / "rows", *(tmp_path / f"rows/{key}.json" for key in rows)]
    assert {path.stat().st_ino for path in places} <= set(found)


def test_what_was_written_reaches_the_disk_by_itself(tmp_path, synced):
    found, _ = synced
    assert link_new(LateDisk(), tmp_path / "file", b"content")
    until = time.monotonic() + 20
    while not found and time.monotonic() < until:
        time.sleep(0.02)
    assert found == [(tmp_path / "file").stat().st_ino]


def test_no_more_than_some_files_wait(tmp_path, synced, monkeypatch):
    monkeypatch.setattr(late_disk, "_MOST", 3)
    found, busy = synced
    disk = LateDisk()
    with busy:
        writer = threading.Thread(
            target=lambda: [link_new(disk, tmp_path / str(i), b"content") for i in range(20)]
        )
        writer.start()
        writer.join(0.5)
        n_named = len([path for path in tmp_path.iterdir() if not path.name.startswith(".")])
        assert writer.is_alive()
        assert n_named <= 3 + 3, "three that are being synced, and three that wait for it"
    writer.join()
    disk.wait()
    assert len(found) == 20


def test_a_refusal_is_raised_once(tmp_path, monkeypatch):
    disk = LateDisk()
    monkeypatch.setattr(late_disk.os, "fsync", lambda _: os.write(-1, b""))
    link_new(disk, tmp_path / "file", b"content")
    with pytest.raises(OSError, match="Bad file descriptor"):
        disk.wait()
    disk.wait()


def test_another_process_waits_for_its_disk():
    assert type(pickle.loads(pickle.dumps(LateDisk()))) is Disk
