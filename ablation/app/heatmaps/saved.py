"""The runs of a study whose weights were kept, one of each cell."""

from dataclasses import dataclass

from ablation.app.heatmaps.command_line import MapRequest
from ablation.app.weights import KIND
from ablation.errors import UsageError
from ablation.results import Arrays, Row, open_existing


@dataclass(frozen=True)
class Saved:
    """A run with weights, and its cell's levels as people read them."""

    label: str
    row: Row


def saved_runs(request: MapRequest) -> list[Saved]:
    """The first seed with weights of each cell asked for, in the order of the design.

    Raises:
        UsageError: no such study, no weights, or a cell without.
    """
    snapshot, with_weights = open_existing(request.study).scan(), set(Arrays(request.study).keys(KIND))
    order = {key: i for i, key in enumerate(snapshot.record.keys)}
    rows = sorted(
        (row for key, row in snapshot.rows.items() if key in with_weights and row.status == "ok"),
        key=lambda row: (order.get(row.key, len(order)), row.cell, row.seed),
    )
    if not rows:
        raise UsageError(
            f"{request.study}: expected saved weights. Received a study without any. Train it with "
            "training.save_weights=all (or best) in a new folder: finished runs are not trained again."
        )
    by_cell: dict[str, Row] = {}
    for row in rows:
        by_cell.setdefault(row.cell, row)
    unknown = [cell for cell in request.cells if cell not in by_cell]
    if unknown:
        raise UsageError(
            f"cells: expected some of those with weights, {', '.join(by_cell)}. "
            f"Received: {', '.join(unknown)}"
        )
    names = list(snapshot.record.factors)
    chosen = [by_cell[cell] for cell in request.cells or by_cell]
    labels = [_label(row, names) for row in chosen]
    return [
        Saved(label if labels.count(label) == 1 else f"{label} {row.cell}", row)
        for label, row in zip(labels, chosen, strict=True)
    ]


def _label(row: Row, factors: list[str]) -> str:
    """The cell's levels, such as "spatial, batch_norm"."""
    words = [_level(name.rpartition(".")[2], row.config[name]) for name in factors if name in row.config]
    return ", ".join(word for word in words if word) or ("plain" if factors else row.cell)


def _level(name: str, level: object) -> str:
    """A flag by its name if it is on, else not at all; text as it is; a number with its factor."""
    if isinstance(level, bool):
        return name if level else ""
    return level if isinstance(level, str) else f"{name} {level}"
