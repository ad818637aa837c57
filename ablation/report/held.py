"""The settings under which a study's runs were made, and where two studies differ in them."""

from collections.abc import Iterable

import pandas as pd

from ablation.naming import clipped, level_text
from ablation.report.once import once
from ablation.report.subject import Subject
from ablation.results.canonical import canonical
from ablation.results.table import OWN_COLUMNS

VERSIONS = ("python", "ablation-study", "tensorflow", "tensorflow-cpu", "keras", "jax", "torch", "numpy")

SHOWN = 4
"""Values of a setting that are listed."""

CODE = (*VERSIONS, "commit", "device")


@once  # for the levels that were held, and for the table
def settings_of(study: Subject) -> dict[str, list[str]]:
    """What is said of all runs and is no factor: name → its values, as text; the configuration first."""
    named: dict[str, list[str]] = {}
    for config in study.configs:
        for name, value in config.items():
            if name not in study.factors:
                _add(named.setdefault(name, []), value)
    measured = {answer.response for answer in study.answers}
    for name in map(str, study.table.columns):
        is_known = name.startswith("identity.") or name in CODE if study.is_swept else name != study.block
        if name in named or name in study.factors or name in measured or name in OWN_COLUMNS or not is_known:
            continue
        values = study.table[name].dropna().unique().tolist()
        if study.is_swept or len(values) == 1:
            for value in values:
                _add(named.setdefault(name, []), value)
    return named


def _add(values: list[str], value: object) -> None:
    text = canonical(value) if isinstance(value, list | dict) else level_text(value)
    if text not in values:
        values.append(text)


def differences(first: Subject, second: Subject) -> pd.DataFrame:
    """Settings in which two studies differ: setting, first, second; empty where one does not know it.

    Of tables, columns that both have.
    """
    mine, other = settings_of(first), settings_of(second)
    every = first.is_swept and second.is_swept
    varied = {*first.factors, *second.factors}
    names = [
        n for n in dict.fromkeys((*mine, *other)) if n not in varied and (every or (n in mine and n in other))
    ]
    rows = [
        (n, _text(mine.get(n, ())), _text(other.get(n, ())))
        for n in names
        if {*mine.get(n, ())} != {*other.get(n, ())}
    ]
    return pd.DataFrame(rows, columns=["setting", "first", "second"])


def _text(values: Iterable[str]) -> str:
    known = sorted(values)
    more = [f"{len(known) - SHOWN} more"] if len(known) > SHOWN else []
    return " / ".join([*(clipped(value) for value in known[:SHOWN]), *more])


def fixed_levels(study: Subject, other: Subject) -> dict[str, object]:
    """At which level a study held factors that only another one varied, where its runs say so.

    Of a factor that came later, the runs of a study had the level that was declared its default.
    """
    known = settings_of(study)
    fixed: dict[str, object] = {}
    for name in other.factors:
        if len(known.get(name, ())) == 1:
            fixed[name] = known[name][0]
        elif name not in known and study.is_swept and name in other.record.first_defaults:
            fixed[name] = level_text(other.record.first_defaults[name])
    return fixed
