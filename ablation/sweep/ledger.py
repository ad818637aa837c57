"""The ledger of a session of proposals: one file of JSON lines that only grows."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ablation.errors import UsageError
from ablation.files import refusals

Entry = Mapping[str, Any]

_START = b'{"n": '
"""Of every line."""


class Ledger:
    """The history of a session, and the only way to add to it.

    Each entry has its number, `n`, from 1. A line that a killed process left unfinished is no entry: the next
    one has its number. So a number that is missing tells of damage.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: list[Entry] = []
        self._descriptor = -1

    @contextmanager
    def held(self) -> Iterator["Ledger"]:
        """Read the file and lock it until the end of the context.

        Raises:
            UsageError: it cannot be written, is held by another process, or is damaged.
        """
        with refusals("write", self.path):
            self._descriptor = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            self._lock()
            text = self.path.read_bytes()
            self.entries = _entries(text, self.path)
            if text and not text.endswith(b"\n"):
                self._write(b"\n")
            yield self
        finally:
            os.close(self._descriptor)

    def add(self, what: str, **entry: object) -> Entry:
        """Append an entry durably.

        Args:
            what: its kind.
            entry: JSON values.
        """
        whole = {"n": len(self.entries) + 1, "what": what, **entry}
        with refusals("write", self.path):
            self._write(json.dumps(whole, ensure_ascii=False, allow_nan=False).encode() + b"\n")
        self.entries.append(whole)
        return whole

    def of(self, what: str, **fields: object) -> list[Entry]:
        """The entries of a kind that have these values, in their order."""
        return [
            entry
            for entry in self.entries
            if entry["what"] == what and all(entry.get(name) == value for name, value in fields.items())
        ]

    def _write(self, data: bytes) -> None:
        os.write(self._descriptor, data)
        os.fsync(self._descriptor)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(
                f"session: expected a session that nobody else decides in now. Received: {self.path}, which "
                "another process holds. Wait for it, or give each loop a session of its own"
            ) from error


def _entries(text: bytes, path: Path) -> list[Entry]:
    entries: list[Entry] = []
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            if line.startswith(_START[: len(line)]):
                continue  # unfinished
            entry = None
        if not isinstance(entry, dict) or entry.get("n") != len(entries) + 1 or "what" not in entry:
            raise UsageError(
                f"session: expected a ledger of `ablation decide`, entry {len(entries) + 1}. Received in "
                f"{path}: {line.decode(errors='replace')[:80]}. Name another file, or restore this one"
            )
        entries.append(entry)
    return entries
