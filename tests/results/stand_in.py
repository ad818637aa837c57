"""A stand-in for training: a small app with flags, defaults and data, and a result to go with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ablation.results import Row, cell_key, run_key

DEFAULTS: dict[str, object] = {"flags.batch_norm": True, "flags.attention": False, "training.rate": 0.005}
IDENTITY = {"data": "d" * 64}
START, END = "2026-01-02T03:04:05.678901+00:00", "2026-01-02T03:04:06.678901+00:00"


def make_row(
    config: Mapping[str, object] | None = None,
    seed: int = 0,
    defaults: Mapping[str, object] | None = None,
    **entries: Any,
) -> Row:
    """A finished run's row; entries replace those of the stand-in."""
    full = {**(DEFAULTS if defaults is None else defaults), **(config or {})}
    declared = DEFAULTS if defaults is None else defaults
    content: dict[str, Any] = {
        "key": run_key(full, seed, IDENTITY, declared),
        "study": "quick",
        "cell": cell_key(full, IDENTITY, declared),
        "seed": seed,
        "status": "ok",
        "config": full,
        "responses": {"loss": 0.25 + seed / 100, "n_parameters": 219_033},
        "history": {"train_loss": [0.5, 0.3]},
        "identity": IDENTITY,
        "provenance": {"commit": "abc", "device": "CPU", "python": "3.11.4"},
        "started": START,
        "finished": END,
        "seconds": 1.0,
    }
    return Row(**{**content, **entries})
