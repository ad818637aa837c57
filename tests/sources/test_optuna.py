"""Optuna's storages, as Optuna 5.0.0 wrote them; where Optuna is installed, also as it writes them now."""

import sqlite3
from pathlib import Path

import pytest

from ablation.errors import UsageError
from ablation.sources import read
from tests.sources.conformance import SourceConformance
from tests.sources.planted import unpack


class TestSQLite(SourceConformance):
    archive, place, failed, columns = "optuna", "optuna.db", "FAIL", {"loss": "value"}

    def test_a_url_is_taken_like_a_path(self):
        assert read(f"sqlite:///{self.source}").equals(read(self.source))

    def test_a_newer_form_is_refused(self):
        with sqlite3.connect(self.source) as database:
            database.execute("UPDATE version_info SET schema_version = 13, library_version = '6.0.0'")
        database.close()
        with pytest.raises(UsageError, match=r"schema 12 or older. Received: schema 13, of Optuna 6.0.0"):
            read(self.source)

    def test_a_locked_database_is_a_sentence(self, monkeypatch):
        monkeypatch.setattr("ablation.sources.databases._PATIENCE_SECONDS", 0.05)
        holder = sqlite3.connect(self.source, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(UsageError, match=r"database is locked. Wait until its writer is done"):
            read(self.source, source="optuna")
        holder.close()

    def test_of_several_studies_one_must_be_named(self):
        with sqlite3.connect(self.source) as database:
            database.execute("INSERT INTO studies VALUES (7, 'other')")
        database.close()
        with pytest.raises(UsageError, match=r"study=NAME. Received: none; there are: planted, other"):
            read(self.source)
        with pytest.raises(UsageError, match=r"study: expected a study in .*: planted, other. Received: x"):
            read(self.source, study="x")
        assert len(read(self.source, study="planted")) == 24


class TestJournal(SourceConformance):
    archive, place, failed, columns = "optuna", "journal.log", "FAIL", {"loss": "value"}

    def test_an_event_that_is_not_known_is_refused(self):
        path = Path(self.source)
        path.write_text(path.read_text() + '{"op_code":11,"worker_id":"x"}\n')
        with pytest.raises(
            UsageError,
            match=r"journal.log, line \d+: expected an event .* as Optuna 5 writes it\. Received: .*11",
        ):
            read(self.source)

    def test_a_study_that_a_second_worker_tried_to_create_is_no_second_study(self):
        path = Path(self.source)
        first, _, rest = path.read_text().partition("\n")
        path.write_text(f"{first}\n{first}\n{rest}")
        assert len(read(self.source)) == 24


def test_both_storages_hold_the_same(tmp_path):
    folder = unpack("optuna", tmp_path)
    columns = ["run", "status", "act", "opt.name", "seed", "value"]
    assert read(folder / "optuna.db")[columns].equals(read(folder / "journal.log")[columns])
