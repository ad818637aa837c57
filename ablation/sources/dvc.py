"""DVC's experiments, as `dvc exp show --json` prints them (https://dvc.org, 3.67.1).

The workspace and the commits that experiments start from are rows there, and no runs. What failed outside
of the queue has left nothing.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ablation.sources.run_files import head, numbers, refused
from ablation.sources.source import Found, Run, Settings, Source

_JSON, _CSV = b'[{"rev": "workspace"', b"Experiment,rev,typ,Created,parent,"


def _is_here(place: str) -> bool:
    start = head(place, len(_CSV))
    return start.startswith(_JSON) or start == _CSV


def _read(place: str, settings: Settings) -> Found:  # noqa: ARG001  (it has none)
    path = Path(place)
    data = path.read_bytes()
    if data.startswith(_CSV):
        raise refused(path, "what `dvc exp show --json` prints, which keeps types", "what --csv prints")
    try:
        shown = json.loads(data.decode())
        return Found([run for baseline in shown for run in _runs(baseline)])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"{type(error).__name__}: {error}"
        raise refused(path, "what `dvc exp show --json` of DVC 3 prints", problem) from error


def _runs(baseline: Mapping[str, Any]) -> Iterator[Run]:
    """The experiments that start from a commit; of the revisions of one the first is the last."""
    for experiment in baseline["experiments"] or ():
        last = experiment["revs"][0]
        data, executor = last["data"] or {}, experiment["executor"] or {}
        flags, responses = _joined(data.get("params", {})), _joined(data.get("metrics", {}))
        state = str(executor.get("state") or "success")
        status = "failed" if last["error"] else state
        name = experiment["name"] or last["rev"][:7]
        yield Run(name, flags, dict(numbers(responses)), status, data.get("timestamp") or "")


def _joined(files: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of all files; a name that two files have gets its file before it."""
    entries: dict[str, Any] = {}
    for file, content in files.items():
        for name, value in (content.get("data") or {}).items():
            entries[f"{file}:{name}" if name in entries else name] = value
    return entries


SOURCE = Source("dvc", "what `dvc exp show --json` prints, in a file", {}, _is_here, _read)
