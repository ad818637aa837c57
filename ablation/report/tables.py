"""The tables of a report, as frames of text."""

import math
import warnings

import pandas as pd

from ablation.analysis import Analysis
from ablation.design import short_name


def effects(analysis: Analysis) -> pd.DataFrame:
    """Effects as people read them: component, level − reference, change with interval, p."""
    relative = analysis.scale == "log"
    columns = ("percent", "percent_low", "percent_high") if relative else ("estimate", "ci_low", "ci_high")
    rows = []
    for effect in analysis.effects.to_dict("records"):
        change, low, high = (float(effect[column]) for column in columns)
        rows.append(
            {
                "component": short_name(str(effect["factor"])),
                "level − reference": f"{effect['level']} − {effect['reference']}",
                "change": number(change, relative),
                "95 % interval": f"{number(low, relative)} to {number(high, relative)}",
                "p (Holm)": p_value(float(effect["p_adjusted"])),
            }
        )
    return pd.DataFrame(rows)


def article_summary(analysis: Analysis) -> str:
    """The article's table, as statsmodels prints it."""
    with warnings.catch_warnings():
        # Of its tests of residuals, on few runs or a constant response: the table shows them as they are.
        warnings.simplefilter("ignore")
        return str(analysis.article_ols().summary())


def number(value: float, relative: bool) -> str:
    """A change with its sign, in % or in units of the response."""
    if not math.isfinite(value):
        return "unknown"
    return f"{value:+.2f} %" if relative else f"{value:+.4g}"


def p_value(p: float) -> str:
    """A p-value to two digits; below .0001 only that."""
    if not math.isfinite(p):
        return "unknown"
    return "< .0001" if p < 1e-4 else f"{p:.2g}"


def deviations(analysis: Analysis) -> pd.DataFrame:
    """The article's one-per-level coefficients as deviations from their mean."""
    found = analysis.article_deviations()
    return pd.DataFrame(
        {
            "column": found["column"],
            "deviation from their mean": [f"{v:+.5f}" for v in found["deviation"]],
            "95 % interval": [
                f"{low:+.5f} to {high:+.5f}"
                for low, high in zip(found["ci_low"], found["ci_high"], strict=True)
            ],
            "p": [p_value(p) for p in found["p"]],
        }
    )


def markdown(frame: pd.DataFrame) -> str:
    """A table in Markdown; text that a user typed cannot break it."""
    escaped = frame.map(lambda v: str(v).replace("|", "\\|").replace("<", "&lt;").replace("\n", " "))
    return str(escaped.to_markdown(index=False, disable_numparse=True))
