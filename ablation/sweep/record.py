"""study.json: what readers of the rows need to know of the study's present design."""

import os
import shlex
import sys
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from ablation.design import alias_table
from ablation.errors import UsageError
from ablation.sweep.plan import Plan


def make_record(base: DictConfig, plan: Plan) -> dict[str, Any]:
    """The record; docs/results.md describes it.

    Args:
        base: configuration of a cell, for the study's name and `analysis`.
        plan: of the study.

    Raises:
        UsageError: `analysis.numeric` names what is no factor, or one whose levels are no numbers.
    """
    analysis: Any = OmegaConf.to_container(base.analysis, resolve=True)
    _check_numeric(analysis.get("numeric") or (), plan)
    design = plan.design
    return {
        "schema": 1,
        "study": base.name,
        "factors": {name: list(levels) for name, levels in plan.factors.items()},
        "seeds": list(plan.seeds),
        "keys": list(plan.runs),
        "defaults": plan.cells[0].cell.defaults,
        "design": {
            "name": design.name,
            "words": design.words,
            "notes": list(design.notes),
            "aliases": alias_table(design),
        },
        "reference": dict(design.reference),
        **analysis,
        "responses": list(dict.fromkeys([analysis["response"], *(analysis.get("responses") or ())])),
        "command": command(),
    }


def command() -> str:
    """How this process was started, as one would type it."""
    script = Path(sys.argv[0])
    start = f"-m {script.parent.name}" if script.name == "__main__.py" else os.path.relpath(script)
    return f"python {start} {shlex.join(sys.argv[1:])}".strip()


def _check_numeric(names: Any, plan: Plan) -> None:
    for name in names:
        levels = plan.factors.get(name)
        if levels is None:
            raise UsageError(
                f"analysis.numeric: expected factors of this sweep, of {list(plan.factors)}. Received: {name}"
            )
        if not all(isinstance(level, int | float) and not isinstance(level, bool) for level in levels):
            raise UsageError(
                f"analysis.numeric: expected a factor whose levels are numbers. Received: {name}"
            )
