"""Files in the folder of a run: its settings, as YAML or JSON, and its metrics."""

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ablation.errors import UsageError

_DEPTH = 4


def head(place: str | Path, size: int) -> bytes:
    """The first bytes of a file; none where none can be read."""
    try:
        with Path(place).open("rb") as file:
            return file.read(size)
    except (OSError, ValueError):
        return b""


def below(place: str, pattern: str) -> Iterator[Path]:
    """The paths that match a pattern, at most four levels down; none if a place cannot be read."""
    try:
        for depth in range(_DEPTH + 1):
            yield from Path(place).glob("*/" * depth + pattern)
    except (OSError, ValueError):
        return


def folders_with(place: str, name: str) -> list[Path]:
    """The folders that hold a file, at most four levels down, in the order of their names and numbers."""
    return sorted({path.parents[name.count("/")] for path in below(place, name)}, key=natural)


def natural(path: Path) -> list[tuple[int, str]]:
    """A key that sorts `version_2` before `version_10`."""
    parts = "".join(c if c.isdigit() else f" {c} " for c in str(path)).split()
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def read_settings(path: Path) -> dict[str, Any]:
    """A mapping in YAML or JSON; tags of Python are read as data, and nothing is constructed.

    Raises:
        UsageError: the file is damaged, or no mapping.
    """
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if path.suffix == ".json" else yaml.load(text, _loader())
        if content is None or isinstance(content, dict):
            return content or {}
        received = f"{type(content).__name__} {str(content)[:40]!r}"
    except (OSError, ValueError, yaml.YAMLError) as error:
        received = " ".join(str(error).split())
    raise refused(path, "a mapping of what was set", received)


def _loader() -> Any:
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """The safe loader; what Python's own tags hold becomes lists, mappings and text."""

    def plain(loader: Any, _suffix: str, node: Any) -> object:
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        return node.value or _suffix

    Loader.add_multi_constructor("tag:yaml.org,2002:python/", plain)
    return Loader


def read_metrics(path: Path, needs_end: bool = False) -> dict[str, float]:
    """The last value of every metric in a file: JSON, JSON lines, CSV or YAML.

    Nested names are joined by dots. What is no number is passed over.

    Args:
        path: the file.
        needs_end: whether its writer ends every line, so that one without an end was cut off.

    Raises:
        UsageError: the file is damaged, or of another kind.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise refused(path, f"a file of metrics, one of {', '.join(_READERS)}", f"a file {path.suffix!r}")
    try:
        text = path.read_text(encoding="utf-8")
        if needs_end and text and not text.endswith("\n"):
            raise ValueError("a last line that was cut off")
        last: dict[str, float] = {}
        for values in reader(text):
            last.update(numbers(values))
        return last
    except (OSError, ValueError, TypeError, csv.Error) as error:
        raise refused(path, "a complete file of metrics", " ".join(str(error).split())) from error


def refused(path: Path, expected: str, received: str) -> UsageError:
    """The sentence for a file that is damaged."""
    return UsageError(
        f"{path}: expected {expected}. Received: {received}. If the run goes on, try again; else restore the "
        "file, or leave its run out of a copy."
    )


def _json(text: str) -> Iterable[Mapping[str, Any]]:
    content = json.loads(text)
    rows = content if isinstance(content, list) else [content]
    return (_mapping(row) for row in rows)


def _json_lines(text: str) -> Iterator[Mapping[str, Any]]:
    return (_mapping(json.loads(line)) for line in text.splitlines() if line.strip())


def _yaml(text: str) -> Iterator[Mapping[str, Any]]:
    import yaml

    try:
        yield _mapping(yaml.load(text, _loader()) or {})
    except yaml.YAMLError as error:
        raise ValueError(error) from error


def _csv(text: str) -> Iterator[Mapping[str, Any]]:
    rows = csv.DictReader(io.StringIO(text), strict=True)
    for row in rows:
        if None in row or None in row.values():
            raise ValueError(f"another number of entries in line {rows.line_num}")
        yield row


def _mapping(row: object) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise ValueError(f"{str(row)[:40]!r} in place of names with numbers")
    return row


def numbers(values: Mapping[str, Any], start: str = "") -> Iterator[tuple[str, float]]:
    """Name and number of every entry that is one; nested names are joined by dots."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from numbers(value, f"{start}{key}.")
        elif isinstance(value, int | float):
            yield f"{start}{key}", float(value)
        elif isinstance(value, str) and (number := _number(value)) is not None:
            yield f"{start}{key}", number


def _number(text: str) -> float | None:
    """A number that was written as text; trackers write NaN and Infinity so, and CSV every number."""
    try:
        return float(text)
    except ValueError:
        return math.nan if text.strip().lower() in ("nan", "null", "none") else None


_READERS: dict[str, Callable[[str], Iterable[Mapping[str, Any]]]] = {
    ".json": _json,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".csv": _csv,
    ".yaml": _yaml,
    ".yml": _yaml,
}
