"""changes.json: every number on two studies for programs; its schema is in docs/report.md."""

from dataclasses import asdict
from typing import Any

from ablation.report.changed import Changed, ChangedResponse
from ablation.report.formats.effects_json import strict
from ablation.report.sentences.changes import change_answer, change_sentence, how_compared
from ablation.report.subject import Subject

SCHEMA = 1
"""Grows when a name changes its meaning or goes; new names may come without."""


def changes_json(both: Changed) -> str:
    """The whole as strict JSON; numbers that are not known are null."""
    return strict(
        {
            "schema": SCHEMA,
            "first": _study(both.first),
            "second": _study(both.second),
            "settings": both.settings.to_dict("records"),
            "notes": list(both.notes),
            "responses": [_response(one) for one in both.responses],
        }
    )


def _study(study: Subject) -> dict[str, Any]:
    return {"study": study.name, "source": study.source, "runs": len(study.table)}


def _response(one: ChangedResponse) -> dict[str, Any]:
    both, words = one.comparison, one.words
    effects = both.effects.to_dict("records")
    return {
        "response": words.response,
        "direction": words.direction,
        "scale": both.scale.name,
        "alpha": both.alpha,
        "margin": words.margin,
        "paired": both.is_paired,
        "pairs": len(both.common.first),
        "answer": [{"kind": c.kind, "text": c.text} for line in change_answer(both, words) for c in line],
        "notes": list(how_compared(both, words)),
        "effects": [{**row, "sentence": change_sentence(row, words)} for row in effects],
        "average": asdict(both.average) if both.average else None,
        "cells": both.cells.to_dict("records"),
        "best": {"first": both.best[0].levels, "second": both.best[1].levels, "kept": both.keeps_best},
        "only": both.only.to_dict("records"),
    }
