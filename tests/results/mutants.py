"""Stores that look plausible and lose results. The suite must catch every one of them."""

from __future__ import annotations

import contextlib
import os
from functools import partial
from pathlib import Path

from ablation.files import Disk, make_folders
from ablation.results.claim import Claim
from ablation.results.encoding import DamagedRowError, decode, encode
from ablation.results.folder.attempts import FolderAttempts
from ablation.results.folder.store import FolderStore
from ablation.results.record import StudyRecord
from ablation.results.row import Row
from ablation.results.store import Quarantined, Snapshot


class InPlaceJson(FolderStore):
    """Writes each row straight to its name, and takes an existing file for a finished run."""

    def find(self, key: str) -> Row | None:
        path = self.path / "rows" / f"{key}.json"
        if not path.exists():
            return None
        try:
            return decode(self.disk.read(path))
        except DamagedRowError:
            return Row(**_PLACEHOLDER, key=key)

    def commit(self, row: Row, claim: Claim | None = None) -> bool:
        if not row.is_final:
            return super().commit(row, claim)
        make_folders(self.disk, self.path / "rows")
        data = encode(row)
        descriptor = os.open(self.path / "rows" / f"{row.key}.json", os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
        self.disk.write(descriptor, data[:100])
        self.disk.write(descriptor, data[100:])
        os.close(descriptor)
        return True


class CsvReadModifyWrite(FolderStore):
    """Keeps all rows in one file: reads it, adds a line, writes it back."""

    def find(self, key: str) -> Row | None:
        return self._read_all().get(key)

    def commit(self, row: Row, claim: Claim | None = None) -> bool:
        if not row.is_final:
            return super().commit(row, claim)
        make_folders(self.disk, self.path)
        rows = self._read_all()
        rows[row.key] = row
        path = self.path / "results.csv"
        lines = b"\n".join(encode(each).replace(b"\n", b"\x1f") for each in rows.values())
        descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
        self.disk.write(descriptor, lines)
        os.close(descriptor)
        return True

    def scan(self) -> Snapshot:
        rows, damaged = {}, []
        for line in self._lines():
            try:
                row = decode(line.replace(b"\x1f", b"\n"))
                rows[row.key] = row
            except DamagedRowError as error:
                damaged.append(Quarantined("results.csv", str(error)))
        return Snapshot(StudyRecord(), rows, {}, tuple(damaged))

    def _lines(self) -> list[bytes]:
        try:
            return (self.path / "results.csv").read_bytes().split(b"\n")
        except FileNotFoundError:
            return []

    def _read_all(self) -> dict[str, Row]:
        rows = {}
        for line in self._lines():
            with contextlib.suppress(DamagedRowError):
                row = decode(line.replace(b"\x1f", b"\n"))
                rows[row.key] = row
        return rows


class RenameStealing(FolderStore):
    """Steals a dead holder's claim by moving it away and making its own under the same name."""

    def __init__(self, path: str | Path, lease_seconds: float = 120.0, disk: Disk | None = None) -> None:
        super().__init__(path, lease_seconds, disk)
        self._attempts = _RenamingAttempts(self.path / "attempts", self.disk, lease_seconds)


class _RenamingAttempts(FolderAttempts):
    def claim(self, key: str) -> Claim | None:
        path = self.folder / key / "attempt-0001.claim"
        if path.exists():
            if self._alive(path):
                return None
            with contextlib.suppress(FileNotFoundError):
                self.disk.replace(path, path.with_name(f"stolen-{os.getpid()}"))
        if not self._create(path):
            return None
        return Claim(key, 1, 60.0, partial(self._beat, path), partial(self._release, path))


_PLACEHOLDER = {
    "study": "",
    "cell": "",
    "seed": 0,
    "status": "ok",
    "config": {},
    "responses": {},
    "identity": {},
    "provenance": {},
    "started": "",
    "finished": "",
    "seconds": 0.0,
}

MUTANTS = {"in_place_json": InPlaceJson, "csv": CsvReadModifyWrite, "rename_stealing": RenameStealing}
