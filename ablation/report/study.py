"""What a report is about: the runs of a study's present design, and what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ablation.analysis import Analysis, analyze
from ablation.errors import UsageError
from ablation.results import open_store, read


@dataclass(frozen=True)
class Study:
    """A study as the report sees it.

    Args:
        record: what the sweep noted of its design.
        table: the runs of the design that have ended, one row each.
        analysis: None when the runs allow none.
        obstacle: why there is no analysis.
    """

    record: Mapping[str, Any]
    table: pd.DataFrame
    analysis: Analysis | None
    obstacle: str

    @property
    def factors(self) -> dict[str, list[Any]]:
        """Factor → levels, the reference first."""
        return dict(self.record.get("factors", {}))

    @property
    def response(self) -> str:
        """The response whose effects are reported."""
        return str(self.record.get("response", "loss"))

    @property
    def direction(self) -> str:
        """Which values are better, `lower` or `higher`."""
        return str(self.record.get("direction", "lower"))


def load_study(path: str) -> Study:
    """Read and analyse a study.

    Args:
        path: its folder, such as `runs/quick`.

    Raises:
        UsageError: there is no such study.
    """
    table = read(path, design_only=True)
    record = open_store(path).load_study()
    if record is None:
        raise UsageError(
            f"{path}: expected a study that has been swept. Received: rows without a design, or none"
        )
    study = Study(record, table, None, "")
    try:
        return Study(record, table, _analyze(study), "")
    except UsageError as obstacle:
        return Study(record, table, None, str(obstacle))


def _analyze(study: Study) -> Analysis:
    if study.response not in study.table:
        raise UsageError(f"No finished run has the response '{study.response}' yet.")
    block = "seed" if study.table["seed"].nunique() > 1 else None
    return analyze(study.table, study.response, list(study.factors), block=block, direction=study.direction)
