"""TensorBoard: a folder for each run, with the flags for the HParams plugin (https://www.tensorflow.org/tensorboard).

A run is one event file, written beside its place and then moved there: it is there whole or not at all.
"""

import contextlib
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from ablation.naming import slug
from ablation.trackers.tracker import LoggedRun, Tracker, as_texts

_SUCCESS, _FAILURE = 1, 2
_NAME = re.compile(r"events\.out\.tfevents\.\d+\.([0-9a-f]{64})\.(ok|failed)$")


class _Folder:
    def __init__(self, folder: Path) -> None:
        from tensorboard.summary.writer.record_writer import RecordWriter

        self.folder, self._writer = folder, RecordWriter
        self._former: dict[str, list[Path]] = {}

    @property
    def place(self) -> str:
        return str(self.folder)

    def sent(self, keys: Collection[str]) -> dict[str, bool]:
        there: dict[str, bool] = {}
        self._former.clear()
        for path in self.folder.glob("*/events.out.tfevents.*"):
            if (match := _NAME.match(path.name)) and match[1] in keys:
                self._former.setdefault(match[1], []).append(path)
                there[match[1]] = there.get(match[1], True) and match[2] == "failed"
        return there

    def send(self, run: LoggedRun) -> None:
        place = self.folder / f"{slug(run.name)}-{run.key[:8]}"
        place.mkdir(parents=True, exist_ok=True)
        ending = "failed" if run.is_failed else "ok"
        name = f"events.out.tfevents.{int(run.finished.timestamp())}.{run.key}.{ending}"
        partial = place / f".partial-{ending}"
        with partial.open("wb") as file:
            writer = self._writer(file)
            for event in _events(run):
                writer.write(event)
        partial.replace(place / name)
        for path in self._former.pop(run.key, []):
            if path != place / name:
                path.unlink()
                with contextlib.suppress(OSError):  # of a run that had another name
                    path.parent.rmdir()

    def close(self) -> None:
        """Nothing is open."""


def _events(run: LoggedRun) -> Iterator[bytes]:
    """The records of a run's event file."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    at = run.finished.timestamp()
    yield Event(wall_time=at, file_version="brain.Event:2").SerializeToString()
    start, end, text = _about(run)
    yield Event(wall_time=at, summary=Summary(value=[start, text])).SerializeToString()
    for step, measured in enumerate(run.epochs(), 1):
        values = [Summary.Value(tag=name, simple_value=value) for name, value in measured.items()]
        yield Event(wall_time=at, step=step, summary=Summary(value=values)).SerializeToString()
    last = [Summary.Value(tag=name, simple_value=value) for name, value in run.responses.items()]
    yield Event(wall_time=at, summary=Summary(value=[*last, end])).SerializeToString()


def _about(run: LoggedRun) -> tuple[Any, Any, Any]:
    """How a run began, how it ended, and what else is known of it, for the plugins HParams and Text."""
    from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
    from tensorboard.plugins.hparams import metadata
    from tensorboard.plugins.hparams.plugin_data_pb2 import (
        HParamsPluginData,
        SessionEndInfo,
        SessionStartInfo,
    )
    from tensorboard.util.tensor_util import make_tensor_proto

    start = SessionStartInfo(start_time_secs=run.started.timestamp(), monitor_url=run.notes["report"])
    texts = as_texts(run.flags)
    for name, value in run.flags.items():
        kind = "bool" if isinstance(value, bool) else "number" if isinstance(value, int | float) else "string"
        setattr(start.hparams[name], f"{kind}_value", texts[name] if kind == "string" else value)
    end = SessionEndInfo(
        status=_FAILURE if run.is_failed else _SUCCESS, end_time_secs=run.finished.timestamp()
    )

    def plugin(tag: str, **info: Any) -> Any:
        about = metadata.create_summary_metadata(HParamsPluginData(**info))
        return Summary.Value(tag=tag, metadata=about, tensor=metadata.NULL_TENSOR)

    table = "\n".join(["| | |", "|---|---|", *(f"| {k} | {_cell(v)} |" for k, v in run.notes.items())])
    note = Summary.Value(
        tag="run",
        metadata=SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text")),
        tensor=make_tensor_proto(table),
    )
    return (
        plugin(metadata.SESSION_START_INFO_TAG, session_start_info=start),
        plugin(metadata.SESSION_END_INFO_TAG, session_end_info=end),
        note,
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _open(study: str, folder: Path, uri: str | None) -> _Folder:
    return _Folder(Path(uri) / slug(study) if uri else folder / "tensorboard")


TRACKER = Tracker(
    "tensorboard",
    "tensorboard",
    "a folder, in which the study has its own; without, tensorboard/ in the study's folder",
    _open,
)
