"""The row of one run: what was run, what came out, and where it ran."""

import math
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Final

from ablation.errors import UsageError
from ablation.results.canonical import check_json
from ablation.results.key import check_key

FINAL: Final = ("ok", "diverged")
"""Statuses that end a run for good."""

UNFINISHED: Final = ("out_of_memory", "error", "timeout")
"""Statuses of attempts: the run is still to be done."""


_ALIKE: Final = ("study", "cell", "status", "config", "identity", "provenance")
"""Entries that many rows of a study have in common."""


@dataclass(frozen=True, slots=True)
class Row:
    """The result of training one cell with one seed; immutable, and written exactly once.

    Numbers that are not finite become None, as strict JSON cannot hold them; `status` says why.

    Attributes:
        key: 64 hexadecimal digits, from `run_key`.
        study: The study's name; any text.
        cell: Short id of the cell, from `cell_key`.
        seed: The run's seed.
        status: `ok` or `diverged` (final); `out_of_memory`, `error` or `timeout` (an attempt).
        config: Flat, full, resolved config: dotted key → JSON value, values equal to defaults included.
        responses: Name → number, or None where it could not be measured.
        history: Name → one number (or None) per epoch.
        identity: What else determined the result, as given to `run_key`.
        provenance: Versions, commit, device: text each.
        started: ISO 8601, UTC.
        finished: ISO 8601, UTC.
        seconds: Wall-clock seconds of the run.
        error: What went wrong, for people.
        log: Path of the log, relative to the study's folder.
    """

    key: str
    study: str
    cell: str
    seed: int
    status: str
    config: Mapping[str, object]
    responses: Mapping[str, float | None]
    identity: Mapping[str, object]
    provenance: Mapping[str, str]
    started: str
    finished: str
    seconds: float
    history: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    error: str | None = None
    log: str | None = None

    def __post_init__(self) -> None:
        check_key(self.key)
        _check_status(self.status)
        _check_integer(self.seed, "seed")
        for name in ("study", "cell", "started", "finished"):
            _check_string(getattr(self, name), name)
        for name in ("error", "log"):
            if getattr(self, name) is not None:
                _check_string(getattr(self, name), name)
        for name in ("config", "identity"):
            self._set(name, dict(_mapping(getattr(self, name), name)))
            check_json(getattr(self, name), name)
        for name, text in _mapping(self.provenance, "provenance").items():
            _check_string(name, "provenance")
            _check_string(text, f"provenance.{name}")
        self._set("provenance", dict(self.provenance))
        self._set("responses", _numbers(_mapping(self.responses, "responses"), "responses"))
        self._set("history", _histories(_mapping(self.history, "history")))
        self._set("seconds", _seconds(self.seconds))

    @property
    def is_final(self) -> bool:
        """Whether this row ends its run; otherwise it is one more attempt."""
        return self.status in FINAL

    def share(self, known: dict[str, object]) -> None:
        """Keep equal parts of several rows in memory once: most of ten thousand rows is the same.

        Args:
            known: The parts so far, by their text; those of this row are added.
        """
        for name in _ALIKE:
            value = getattr(self, name)
            self._set(name, known.setdefault(repr(value), value))
        names = {name: known.setdefault(repr(name), name) for name in self.responses}
        self._set("responses", {names[name]: value for name, value in self.responses.items()})

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)


COLUMNS: Final = tuple(column.name for column in fields(Row))
"""Names of a row's entries, in the order in which they are written."""


def _check_status(status: object) -> None:
    if status not in (*FINAL, *UNFINISHED):
        raise UsageError(f"status: expected one of {', '.join((*FINAL, *UNFINISHED))}. Received: {status!r}.")


def _check_integer(value: object, name: str) -> None:
    if type(value) is not int:
        raise UsageError(f"{name}: expected an integer. Received: {value!r}.")


def _check_string(value: object, name: str) -> None:
    if not isinstance(value, str):
        raise UsageError(f"{name}: expected a string. Received: {value!r}.")
    if not value.isascii():
        check_json(value, name)


def _mapping(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{name}: expected a mapping. Received: {value!r}.")
    return value


def _seconds(value: object) -> float:
    seconds = _number(value, "seconds")
    if seconds is None or seconds < 0:
        raise UsageError(f"seconds: expected a finite number of seconds from 0. Received: {value!r}.")
    return seconds


def _number(value: object, name: str) -> float | None:
    """The number as a float; None for None and for numbers that are not finite."""
    if type(value) is not float:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise UsageError(f"{name}: expected a number or null. Received: {value!r}.")
        try:
            value = float(value)
        except OverflowError as error:
            raise UsageError(
                f"{name}: expected a number that a float can hold. Received: {value!r}."
            ) from error
    return value if math.isfinite(value) else None


def _numbers(values: Mapping[str, object], where: str) -> dict[str, float | None]:
    for name in values:
        _check_string(name, where)
    return {name: _number(value, f"{where}.{name}") for name, value in values.items()}


def _histories(values: Mapping[str, object]) -> dict[str, list[float | None]]:
    histories = {}
    for name, sequence in values.items():
        _check_string(name, "history")
        if isinstance(sequence, str) or not isinstance(sequence, Sequence):
            raise UsageError(f"history.{name}: expected a list of numbers. Received: {sequence!r}.")
        where = f"history.{name}"
        histories[name] = [
            value if type(value) is float and math.isfinite(value) else _number(value, where)
            for value in sequence
        ]
    return histories
