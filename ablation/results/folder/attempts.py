"""Attempts in a folder: `attempts/<key>/attempt-0002.claim` while one runs, then `.json` with its result.

The first claim is `attempts/<key>.claim`: nearly all runs need no other, and a folder of their own would cost
more than many a run, as some file systems take milliseconds to remove one.

A claim is linked to its name, which only one process can, and kept alive by touching it. Nobody moves or
removes another's claim: who steals makes the next number. A claim that is released goes; one whose holder
died stays, and counts as a lost attempt.
"""

import contextlib
import json
import os
import re
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ablation.files import Disk, link_new, make_folders, remove_quietly, unique_path
from ablation.results.claim import Claim
from ablation.results.encoding import DamagedRowError, decode
from ablation.results.holder import holder_name, is_gone, read_holder, this_process
from ablation.results.key import is_key
from ablation.results.store import BEATS_PER_LEASE, Attempt, Quarantined

_NAME = re.compile(r"attempt-(\d{4,})\.(claim|json)")
_FIRST = ".claim"
_N_TRIES = 100


@dataclass(frozen=True)
class FolderAttempts:
    """The attempts at the runs of one study.

    Attributes:
        folder: `runs/<study>/attempts`.
        disk: The file system.
        lease_seconds: How long a claim holds without a heartbeat, unless the claim itself says otherwise.
    """

    folder: Path
    disk: Disk
    lease_seconds: float

    def claim(self, key: str) -> Claim | None:
        """Claim the next attempt; None while a living process holds a claim."""
        for _ in range(_N_TRIES):
            numbered = self._numbered(key)
            if any(self._alive(path) for path in _open_claims(numbered)):
                return None
            number = 1 + max(numbered, default=0)
            path = self._claim_path(key, number)
            if not self._create(path):
                continue  # somebody was faster: look again
            if self._is_alone(key, path, number):
                every_seconds = self.lease_seconds / BEATS_PER_LEASE
                return Claim(
                    key, number, every_seconds, partial(self._beat, path), partial(self._release, path)
                )
            self._release(path)
        return None

    def record(self, key: str, data: bytes, number: int | None) -> Path:
        """Write an attempt's result durably, under its number or, if that is taken, the next free one."""
        folder = self.folder / key
        number = number or 1 + max(self._numbered(key), default=0)
        while True:
            path = folder / f"attempt-{number:04d}.json"
            try:
                make_folders(self.disk, folder)
                if link_new(self.disk, path, data):
                    self.disk.sync_folder(folder)
                    self.disk.sync_folder(self.folder)
                    return path
                number += 1
            except FileNotFoundError:
                continue  # the empty folder was removed in between

    def read(self, key: str) -> tuple[list[Attempt], list[Quarantined]]:
        """Read all attempts at one run, in order of their numbers."""
        attempts, quarantined = [], []
        numbered = self._numbered(key)
        claims = _open_claims(numbered)
        for number, paths in sorted(numbered.items()):
            for path in paths:
                try:
                    if path.suffix == ".json":
                        attempts.append(self._read_record(key, number, path))
                    elif path in claims:
                        attempts.append(self._read_claim(key, number, path))
                except DamagedRowError as error:
                    quarantined.append(Quarantined(str(path), str(error)))
                except FileNotFoundError:
                    continue  # released in between
        return attempts, quarantined

    def keys(self) -> list[str]:
        """Return the keys that have a folder or a claim here."""
        names = dict.fromkeys(name.removesuffix(_FIRST) for name in self.disk.names(self.folder))
        return [name for name in names if is_key(name)]

    def remove_claims(self, key: str) -> int:
        """Remove claims that dead processes have left on a finished run; return how many."""
        paths = [path for paths in self._numbered(key).values() for path in paths if path.suffix == ".claim"]
        dead = [path for path in paths if not self._alive(path)]
        for path in dead:
            self._release(path)
        return len(dead)

    def now(self) -> float:
        """Read the file system's own clock, in seconds since 1970: machines' clocks differ."""
        path = unique_path(self.folder)
        try:
            os.close(self.disk.open_new(path))
            return self.disk.status(path).st_mtime
        except OSError:  # a reader without the right to write
            return time.time()
        finally:
            remove_quietly(self.disk, path)

    def _numbered(self, key: str) -> dict[int, list[Path]]:
        """The files of each attempt."""
        numbered: dict[int, list[Path]] = {}
        with contextlib.suppress(FileNotFoundError):
            self.disk.status(first := self._claim_path(key, 1))
            numbered[1] = [first]
        for name in self.disk.names(self.folder / key):
            if match := _NAME.fullmatch(name):
                numbered.setdefault(int(match[1]), []).append(self.folder / key / name)
        return numbered

    def _claim_path(self, key: str, number: int) -> Path:
        return self.folder / (f"{key}{_FIRST}" if number == 1 else f"{key}/attempt-{number:04d}.claim")

    def _create(self, path: Path) -> bool:
        """Make the claim; False if it exists, or if its folder has just been removed."""
        content = this_process() | {"lease_seconds": self.lease_seconds}
        try:
            make_folders(self.disk, self.folder)
            if path.parent != self.folder:
                self.disk.make_folder(path.parent)
            return link_new(self.disk, path, json.dumps(content).encode(), durable=False)
        except FileNotFoundError:
            return False

    def _is_alone(self, key: str, path: Path, number: int) -> bool:
        """Whether no attempt of this or a later number was made between looking and claiming."""
        numbered = self._numbered(key)
        return max(numbered, default=0) == number and numbered[number] == [path]

    def _alive(self, path: Path) -> bool:
        try:
            holder = read_holder(self.disk.read(path))
            beaten = self.disk.status(path).st_mtime
        except FileNotFoundError:
            return False
        if is_gone(holder):
            return False
        lease_seconds = holder.get("lease_seconds")
        lease = lease_seconds if isinstance(lease_seconds, int | float) else self.lease_seconds
        return self.now() - beaten <= lease

    def _beat(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            self.disk.touch(path)

    def _release(self, path: Path) -> None:
        remove_quietly(self.disk, path)
        if path.parent != self.folder:
            with contextlib.suppress(OSError):  # others' claims or records may be in it
                self.disk.remove_folder(path.parent)

    def _read_record(self, key: str, number: int, path: Path) -> Attempt:
        row = decode(self.disk.read(path))
        if row.key != key:
            raise DamagedRowError(f"key: expected {key}, as its folder is called. Received: {row.key}.")
        return Attempt.of(row, number, str(path))

    def _read_claim(self, key: str, number: int, path: Path) -> Attempt:
        holder = read_holder(self.disk.read(path))
        status = "running" if self._alive(path) else "lost"
        return Attempt(key, number, status, None, str(path), holder_name(holder))


def _open_claims(numbered: dict[int, list[Path]]) -> list[Path]:
    """The claims of attempts that have no result yet."""
    are_open = (paths for paths in numbered.values() if all(path.suffix == ".claim" for path in paths))
    return [path for paths in are_open for path in paths]
