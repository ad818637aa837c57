"""The store on a file system, local or shared: one immutable JSON file per run.

    runs/<study>/study.json                            the study's record
                 stops/<sweep>                         tells a sweep's jobs to begin no more runs
                 rows/<key>.json                       the row of a run; never changed
                 attempts/<key>.claim                  while a run is being trained for the first time
                 attempts/<key>/attempt-0002.claim     while it is tried again
                 attempts/<key>/attempt-0001.json      what an attempt gave that is not the run's row

A row whose file is damaged is never moved, as whoever moves it might move the good row that another process
has put there meanwhile. It stays, and the run's next row goes beside it, as `<key>.2.json`: the first intact
file is the row.
"""

import os
import re
from pathlib import Path

from ablation.errors import UsageError
from ablation.files import (
    TEMPORARY,
    Disk,
    link_new,
    make_folders,
    refusals,
    remove_quietly,
    replace_durably,
    unique_path,
)
from ablation.results.claim import Claim
from ablation.results.encoding import DamagedRowError, decode, encode
from ablation.results.folder.attempts import FolderAttempts
from ablation.results.key import check_key
from ablation.results.record import StudyRecord, decode_record, encode_record
from ablation.results.row import Row
from ablation.results.store import LEASE_SECONDS, STOP_SECONDS, Attempt, Quarantined, Snapshot

_SUFFIXES = (".json", ".2.json", ".3.json", ".4.json")
_ROW_NAME = re.compile(r"([0-9a-f]{64})(\.json|\.[234]\.json)")


class FolderStore:
    """See `Store`. Files are all it needs, so that machines need to share nothing but a file system."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        lease_seconds: float = LEASE_SECONDS,
        disk: Disk | None = None,
    ) -> None:
        self.path = Path(path)
        self.disk = disk or Disk()
        self._rows = self.path / "rows"
        self._attempts = FolderAttempts(self.path / "attempts", self.disk, lease_seconds)

    @property
    def place(self) -> str:
        """The study's folder."""
        return str(self.path)

    def check_writable(self, n_bytes: int = 1 << 20) -> None:
        """See `Store`: write, sync and link a file, then compare what is free with what is needed."""
        with refusals("write to", self.path):
            make_folders(self.disk, self._rows)
            probe = unique_path(self._rows)
            try:
                if not link_new(self.disk, probe, b"probe"):
                    raise UsageError(
                        f"{probe} exists already, although its name is random. Run the same command again."
                    )
            finally:
                remove_quietly(self.disk, probe)
            space = self.disk.space(self.path)
        free = space.f_bavail * space.f_frsize
        if free < n_bytes or (space.f_files and space.f_favail < 16):
            raise UsageError(
                f"{self.path}: expected {n_bytes:,} bytes of free space for the rows. Received: "
                f"{free:,} bytes and {space.f_favail:,} files. Free some space, or choose another folder."
            )

    def find(self, key: str) -> Row | None:
        """See `Store`."""
        with refusals("read the rows in", self._rows):
            return self._find(check_key(key))

    def claim(self, key: str) -> Claim | None:
        """See `Store`."""
        if self.find(key) is not None:
            return None
        with refusals("claim a run in", self._attempts.folder):
            claim = self._attempts.claim(key)
        if claim is not None and self.find(key) is not None:  # finished between looking and claiming
            claim.release()
            return None
        return claim

    def commit(self, row: Row, claim: Claim | None = None) -> bool:
        """See `Store`: a link never overwrites, so the first row stays; a later one is kept as an attempt."""
        data = encode(row)
        with refusals("write a row to", self.path):
            if row.is_final and self._place_row(row.key, data):
                return True
            self._attempts.record(row.key, data, claim.attempt if claim else None)
            return False

    def attempts(self, key: str) -> tuple[Attempt, ...]:
        """See `Store`."""
        with refusals("read the attempts in", self._attempts.folder):
            attempts, _ = self._attempts.read(check_key(key))
        return _only_records(attempts) if self.find(key) else tuple(attempts)

    def attempted(self) -> list[str]:
        """See `Store`."""
        with refusals("read the attempts in", self._attempts.folder):
            return self._attempts.keys()

    def scan(self) -> Snapshot:
        """See `Store`. Attempts are read first: a run that ends in between is among the rows."""
        record = self.load_record() or StudyRecord()
        with refusals("read the results in", self.path):
            read = {key: self._attempts.read(key) for key in self._attempts.keys()}  # noqa: SIM118  (no mapping)
            rows, quarantined = self._scan_rows()
        attempts = {
            key: _only_records(each) if key in rows else tuple(each) for key, (each, _) in read.items()
        }
        quarantined += [bad for _, damaged in read.values() for bad in damaged]
        return Snapshot(
            record, rows, {key: each for key, each in attempts.items() if each}, tuple(quarantined)
        )

    def save_record(self, record: StudyRecord) -> None:
        """See `Store`."""
        data, path = encode_record(record).encode(), self.path / "study.json"
        with refusals("write", path):
            make_folders(self.disk, self.path)
            replace_durably(self.disk, path, data)

    def load_record(self) -> StudyRecord | None:
        """See `Store`."""
        path = self.path / "study.json"
        with refusals("read", path):
            try:
                data = self.disk.read(path)
            except FileNotFoundError:
                return None
        return decode_record(data, str(path))

    def stop(self, sweep: str) -> None:
        """See `Store`."""
        path = self._stop_path(sweep)
        with refusals("write", path):
            make_folders(self.disk, path.parent)
            link_new(self.disk, path, b"")

    def is_stopped(self, sweep: str) -> bool:
        """See `Store`."""
        path = self._stop_path(sweep)
        with refusals("read", path):
            return path.name in self.disk.names(path.parent)

    def sweep(self, older_than_seconds: float = 3600.0) -> int:
        """See `Store`: unfinished files, and claims of finished runs that no living process holds."""
        with refusals("tidy", self.path):
            if not self.path.is_dir():
                return 0
            keys = self._attempts.keys()
            kinds = ("", "rows", "attempts", "arrays", "weights", "report", "stops")
            folders = [*(self.path / kind for kind in kinds), *(self._attempts.folder / key for key in keys)]
            n_removed = sum(self._remove_old(folder, TEMPORARY, older_than_seconds) for folder in folders)
            n_removed += self._remove_old(self.path / "stops", "", max(older_than_seconds, STOP_SECONDS))
            return n_removed + sum(self._attempts.remove_claims(key) for key in keys if self._find(key))

    def _find(self, key: str) -> Row | None:
        for suffix in _SUFFIXES:
            try:
                return self._read(self._rows / f"{key}{suffix}", key)
            except (FileNotFoundError, DamagedRowError):
                continue
        return None

    def _read(self, path: Path, key: str) -> Row:
        row = decode(self.disk.read(path))
        if row.key != key:
            raise DamagedRowError(f"key: expected {key}, as the file is called. Received: {row.key}.")
        if not row.is_final:
            raise DamagedRowError(
                f"status: expected ok or diverged. Received: {row.status}, which is an attempt's."
            )
        return row

    def _place_row(self, key: str, data: bytes) -> bool:
        """Make this the row of its key; False if it has another."""
        if (existing := self._find(key)) is not None:
            return encode(existing) == data
        make_folders(self.disk, self._rows)
        for suffix in _SUFFIXES:
            path = self._rows / f"{key}{suffix}"
            if link_new(self.disk, path, data):
                self.disk.sync_folder(self._rows)
                return True
            try:
                return encode(self._read(path, key)) == data
            except (DamagedRowError, FileNotFoundError):
                continue
        raise UsageError(
            f"{self._rows / key}*.json: all files of this run are damaged. "
            "Check the disk, remove them and run again."
        )

    def _scan_rows(self) -> tuple[dict[str, Row], list[Quarantined]]:
        rows: dict[str, Row] = {}
        known: dict[str, object] = {}
        quarantined = []
        for name in sorted(self.disk.names(self._rows), key=lambda name: (name[:64], len(name), name)):
            path = self._rows / name
            try:
                if name.startswith("."):
                    continue
                if (match := _ROW_NAME.fullmatch(name)) is None:
                    raise DamagedRowError("its name is not that of a row")
                row = self._read(path, match[1])
                if row.key in rows:
                    raise DamagedRowError("a second row of its run: the first one counts")
                row.share(known)
                rows[row.key] = row
            except (DamagedRowError, IsADirectoryError) as error:
                quarantined.append(Quarantined(str(path), str(error)))
        return rows, quarantined

    def _stop_path(self, sweep: str) -> Path:
        if not sweep.isalnum():
            raise UsageError(f"hydra.sweeper.sweep: expected letters and digits. Received: {sweep!r}.")
        return self.path / "stops" / sweep

    def _remove_old(self, folder: Path, start: str, older_than_seconds: float) -> int:
        """Remove files whose names start so, once they are old."""
        names = [name for name in self.disk.names(folder) if name.startswith(start)]
        now = self._attempts.now() if names else 0.0
        n_removed = 0
        for path in (folder / name for name in names):
            try:
                if now - self.disk.status(path).st_mtime > older_than_seconds:
                    remove_quietly(self.disk, path)
                    n_removed += 1
            except FileNotFoundError:
                continue
        return n_removed


def _only_records(attempts: list[Attempt]) -> tuple[Attempt, ...]:
    """Claims on a finished run are obsolete."""
    return tuple(attempt for attempt in attempts if attempt.row is not None)
