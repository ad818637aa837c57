"""Folders that W&B wrote offline, and projects on its server (https://wandb.ai, 0.31.0).

A folder has `run-*.wandb`, a log of Protocol Buffers.
The numbers of fields are those of `wandb/proto/wandb_internal.proto`. A run without an exit record still
goes on, or was killed.
"""

import json
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ablation.sources.run_files import refused
from ablation.sources.source import Found, Run, Settings, Source
from ablation.sources.wandb_server import is_server, runs_of
from ablation.sources.wire import fields, leveldb_records, signed, text

_SUMMARY, _CONFIG, _RUN, _EXIT = 3, 5, 17, 18
_HEAD = b":W&B"
_VERSION = 0
"""The form of the log that is known."""

_WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_KILLED = 255

_Entries = dict[tuple[str, ...], object]


@dataclass
class _Kept:
    """What a log says of its run; of one that was resumed there are several."""

    name: str = ""
    config: _Entries = field(default_factory=dict)
    summary: _Entries = field(default_factory=dict)
    status: str = "running"
    started: str = ""


def _logs(place: str) -> list[Path]:
    """The logs in a run's folder, in a folder of them, or in the folder above; links are passed over."""
    root, logs = Path(place), dict[Path, None]()
    try:
        if root.suffix == ".wandb" and root.is_file():
            return [root]
        for pattern in ("run-*.wandb", "*/run-*.wandb", "wandb/*/run-*.wandb"):
            logs |= {path.resolve(): None for path in sorted(root.glob(pattern))}
    except (OSError, ValueError):
        return []
    return sorted(logs)


def _is_here(place: str) -> bool:
    return is_server(place) or bool(_logs(place))


def _read(place: str, settings: Settings) -> Found:
    if is_server(place):
        return Found([_online(node) for node in runs_of(place, settings.get("group"))])
    runs: dict[str, _Kept] = {}
    for path in _logs(place):
        _replay(path, runs)
    return Found([_run(kept) for kept in runs.values()])


def _replay(path: Path, runs: dict[str, _Kept]) -> None:
    """Take what one log says.

    Raises:
        UsageError: it is damaged, or of a newer form.
    """
    data = path.read_bytes()
    if data[:4] != _HEAD[: len(data)] or (len(data) > 6 and data[6] != _VERSION):
        raise refused(path, f"a W&B log of format {_VERSION}", f"a file that begins with {data[:7]!r}")
    key = path.stem.removeprefix("run-")
    kept = runs.setdefault(key, _Kept(key))
    kept.status = "running"
    try:
        for record in leveldb_records(data, 7):
            for number, value in fields(record):
                if isinstance(value, bytes):
                    _take(kept, number, value)
    except (ValueError, struct.error) as error:
        raise refused(path, "a whole log of W&B", str(error)) from error


def _take(kept: _Kept, number: int, value: bytes) -> None:
    if number == _CONFIG:
        _update(kept.config, value)
    elif number == _SUMMARY:
        _update(kept.summary, value)
    elif number == _EXIT:
        code = next((signed(code) for n, code in fields(value) if n == 1 and isinstance(code, int)), 0)
        kept.status = "finished" if code == 0 else "killed" if code == _KILLED else "failed"
    elif number == _RUN:
        for n, part in fields(value):
            if n == 4 and isinstance(part, bytes):
                _update(kept.config, part)
            elif n == 8:
                kept.name = text(part)
            elif n == 17 and isinstance(part, bytes):
                seconds = next((at for i, at in fields(part) if i == 1), 0)
                kept.started = datetime.fromtimestamp(int(seconds), UTC).isoformat()


def _update(kept: _Entries, record: bytes) -> None:
    """Set or remove what one record names; keys may be nested."""
    for number, item in fields(record):
        if number not in (1, 2) or not isinstance(item, bytes):
            continue
        parts = list(fields(item))
        key = tuple(text(part) for n, part in parts if n in (1, 2))
        if number == 2:
            kept.pop(key, None)
        else:
            kept[key] = json.loads(next((text(part) for n, part in parts if n == 16), "null"))


def _run(kept: _Kept) -> Run:
    runtime = kept.summary.get(("_runtime",))
    seconds = float(runtime) if isinstance(runtime, int | float) else None
    flags = {".".join(key): value for key, value in kept.config.items() if key[0] != "_wandb"}
    return Run(kept.name, flags, dict(_numbers(kept.summary)), kept.status, kept.started, seconds)


def _online(node: dict[str, Any]) -> Run:
    """A run as the server gives it; the config has each value in a mapping with what was said of it."""
    config: _Entries = {
        (key,): value["value"] if isinstance(value, dict) and "value" in value else value
        for key, value in json.loads(node["config"] or "{}").items()
        if key != "wandb_version"
    }
    summary: _Entries = {(key,): value for key, value in json.loads(node["summaryMetrics"] or "{}").items()}
    return _run(_Kept(node["displayName"] or node["name"], config, summary, node["state"], node["createdAt"]))


def _numbers(summary: _Entries) -> Iterator[tuple[str, float]]:
    """Names of numbers; W&B's own begin with `_`."""
    for key, value in summary.items():
        if key[0].startswith("_"):
            continue
        if isinstance(value, dict) and "_type" not in value:  # a picture, a table or the like has one
            inner = {(*key, name): one for name, one in value.items()}
            yield from _numbers(inner)
        elif isinstance(value, int | float):
            yield ".".join(key), float(value)
        elif isinstance(value, str) and value in _WORDS:
            yield ".".join(key), _WORDS[value]


SOURCE = Source(
    "wandb",
    "a folder of W&B's offline runs (wandb), or a project on its server (wandb://entity/project)",
    {"group": "the group of a W&B project whose runs are wanted"},
    _is_here,
    _read,
)
