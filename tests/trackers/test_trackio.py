"""A project of trackio 0.43.0, read back by its own storage and by our own source."""

from pathlib import Path

from tests.trackers.conformance import TrackerConformance


class TestTrackio(TrackerConformance):
    name, failed = "trackio", ""

    @property
    def place(self):
        return str(Path("trackio/mine.db"))

    def prepare(self, monkeypatch):
        import trackio.sqlite_storage
        import trackio.utils

        folder = Path("trackio").absolute()
        for module in (trackio.utils, trackio.sqlite_storage):
            monkeypatch.setattr(module, "TRACKIO_DIR", folder)

    def history(self):
        from trackio.sqlite_storage import SQLiteStorage

        found = {}
        for record in SQLiteStorage.get_run_records("mine"):
            config = SQLiteStorage.get_run_config("mine", record["name"], run_id=record["id"])
            values = found.setdefault(config["ablation.key"], {})
            for line in SQLiteStorage.get_logs("mine", record["name"], run_id=record["id"]):
                for name, value in line.items():
                    if name.startswith("history/"):
                        values.setdefault(name, []).append(float(value))
        return found

    def midst(self):
        import trackio.run

        return trackio.run.Run, "log"
