"""study.json, the record of a study: its present design, and how its responses are analysed.

Only this module knows the entries of that file; everything else uses the fields of `StudyRecord`.
"""

from __future__ import annotations  # kinds of entries are read from these texts

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from ablation.errors import UsageError
from ablation.results.canonical import check_json

_FORMER = ("stopped",)
"""Entries of older versions that no longer count: the stop signal has a file of its own."""


@dataclass(frozen=True)
class DesignRecord:
    """What a report says about the design.

    Attributes:
        name: Kind of the design, such as `full_factorial`.
        words: The design in words, such as `2×2×4 full factorial`.
        notes: Sentences about it.
        aliases: Effects that it cannot separate, one line each.
    """

    name: str = ""
    words: str = ""
    notes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class StudyRecord:
    """What readers of a study's rows need to know; a study without a record has an empty one.

    Attributes:
        study: The study's name.
        factors: Factor → its levels as in the app's configuration, the reference first.
        seeds: The seeds of every cell.
        keys: The keys of the runs of the present design, in its order.
        defaults: Declared defaults of the app's configuration, flat.
        first_defaults: The default that each entry had when it first appeared in the study.
        design: The name of the design, and what it can show.
        cell_levels: Factor → id of a cell → its level, for factors that are not entries of a run's
            configuration, such as the choice of a config group.
        reference: The reference cell, factor → level; factors that are missing have their first level.
        nested: Factor that has levels only at some levels of another → {the other: these levels}. Elsewhere
            its level is `none`, the last in `factors`.
        response: The main response.
        direction: Which of its values are better: `lower`, `higher`, `zero`, or the best number as text; None
            if it was not given.
        responses: All reported responses.
        directions: Response → its direction, likewise.
        units: Response → its unit, if it has one.
        margin: The smallest effect on the main response that matters.
        numeric: Factor that enters as a number → `linear`, or `log` for its logarithm.
        interactions: Highest order of interactions in the model, or `auto`.
        alpha: Error rate of tests.
        scale: The scale on which effects add: `log`, `identity` or `auto`.
        adaptive: For a study that adds seeds until its verdicts are settled: the plan, the looks taken, and
            the keys of runs that failed for good.
        command: The command that was typed.
        schema: Version of the file's format.
        unknown: Entries that this version does not know. They are kept unchanged.
    """

    study: str = ""
    factors: Mapping[str, Sequence[object]] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()
    keys: tuple[str, ...] = ()
    defaults: Mapping[str, object] = field(default_factory=dict)
    first_defaults: Mapping[str, object] = field(default_factory=dict)
    design: DesignRecord = DesignRecord()
    cell_levels: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    reference: Mapping[str, object] = field(default_factory=dict)
    nested: Mapping[str, Mapping[str, Sequence[object]]] = field(default_factory=dict)
    response: str = "loss"
    direction: str | None = None
    responses: tuple[str, ...] = ()
    directions: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    margin: float | None = None
    numeric: Mapping[str, str] = field(default_factory=dict)
    interactions: str = "auto"
    alpha: float = 0.05
    scale: str = "auto"
    adaptive: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    schema: int = 1
    unknown: Mapping[str, object] = field(default_factory=dict)

    @property
    def reference_cell(self) -> dict[str, object]:
        """Factor → its level in the reference cell."""
        return {name: self.reference.get(name, levels[0]) for name, levels in self.factors.items() if levels}

    def level(self, factor: str, config: Mapping[str, object], cell: str) -> object:
        """The level of a factor in a run, from its configuration and the id of its cell; None if unknown."""
        return self.cell_levels.get(factor, {}).get(cell, config.get(factor))

    @property
    def reported(self) -> dict[str, str | None]:
        """Response → its direction, None if it was not given; the main response first."""
        names = dict.fromkeys((self.response, *self.responses))
        return {name: self.directions.get(name) for name in names} | {
            self.response: self.directions.get(self.response, self.direction)
        }


def encode_record(record: StudyRecord) -> str:
    """Write a record as strict JSON that people can read as well.

    Raises:
        UsageError: JSON cannot hold an entry, such as a level that is not finite.
    """
    content = asdict(record)
    content.update(content.pop("unknown"))
    check_json(content, "study")
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def decode_record(text: str | bytes, place: str) -> StudyRecord:
    """Read a record of this version, or of an older or newer one.

    Raises:
        UsageError: It is damaged.
    """
    try:
        content = json.loads(text)
        if not isinstance(content, dict):
            raise UsageError(f"expected a JSON object. Received: {content!r}.")
        return record_of({name: value for name, value in content.items() if name not in _FORMER})
    except (ValueError, RecursionError, UsageError) as error:
        problem = error if isinstance(error, UsageError) else f"expected JSON. Received: {error}."
        raise UsageError(
            f"{place}: {problem} Remove it and run the sweep again: "
            "it will be rebuilt, and finished runs are kept."
        ) from error


def record_of(entries: Mapping[str, Any], prefix: str = "") -> StudyRecord:
    """Make a record from its entries; an entry that is null counts as missing.

    Args:
        entries: Name → JSON value; names without a field are kept in `unknown`.
        prefix: Put before an entry's name in error messages.

    Raises:
        UsageError: An entry has another type than its field.
    """
    rest = {name: value for name, value in entries.items() if value is not None}
    if isinstance(rest.get("numeric"), list):  # names alone are straight lines
        rest["numeric"] = dict.fromkeys(map(str, rest["numeric"]), "linear")
    for name in ("interactions", "direction"):  # an app without a schema has numbers here
        if isinstance(rest.get(name), int | float):
            rest[name] = str(rest[name])
    known = {
        name: _checked(rest.pop(name), kind, prefix + name) for name, kind in _KINDS.items() if name in rest
    }
    if "design" in known:
        design = known["design"]
        lists = (tuple(map(str, design.get(name) or ())) for name in ("notes", "aliases"))
        known["design"] = DesignRecord(str(design.get("name", "")), str(design.get("words", "")), *lists)
    known.setdefault("first_defaults", known.get("defaults", {}))
    return StudyRecord(**known, unknown=rest)


_JSON_KINDS: dict[str, tuple[type, str]] = {
    "Mapping": (dict, "a mapping"),
    "DesignRecord": (dict, "a mapping"),
    "tuple": (list, "a list"),
    "str": (str, "a text"),
    "int": (int, "an integer"),
    "float": (int | float, "a number"),  # type: ignore[dict-item]  # isinstance takes unions
}
_KINDS = {each.name: str(each.type).partition("[")[0].split(" ")[0] for each in fields(StudyRecord)}
del _KINDS["unknown"]


def _checked(value: Any, kind: str, name: str) -> Any:
    expected, words = _JSON_KINDS[kind]
    if not isinstance(value, expected) or isinstance(value, bool):
        raise UsageError(f"{name}: expected {words}. Received: {value!r}.")
    return tuple(value) if isinstance(value, list) else value
