"""A plan as JSON, for programs; docs/results.md says what the names mean."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ablation.results import Snapshot
from ablation.sweep.plan import Plan
from ablation.sweep.preview import Detectable, detectable
from ablation.sweep.survey import Survey
from ablation.sweep.time_left import training_left

if TYPE_CHECKING:
    from ablation.sweep.growing import Growing


def plan_json(
    snapshot: Snapshot, place: str, plan: Plan, done: Survey, n_parallel: int | None, growing: Growing | None
) -> str:
    """What would be trained, for how long, and what it could see.

    Args:
        snapshot: earlier rows, and the record as it would be saved.
        place: of the rows, without a password.
        plan: its runs, of an adaptive study up to the maximum.
        done: how far it is.
        n_parallel: how many runs are trained at once; None where the launcher does not say.
        growing: of an adaptive study.
    """
    record, design = snapshot.record, snapshot.record.design
    n_left = len(plan.runs) - len(done.rows)
    whole = training_left(done.rows.values(), n_left)
    at_once = max(1, min(n_parallel or 1, n_left))
    entry = {
        "schema": 1,
        "study": record.study,
        "place": place,
        "factors": dict(plan.factors),
        "reference": record.reference_cell,
        "design": asdict(design),
        "cells": len(plan.cells),
        "seeds": list(plan.seeds),
        "runs": len(plan.runs),
        "done": len(done.rows),
        "outside": done.n_outside,
        "training_seconds_left": whole,
        "runs_at_once": n_parallel,
        "seconds_left": None if whole is None or n_parallel is None else whole / at_once,
        "response": record.response,
        "direction": record.reported[record.response],
        "margin": record.margin,
        "detectable": _detectable(detectable(snapshot, plan)) if done.rows and not growing else None,
        "adaptive": _adaptive(growing, snapshot) if growing else None,
    }
    return json.dumps(entry, indent=1, ensure_ascii=False, allow_nan=False)


def _detectable(smallest: Detectable) -> Mapping[str, Any]:
    names = ("factor", "level", "reference")
    effects = [
        {**dict(zip(names, each, strict=True)), "effect": None if math.isnan(size) else size}
        for *each, size in smallest.effects
    ]
    obstacle = smallest.obstacle.lstrip(":. ") or None
    return {"unit": smallest.unit.strip(), "runs": smallest.n_runs, "effects": effects, "obstacle": obstacle}


def _adaptive(growing: Growing, snapshot: Snapshot) -> Mapping[str, Any]:
    from ablation.sweep.growing import expected

    promises = [asdict(promise) for promise in expected(growing, snapshot)]
    return {"looks": list(growing.study.plan.looks), "expected": promises}
