"""TensorBoard's folders: scalars and the HParams plugin (https://www.tensorflow.org/tensorboard, 2.21.0).

A run is a folder whose event file has hyperparameters; its scalars may stand in it, in the folder above (as
torch has it) or in folders below (as Keras has it). Writers note success at the start, so it tells nothing.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ablation.errors import UsageError
from ablation.sources.run_files import below, natural, refused
from ablation.sources.source import Found, Run, Settings, Source
from ablation.sources.wire import fields, number, signed, text, tf_records

_HEAD = b"brain.Event:"
_VERSION = 2
_EVENTS = "*tfevents.*"
_START, _END = "_hparams_/session_start_info", "_hparams_/session_end_info"
_STATES = {2: "failed", 3: "running"}


@dataclass
class _Folder:
    """What the event files of one folder say: scalars by their name as (step, value), flags, how it ended."""

    scalars: dict[str, tuple[int, float]] = field(default_factory=dict)
    flags: dict[str, object] | None = None
    status: str = "running"
    started: float = 0.0


def _files(place: str) -> list[Path]:
    """Event files, those of a folder in the order in which they were written."""
    return sorted(below(place, _EVENTS), key=lambda path: (natural(path.parent), path.name))


def _is_here(place: str) -> bool:
    return any(True for _ in below(place, _EVENTS))


def _read(place: str, settings: Settings) -> Found:  # noqa: ARG001  (it has none)
    folders: dict[Path, _Folder] = {}
    for path in _files(place):
        _replay(path, folders.setdefault(path.parent, _Folder()))
    runs = [path for path, folder in folders.items() if folder.flags is not None]
    if not runs:
        raise UsageError(
            f"{place}: expected runs with hyperparameters, as `add_hparams` or the HParams plugin writes "
            f"them. Received: {len(folders)} folders without. Log them, or report a table"
        )
    return Found([_run(path, runs, folders, Path(place)) for path in runs])


def _run(path: Path, runs: list[Path], folders: dict[Path, _Folder], place: Path) -> Run:
    """A run with the scalars around it that can only be its own."""
    own = folders[path]
    scalars = {name: value for name, (_, value) in own.scalars.items()}
    above = folders.get(path.parent)
    if above and above.flags is None and sum(other.parent == path.parent for other in runs) == 1:
        scalars = {name: value for name, (_, value) in above.scalars.items()} | scalars
    for other, folder in folders.items():
        if folder.flags is None and path in other.parents:
            start = other.relative_to(path).as_posix()
            scalars |= {f"{start}/{name}": value for name, (_, value) in folder.scalars.items()}
    started = datetime.fromtimestamp(own.started, UTC).isoformat() if own.started else ""
    return Run(path.relative_to(place).as_posix(), own.flags or {}, scalars, own.status, started)


def _replay(path: Path, folder: _Folder) -> None:
    """Take what one event file says; a later value of a step replaces an earlier one.

    Raises:
        UsageError: it is damaged, or of a newer form.
    """
    try:
        for event in tf_records(path.read_bytes()):
            step, summary = 0, b""
            for key, value in fields(event):
                if key == 2 and isinstance(value, int):
                    step = signed(value)
                elif key == 5 and isinstance(value, bytes):
                    summary = value
                elif key == 3 and isinstance(value, bytes) and value != b"%s%d" % (_HEAD, _VERSION):
                    raise ValueError(f"version {text(value)}")
            for one, value in fields(summary):
                if one == 1 and isinstance(value, bytes):
                    _take(folder, step, dict(fields(value)))
    except (ValueError, struct.error, OverflowError) as error:
        raise refused(path, f"a complete event file of version {_VERSION}", str(error)) from error


def _take(folder: _Folder, step: int, value: dict[int, int | bytes]) -> None:
    tag, metadata = text(value.get(1, b"")), value.get(9, b"")
    if tag in (_START, _END) and isinstance(metadata, bytes):
        plugin = _message(metadata, 1)
        content = _message(plugin, 2)
        _take_session(folder, tag, content)
    elif (scalar := _scalar(value)) is not None and step >= folder.scalars.get(tag, (step,))[0]:
        folder.scalars[tag] = (step, scalar)


def _scalar(value: dict[int, int | bytes]) -> float | None:
    """The number of a summary: a field of its own, or a tensor with a single float."""
    if isinstance(simple := value.get(2), bytes):
        return number(simple)
    if not isinstance(tensor := value.get(8), bytes):
        return None
    parts = dict(fields(tensor))
    content = parts.get(4) or parts.get(5) or parts.get(6)
    sizes = {1: 4, 2: 8}
    kind = parts.get(1)
    if isinstance(content, bytes) and isinstance(kind, int) and sizes.get(kind) == len(content):
        return number(content)
    return None


def _take_session(folder: _Folder, tag: str, content: bytes) -> None:
    parts = list(fields(content))
    if tag == _START:
        start = next((part for n, part in parts if n == 3 and isinstance(part, bytes)), b"")
        folder.flags = dict(sorted(_hparams(start), key=lambda flag: flag[0]))
        folder.started = next((number(p) for n, p in fields(start) if n == 5 and isinstance(p, bytes)), 0.0)
        return
    for n, part in parts:
        if n == 4 and isinstance(part, bytes):
            end = dict(fields(part))
            state = end.get(1)
            folder.status = _STATES.get(state if isinstance(state, int) else 0, "")


def _hparams(start: bytes) -> Iterator[tuple[str, object]]:
    """Names and values of a `SessionStartInfo`: a map, which protobuf writes in any order."""
    for n, entry in fields(start):
        if n == 1 and isinstance(entry, bytes):
            parts = dict(fields(entry))
            value = parts.get(2, b"")
            yield text(parts.get(1, b"")), _value(value if isinstance(value, bytes) else b"")


def _value(message: bytes) -> object:
    """A `google.protobuf.Value`; whole numbers, which it keeps as floats, become integers."""
    for n, value in fields(message):
        if n == 2 and isinstance(value, bytes):
            value_of = number(value)
            return int(value_of) if value_of.is_integer() and abs(value_of) < 2**53 else value_of
        if n == 3:
            return text(value)
        if n == 4:
            return bool(value)
    return None


def _message(message: bytes, wanted: int) -> bytes:
    return next((part for n, part in fields(message) if n == wanted and isinstance(part, bytes)), b"")


SOURCE = Source("tensorboard", "a folder of TensorBoard's event files with HParams", {}, _is_here, _read)
