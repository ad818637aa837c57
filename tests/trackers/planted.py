"""A study of twelve runs, as sweeps leave one: flags of every kind, histories, one diverged, one failed."""

import math
from pathlib import Path

from ablation.results import Row, StudyRecord, cell_key, open_store, run_key

LEVELS = {"norm": [False, True], "model.act": ["relu", None, "a|b"]}
SEEDS = (0, 1)
DIVERGED, FAILED = 3, 7
REST = {"lr": 0.001, "units": [8, 4], "steps": 100, "note=@": "x, y"}


def row(i: int, **changes: object) -> Row:
    """Run i of the design, as it ended."""
    norm, act = LEVELS["norm"][i // 6], LEVELS["model.act"][i // 2 % 3]
    config, loss = {**REST, "norm": norm, "model.act": act}, 1 + i / 16
    given = {
        "key": run_key(config, i % 2, {}), "study": "mine", "cell": cell_key(config, {}), "seed": i % 2,
        "status": "ok", "config": config, "responses": {"loss": loss, "acc": 0.5}, "identity": {},
        "provenance": {"commit": "abc"}, "started": "2026-11-30T10:00:00+00:00",
        "finished": "2026-11-30T10:00:30+00:00", "seconds": 30.0,
        "history": {"loss": [2.0, loss], "up": [0.25]},
    }  # fmt: skip
    if i == DIVERGED:
        given |= {
            "status": "diverged",
            "responses": {"loss": math.nan, "acc": 0.5},
            "history": {"loss": [2.0, None]},
        }
    if i == FAILED:
        given |= {"status": "error", "responses": {}, "history": {}, "error": "RuntimeError: out of luck"}
    return Row(**given | changes)


def plant(folder: Path, n_runs: int = 12) -> None:
    """Make the study, or its first runs."""
    store = open_store(folder)
    rows = [row(i) for i in range(12)]
    store.save_record(StudyRecord(study="mine", factors=LEVELS, keys=tuple(r.key for r in rows)))
    for each in rows[:n_runs]:
        if store.find(each.key) is None:
            with store.claim(each.key) as claim:
                store.commit(each, claim)
