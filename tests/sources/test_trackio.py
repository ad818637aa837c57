"""A project's database, as trackio 0.43.0 wrote it."""

import math
import sqlite3

from ablation.sources import read
from tests.sources.conformance import SourceConformance


class TestProject(SourceConformance):
    archive, place, failed = "trackio", "planted.db", ""

    def test_the_last_value_of_a_metric_counts_and_words_for_numbers_are_numbers(self):
        found = read(self.source)
        assert found["train.acc"].eq(0.5).all()
        assert math.isnan(found["grad"][0])
        assert found["grad"][5] == math.inf

    def test_trackios_own_entries_are_no_flags(self):
        assert [name for name in read(self.source) if name.startswith("_")] == []

    def test_a_database_in_wal_mode_is_read_without_a_file_beside_it(self):
        with sqlite3.connect(self.source) as database:
            database.execute("PRAGMA journal_mode = WAL")
        database.close()
        before = sorted(self.folder.iterdir())
        assert len(read(self.source)) == 24
        assert sorted(self.folder.iterdir()) == before
