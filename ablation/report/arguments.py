"""The command line: a study's folder, or a table or another tool's runs with the meaning of their columns."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ablation.errors import UsageError
from ablation.sources import recognised
from ablation.sources import settings as source_settings
from ablation.sources.databases import is_database

if TYPE_CHECKING:
    from ablation.report.load import TableSettings

USAGE = """\
Expected a study, or a table and what its columns mean:
  ablation report runs/quick [figures=false]
  ablation report table=results.csv response=loss factors=[a,b] block=seed
  ablation report sqlite:///optuna.db study=mine response=value direction=lower block=seed
or two of these, to see what has changed:
  ablation report runs/before runs/after"""

ASKED = ("response", "responses", "factors", "numeric")
"""Settings of which a table needs some; without any of them there is a proposal."""

KEYS: Mapping[str, str] = {
    "table": "a file with one row per run: CSV, TSV, JSON lines, Parquet or Feather, also compressed",
    "response": "the column with what was measured",
    "responses": "several of them, the main one first: [loss,seconds]",
    "factors": "the columns that were varied: [a,b]",
    "block": "the column of the paired seeds, or several: [dataset,seed]",
    "numeric": "factors that enter as numbers: [depth], or {lr: log} for a line in the logarithm",
    "margin": "the smallest effect that matters, in % on the log scale, else in units",
    "direction": "which values of the response are better: lower, higher, zero, or the number that is best",
    "directions": "the same for each response: {loss: lower, auroc: higher}",
    "reference": "the level that others are compared with, of some factors: {optimizer: sgd}",
    "nested": "factors with levels only at some levels of another: {rate: dropout=true, beta: opt=adam|sgd}",
    "where": "which rows: where='State=finished and lr<=1e-2 and model in [a, b]'",
    "scale": "log (effects in %), identity, logit (shares), count, ordinal (ratings), or auto: log if losses",
    "interactions": "highest order of interactions: 1 none, 2 pairs; auto (the default) as the runs carry",
    "alpha": "the error rate of tests; intervals have level 1 − alpha (default 0.05)",
    "anova_type": "of the sums of squares: 1, 2 (the default) or 3",
    "trials": "the column of counts that the response is a share of, trials=n, or for some: {acc: n}",
    "item": "the column of test items, where a row is one of a run: item=question",
    "weights": "a column of weights, inverse to the variance of each run",
    "looks": "seeds at each look, [2,3,4,5], of a study that was planned to be looked at so; needs a margin",
    "max_replicates": "seeds at the last look of that plan",
    "output": "the report's folder; <table>-report unless said otherwise",
    "figures": "true or false",
}
OF_A_STUDY = ("figures",)
OF_TWO = ("response", "output", "figures")
"""Settings of a comparison, whatever is compared."""


@dataclass(frozen=True)
class Arguments:
    """What a command line names: a study by its path, another tool's runs by theirs, or else a table.

    Args:
        path: the study's folder or URL; empty for a table or a source.
        figures: whether to draw.
        values: the other settings, by key.
        source: where another tool keeps its runs.
        how: the settings of that source.
    """

    path: str
    figures: bool
    values: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    how: Mapping[str, str] = field(default_factory=dict)


def parse(arguments: Sequence[str]) -> Arguments:
    """Read the command line.

    Raises:
        UsageError: something is missing or unknown; the sentence says what is valid.
    """
    paths = [a for a in arguments if not _is_setting(a)]
    if len(paths) > 1 or any(path.startswith("-") for path in paths):
        raise UsageError(f"{USAGE}\nReceived: {' '.join(arguments)}")
    of_sources = source_settings() if paths else {}
    values = _values([a for a in arguments if _is_setting(a)], of_sources)
    drawn = str(values.pop("figures", "true")).lower()
    if drawn not in ("true", "false"):
        raise UsageError(f"figures: expected true or false. Received: {drawn}")
    figures = drawn == "true"
    if paths:
        how = {key: values.pop(key) for key in of_sources if key in values}
        return _of_path(paths[0], how, values, figures)
    if "table" not in values:
        raise UsageError(f"{USAGE}\nReceived: {' '.join(arguments) or 'nothing'}")
    return Arguments("", figures, values)


def paths_of(arguments: Sequence[str]) -> list[str]:
    """The places among the words of a command line."""
    return [a for a in arguments if not _is_setting(a) and not a.startswith("-")]


def parse_two(arguments: Sequence[str]) -> tuple[Arguments, Arguments]:
    """Read a command line with two places; settings are those of tables and sources, and of both.

    Raises:
        UsageError: it is one place twice, or a setting is unknown or of neither.
    """
    first, second = paths_of(arguments)
    if first == second or ("://" not in first + second and Path(first).resolve() == Path(second).resolve()):
        raise UsageError(
            f"Expected two studies. Received: {first} twice. Name the study before and the study after."
        )
    settings = [a for a in arguments if a not in (first, second)]
    own = [a for a in settings if a.partition("=")[0] in OF_TWO]
    swept = [is_study(path) for path in (first, second)]
    if all(swept) and (others := [a for a in settings if a not in own]):
        raise UsageError(
            f"Studies know their own designs: expected two paths and {', '.join(OF_TWO)}. "
            f"Received: {' '.join(others)}"
        )
    drawn = [a for a in own if a.startswith("figures=")]
    each = [
        parse([path, *(drawn if known else settings)])
        for path, known in zip((first, second), swept, strict=True)
    ]
    return each[0], each[1]


def value_of(key: str, arguments: Sequence[str]) -> str:
    """What a setting was given; empty where it was not."""
    return next((a.partition("=")[2] for a in arguments if a.partition("=")[0] == key), "")


def _of_path(path: str, how: Mapping[str, str], values: Mapping[str, Any], figures: bool) -> Arguments:
    """A study, another tool's runs, or a table.

    Raises:
        UsageError: it is none of them, or a study with settings.
    """
    if not is_study(path) and (how or "://" in path or is_database(path) or recognised(path)):
        return Arguments("", figures, values, path, how)
    if Path(path).is_file():
        from ablation.analysis.data.reading import is_table  # pandas: not for a study, or a mistake

        if not is_table(Path(path)):
            raise UsageError(
                f"Expected the folder of a study, a table, or runs of another tool. "
                f"Received the file {path}. `ablation report --help` says what is read"
            )
        return Arguments("", figures, {"table": path, **values})
    if values and not is_study(path) and not Path(path).exists():
        raise UsageError(
            f"{path}: expected a study, a table, or runs of another tool. Received: no such file or folder. "
            "Check the path"
        )
    if values and is_study(path):
        raise UsageError(
            f"A study knows its own design: expected a path and {', '.join(OF_A_STUDY)}. "
            f"Received: {', '.join(values)}. For other settings, report its table: "
            f"table={Path(path, 'results.parquet')} …"
        )
    return Arguments(path, figures)


def is_open(options: Arguments) -> bool:
    """Whether it has still to be found what is analysed; another tool's runs know what was varied."""
    values = options.values
    if not options.source:
        return not any(values.get(key) for key in ASKED)
    names_factors = values.get("factors") or values.get("numeric")
    return not (names_factors and (values.get("response") or values.get("responses")))


def is_study(path: str) -> bool:
    """Whether a path or URL is that of one of this project's studies."""
    if "://" in path:
        return "#" in path
    return any(Path(path, name).exists() for name in ("study.json", "rows"))


def table_settings(values: Mapping[str, Any]) -> TableSettings:
    """The settings of a table, checked for their kind.

    Raises:
        UsageError: a setting is missing or of another kind.
    """
    from ablation.report.load import TableSettings

    responses = responses_of(values)
    if not responses:
        raise UsageError(
            "response: expected the column with what was measured, response=loss. Received: none"
        )
    factors, numeric = _names(values, "factors"), values.get("numeric") or {}
    if not isinstance(numeric, dict):
        numeric = dict.fromkeys(_names(values, "numeric"), "linear")
    numeric = {str(name): line for name, line in numeric.items()}
    if not (factors or numeric):
        raise UsageError("factors: expected the columns that were varied, factors=[a,b]. Received: none")
    directions = values.get("directions") or {}
    if not isinstance(directions, dict):
        raise UsageError(f"directions: expected {{loss: lower}}. Received: {directions!r}")
    if unknown := [name for name in directions if name not in responses]:
        raise UsageError(
            f"directions: expected names of {', '.join(responses)}. Received: {', '.join(unknown)}"
        )
    reference = values.get("reference") or {}
    if not isinstance(reference, dict):
        raise UsageError(f"reference: expected {KEYS['reference']}. Received: {reference!r}")
    nested = values.get("nested") or {}
    if not isinstance(nested, dict):
        raise UsageError(f"nested: expected {{rate: dropout=true}}. Received: {nested!r}")
    weights, alpha = values.get("weights"), _number(values, "alpha")
    settings = TableSettings(
        table=str(values["table"]),
        responses=list(dict.fromkeys(responses)),
        factors=list(dict.fromkeys([*factors, *numeric])),
        block=_names(values, "block"),
        margin=_number(values, "margin"),
        direction=values.get("direction"),
        directions={str(name): str(better) for name, better in directions.items()},
        numeric=numeric,
        scale=str(values.get("scale", "auto")),
        interactions=str(values.get("interactions", "auto")),
        alpha=0.05 if alpha is None else alpha,
        anova_type=_integer(values, "anova_type", 2),
        weights=None if weights is None else str(weights),
        reference={str(name): str(level) for name, level in reference.items()},
        where=str(values.get("where", "")),
        trials=_trials(values, responses),
        item=None if values.get("item") is None else str(values["item"]),
        nested={str(name): where for name, where in nested.items()},
        looks=[_integer({"looks": seeds}, "looks", 0) for seeds in _names(values, "looks")],
        max_replicates=_integer(values, "max_replicates", 0),
    )
    for response in settings.responses:
        settings.request(response)
    return settings


def _trials(values: Mapping[str, Any], responses: Sequence[str]) -> dict[str, str] | str:
    """The counts that responses are shares of."""
    trials = values.get("trials") or {}
    unknown = [name for name in trials if name not in responses] if isinstance(trials, dict) else []
    if isinstance(trials, list) or unknown:
        raise UsageError(f"trials: expected {KEYS['trials']}. Received: {', '.join(unknown) or trials!r}")
    return trials


def responses_of(values: Mapping[str, Any]) -> list[str]:
    """The responses that somebody has named, the main one first."""
    return _names(values, "responses") or _names(values, "response")


def _is_setting(argument: str) -> bool:
    key = argument.partition("=")[0]
    return "=" in argument and "/" not in key and ":" not in key


def _values(arguments: Sequence[str], of_sources: Mapping[str, str]) -> dict[str, Any]:
    """Settings, written as Hydra's are: name, [name, name], {name: name}."""
    settings: dict[str, Any] = {}
    for argument in arguments:
        key, _, text = argument.partition("=")
        if key not in KEYS and key not in of_sources:
            raise UsageError(_unknown(key))
        if key in ("table", "output", "where", *of_sources):  # paths and filters may look like anything
            settings[key] = text
            continue
        settings[key] = _value(text)
    return settings


def _value(text: str) -> str | list[str] | dict[str, str]:
    """A text, a list or a mapping of texts; what looks like a number or a truth value stays as typed."""
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        return [_unquoted(part) for part in _parts(text)]
    if text.startswith("{") and text.endswith("}"):
        return dict(_pair(part) for part in _parts(text))
    return _unquoted(text)


def _pair(part: str) -> tuple[str, str]:
    """What stands before and after the colon; quotes keep colons."""
    match = re.match(r"""\s*("[^"]*"|'[^']*'|[^:]*):?(.*)""", part, re.DOTALL)
    name, value = match.groups() if match else (part, "")
    return _unquoted(name), _unquoted(value)


def _parts(text: str) -> list[str]:
    """What commas separate between brackets; quotes keep commas."""
    parts = re.findall(r"""(?:"[^"]*"|'[^']*'|[^,"'])+""", text[1:-1])
    return [part for part in parts if part.strip()]


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _unknown(key: str) -> str:
    near = difflib.get_close_matches(key, KEYS, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"Expected one of {', '.join(KEYS)}. Received: {key}.{hint}"


def _names(values: Mapping[str, Any], key: str) -> list[str]:
    names = values.get(key)
    if isinstance(names, dict):
        raise UsageError(f"{key}: expected {KEYS[key]}. Received: {names!r}")
    return names_in(names)


def names_in(names: object) -> list[str]:
    """One name, several or none, as a list of texts."""
    if names is None or isinstance(names, str):
        return [names] if names else []
    return list(map(str, names)) if isinstance(names, Iterable) else [str(names)]


def _number(values: Mapping[str, Any], key: str) -> float | None:
    number = values.get(key)
    if number is None:
        return None
    try:
        return float(number)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{key}: expected {KEYS[key]}. Received: {number!r}") from error


def _integer(values: Mapping[str, Any], key: str, usual: int) -> int:
    text = str(values.get(key, usual))
    if not text.isdecimal():
        raise UsageError(f"{key}: expected {KEYS[key]}. Received: {text!r}")
    return int(text)
