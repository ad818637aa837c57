"""Read the outcome of any training: a number, a mapping of numbers, or a file of them.

The apps that Hydra's Optuna, Ax and Nevergrad sweepers optimise return a number; others write
`metrics.json` or `metrics.csv`. Neither kind has to know of this package.
"""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any

from ablation.errors import UsageError
from ablation.results import Outcome
from ablation.results.direction import read_direction

LINES = ("last", "best")

_CONTRACT = "a number, or a mapping of names to numbers"


Stamp = tuple[int, int] | None
"""Time and size of a file; None where there is none."""


class ContractError(UsageError):
    """A run that ended well, but left no response where it was expected."""


@dataclass(frozen=True)
class Expected:
    """Where the response of a run is found.

    Args:
        response: its name; also that of a number without a name.
        metrics: path of the file with the numbers, relative to the run's folder; None if they are returned.
        line: of a file with many lines, the `last` one or the `best` one.
        direction: which values are better, `lower`, `higher`, or the number that is best; for the best line.
        prefix: of the settings' names in messages, such as `hydra.sweeper.`.
    """

    response: str
    metrics: str | None = None
    line: str = "last"
    direction: str | float | None = None
    prefix: str = ""


def stamp(folder: Path, expected: Expected) -> Stamp:
    """The state of the file that a run will write, such as one left by a failed attempt."""
    try:
        stat = (folder / (expected.metrics or "")).stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def outcome_of(
    returned: object, seed: int, folder: Path, expected: Expected, before: Stamp = None
) -> Outcome:
    """The outcome of a run.

    Args:
        returned: by the training: a number (of Python, NumPy, PyTorch, …), a mapping of numbers, or None
            where a file has them. What is no number in a mapping is left out.
        seed: of the run.
        folder: of the run, where the file is.
        expected: where the response is found.
        before: the `stamp` that was there before the run: a file that it left as it was is not its own.

    Returns:
        All numbers that were found; whether the response is among them is for the sweep to say, which keeps
        the run. Those beside the response count only where they are finite: the response alone decides
        whether the run has diverged.

    Raises:
        ContractError: there is no number, or no file.
    """
    if expected.metrics is not None:
        place = folder / expected.metrics
        if before is not None and stamp(folder, expected) == before:
            raise ContractError(
                f"{expected.prefix}metrics: expected the run to write {place}. "
                "Received: the file of an earlier one"
            )
        numbers, where = read_metrics(place, expected), str(place)
    else:
        numbers, where = _returned(returned, expected), "the returned values"
    if not numbers:
        raise ContractError(f"{expected.prefix}response: expected numbers in {where}. Received: none")
    if expected.response in numbers:
        numbers = {k: v for k, v in numbers.items() if k == expected.response or math.isfinite(v)}
    return Outcome(seed, numbers)


def read_metrics(path: Path, expected: Expected) -> dict[str, float]:
    """The numbers in a file: JSON, one JSON object a line, CSV (or TSV), by what it holds.

    Values that a line lacks are those of the last line before it that has them, as Lightning writes
    training and validation into lines of their own.

    Raises:
        ContractError: there is no such file, or nothing that can be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no UTF-8"
        raise ContractError(
            f"{expected.prefix}metrics: expected a file of numbers, {path}. Received: {reason}. The path is "
            "relative to the folder of the run"
        ) from error
    return numbers_at(lines_in(text, path), expected)


def numbers_at(lines: Sequence[Mapping[str, Any]], expected: Expected) -> dict[str, float]:
    """The numbers as of the last line, or of the one with the best response."""
    numbers = [numbers_in(line) for line in lines]
    n = len(numbers) if expected.line == "last" else 1 + _best(numbers, expected)
    return {name: value for line in numbers[:n] for name, value in line.items()}


def lines_in(text: str, path: Path) -> list[Mapping[str, Any]]:
    """The lines of a file of metrics: one of a JSON object, those of a list, of JSON lines, or of a table.

    Args:
        text: of the file.
        path: its name tells what it is: `.csv`, `.tsv`, and JSON else.

    Raises:
        ContractError: it is none of these.
    """
    if path.suffix in (".csv", ".tsv"):
        try:
            return list(csv.DictReader(io.StringIO(text), delimiter="\t" if path.suffix == ".tsv" else ","))
        except csv.Error as error:
            raise ContractError(f"{path}: expected a table. Received: {error}") from error
    try:
        content = json.loads(text)
    except ValueError:
        try:
            content = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise ContractError(
                f"{path}: expected JSON, or a JSON object a line. Received: {error}"
            ) from error
    lines = content if isinstance(content, list) else [content]
    if not all(isinstance(line, dict) for line in lines):
        raise ContractError(f"{path}: expected names with numbers. Received: {text[:80]!r}")
    return lines


def numbers_in(values: Mapping[Any, Any], prefix: str = "") -> dict[str, float]:
    """The numbers among some values; of nested mappings with dotted names.

    >>> numbers_in({"val": {"loss": "0.5"}, "epoch": 3, "done": True, "note": "good"})
    {'val.loss': 0.5, 'epoch': 3.0}
    """
    numbers: dict[str, float] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            numbers |= numbers_in(value, f"{prefix}{key}.")
        elif (number := number_of(value)) is not None:
            numbers[f"{prefix}{key}"] = number
    return numbers


def number_of(value: object) -> float | None:
    """A value as a number: of Python, a text of a file, or an array or tensor with one entry; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, Real | str):
        try:
            return float(value)
        except (ValueError, OverflowError):
            return None
    for convert in ("item", "numpy"):  # NumPy, PyTorch, JAX; TensorFlow
        if callable(method := getattr(value, convert, None)):
            try:
                inner = method()
            except (TypeError, ValueError, RuntimeError):  # of more than one entry
                return None
            return None if type(inner) is type(value) else number_of(inner)
    return None


def _returned(returned: object, expected: Expected) -> dict[str, float]:
    """What a training returned, by name."""
    if isinstance(returned, Mapping):
        return numbers_in(returned)
    number = None if isinstance(returned, str) else number_of(returned)
    if number is None:
        received = "None" if returned is None else f"{returned!r:.80} ({type(returned).__name__})"
        advice = (
            "Return the response (of an app that returns the metric of a key, set the key, such as "
            '+optimized_metric="val/loss"), or name the file of the run: '
            f"{expected.prefix}metrics=metrics.json"
            if returned is None
            else "Return the response itself, such as `return loss`"
        )
        raise ContractError(f"Expected a training that returns {_CONTRACT}. Received: {received}. {advice}")
    return {expected.response: number}


def _best(numbers: Sequence[Mapping[str, float]], expected: Expected) -> int:
    """The line with the best response; the last one where there is none that is finite."""
    values = {i: line[expected.response] for i, line in enumerate(numbers) if expected.response in line}
    finite = {i: value for i, value in values.items() if math.isfinite(value)}
    if not finite:
        return max(values, default=len(numbers) - 1)
    better = read_direction(expected.response, expected.direction)
    sign = -1 if better.name == "higher" else 1
    return min(
        finite, key=lambda i: sign * (finite[i] if better.target is None else abs(finite[i] - better.target))
    )
