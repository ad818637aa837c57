"""The record of a study, made from the plan of a sweep; settings that cannot be right are refused."""

import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from ablation.design import alias_table
from ablation.errors import UsageError
from ablation.results import OWN_COLUMNS, Response, Row, StudyRecord
from ablation.results.direction import is_direction
from ablation.results.model_settings import check_model, read_order
from ablation.results.record import DesignRecord, record_of
from ablation.sweep.declared import judged
from ablation.sweep.plan import Plan
from ablation.sweep.run_cells import wrong_response


def make_record(
    base: DictConfig,
    plan: Plan,
    earlier: StudyRecord,
    declared: Sequence[Response],
    prefix: str,
) -> StudyRecord:
    """The record of a sweep's plan.

    Args:
        base: configuration of a cell, for the study's name and `analysis`.
        plan: of the study.
        earlier: the record of the last sweep, or an empty one. Its unknown entries are kept.
        declared: what the app says of its responses.
        prefix: before the names of the settings of `analysis`, in messages.

    Raises:
        UsageError: a factor is called as a column of every table; a setting of `analysis` means nothing,
            such as a direction that is none; or `analysis.numeric` names what is no factor, or one whose
            levels are no numbers.
    """
    if not base.name or ".." in Path(base.name).parts or not base.name.isprintable():
        received = (base.name if base.name.isprintable() else repr(base.name)) or "none"
        raise UsageError(f"name: expected the study's name, its folder under runs/. Received: {received}")
    _check_names(plan)
    entries: Any = OmegaConf.to_container(base.analysis, resolve=True)
    analysis = record_of(entries, prefix)
    if not analysis.response:
        raise UsageError(f"{prefix}response: expected the name of what a run measures. Received: none")
    _check_numeric(analysis.numeric, plan, prefix)
    _check_settings(analysis, prefix)
    analysis = record_of({**entries, **judged(entries, declared, prefix)})
    defaults, design = plan.cells[0].cell.defaults, plan.design
    return replace(
        analysis,
        study=base.name,
        factors={name: list(levels) for name, levels in plan.factors.items()},
        seeds=tuple(plan.seeds),
        keys=tuple(plan.runs),
        defaults=defaults,
        first_defaults={**defaults, **earlier.first_defaults},
        design=DesignRecord(design.name, design.words, tuple(design.notes), tuple(alias_table(design))),
        cell_levels={
            name: {**earlier.cell_levels.get(name, {}), **levels} for name, levels in plan.cell_levels.items()
        },
        reference=dict(design.reference),
        nested={name: {parent: list(levels)} for name, (parent, levels) in design.nesting.items()},
        command=command(),
        unknown={**earlier.unknown, **analysis.unknown},
    )


def command() -> str:
    """The command that started this process, as typed; empty in a notebook or at a prompt."""
    if not hasattr(sys.modules["__main__"], "__file__"):
        return "ablation.sweep(…)"
    first = [Path(word).name for word in sys.orig_argv[1:3]]
    for console in (["ablation"], ["-m", "ablation.cli"]):
        if first[: len(console)] == console:
            return shlex.join(["ablation", *sys.orig_argv[len(console) + 1 :]])
    spec = sys.modules["__main__"].__spec__
    start = f"-m {spec.name.removesuffix('.__main__')}" if spec else os.path.relpath(sys.argv[0])
    return f"python {start} {shlex.join(sys.argv[1:])}".strip()


def refuse_fixed(earlier: StudyRecord) -> None:
    """Refuse a fixed design for a study that has looked at its runs already.

    Raises:
        UsageError: with both ways to go on.
    """
    if earlier.adaptive:
        raise UsageError(
            f"Expected hydra.sweeper.until=settled, as the study {earlier.study} began. Received: a fixed "
            "design, whose error rates do not hold after looks. Add it, or begin a study of another name."
        )


def check_response(record: StudyRecord, rows: Iterable[Row], prefix: str) -> None:
    """Refuse a response that none of the finished runs has.

    Raises:
        UsageError: naming those that there are.
    """
    known = {name for row in rows for name in row.responses}
    if known and record.response not in known:
        raise UsageError(wrong_response(record.response, known, prefix))


def _check_names(plan: Plan) -> None:
    """Refuse a factor that would hide behind a column of the table."""
    taken = [name for name in plan.factors if name in OWN_COLUMNS]
    if taken:
        raise UsageError(
            f"Expected factors with other names than the columns of every table, {', '.join(OWN_COLUMNS)}. "
            f"Received: {', '.join(taken)}. Call the key otherwise"
        )


def _check_settings(analysis: StudyRecord, prefix: str) -> None:
    """Refuse settings that mean nothing, by the keys that a sweep knows them by."""
    directions = {f"{prefix}direction": analysis.direction} | {
        f"{prefix}directions.{name}": direction for name, direction in analysis.directions.items()
    }
    for key, direction in directions.items():
        if direction is not None and not is_direction(direction):
            raise UsageError(
                f"{key}: expected lower or higher. Received: {direction}. A response that should be close to "
                "a value takes this number, or zero"
            )
    if analysis.margin is not None and not analysis.margin > 0:
        raise UsageError(f"{prefix}margin: expected a number above 0, or null. Received: {analysis.margin}")
    try:
        check_model(analysis.scale, read_order(analysis.interactions), analysis.alpha, analysis.numeric)
    except UsageError as error:
        raise UsageError(f"{prefix.rstrip('.')}: {error}" if prefix else str(error)) from error


def _check_numeric(names: Iterable[str], plan: Plan, prefix: str) -> None:
    for name in names:
        levels = plan.factors.get(name)
        if levels is None:
            raise UsageError(
                f"{prefix}numeric: expected factors of this sweep, of {list(plan.factors)}. Received: {name}"
            )
        if not all(isinstance(level, int | float) and not isinstance(level, bool) for level in levels):
            text = ", which has none in some cells" if name in plan.design.nesting else ""
            raise UsageError(
                f"{prefix}numeric: expected a factor whose levels are numbers. Received: {name}{text}"
            )
