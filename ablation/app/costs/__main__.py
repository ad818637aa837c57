"""Measures the cells of a finished study: `python -m ablation.app.costs runs/quick`."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ablation.app.costs.command_line import CostRequest, parse
from ablation.errors import UsageError
from ablation.naming import cell_text
from ablation.results import Row, open_existing
from ablation.results.cost_file import Costs, save_costs
from ablation.words import counted


def main(arguments: Sequence[str]) -> int:
    """Measure, keep and print; 0 when done, 2 on a mistake."""
    try:
        _measure(parse(arguments))
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _measure(request: CostRequest) -> None:
    rows = one_of_each_cell(request.study)
    by_cell: dict[str, dict[str, float | None]] = {
        row.cell: {"peak_memory_bytes": _peak(request, row)} for row in rows
    }
    about = _in_this_process(request, rows, by_cell)
    path = save_costs(request.study, by_cell, about)
    print(f"{counted(len(rows), 'cell')} on {about['device']} with {about['backend']}")
    print(cost_lines(rows, by_cell, request.batches))
    print(f"Kept in {path}, and shown by: ablation report {request.study}")


def cost_lines(rows: Sequence[Row], by_cell: Costs, batches: Sequence[int]) -> str:
    """A line for each cell: millions of operations, MB, and milliseconds with their median's interval."""
    varied = [name for name in rows[0].config if len({str(row.config[name]) for row in rows}) > 1]
    lines = []
    for row in rows:
        costs = by_cell[row.cell]
        parts = [f"{_shown(costs['flops'], 1e6)} MFLOP", f"{_shown(costs['peak_memory_bytes'], 1e6)} MB"]
        for n in batches:
            name = f"latency_{n}_seconds"
            middle, low, high = (_shown(costs[name + end], 1e-3) for end in ("", "_low", "_high"))
            parts.append(f"{middle} ms at {n} ({low} to {high})")
        lines.append(f"  {', '.join(parts)}  {cell_text(varied, [row.config[name] for name in varied])}")
    return "\n".join(lines)


def _shown(value: float | None, unit: float) -> str:
    return "unknown" if value is None else f"{value / unit:.3g}"


def one_of_each_cell(study: str) -> list[Row]:
    """A finished run of each cell of the design, in its order.

    Raises:
        UsageError: no folder of a study, none of the built-in app, or no finished run.
    """
    if not Path(study).is_dir():
        raise UsageError(f"costs: expected the folder of a study, such as runs/quick. Received: {study}")
    snapshot = open_existing(study).scan()
    by_cell: dict[str, Row] = {}
    for key in snapshot.record.keys:
        if (row := snapshot.rows.get(key)) is not None:
            by_cell.setdefault(row.cell, row)
    if not by_cell:
        raise UsageError(f"{study}: expected finished runs. Received: none. Sweep it first")
    if any("model.name" not in row.config for row in by_cell.values()):
        raise UsageError(
            f"{study}: expected a study of the built-in networks, or of a plugin's. Received: one of another "
            "app, whose networks are not known here. Let its function return what it costs, as a response"
        )
    return list(by_cell.values())


def _peak(request: CostRequest, row: Row) -> float | None:
    """Peak memory in bytes, of a fresh process; None where this system does not report it."""
    from ablation.app.costs.peak import is_measurable

    if not is_measurable():
        return None
    command = [sys.executable, "-m", "ablation.app.costs.peak", request.study, row.key]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        raise UsageError(f"costs: the process that measured cell {row.cell} ended early: {last}")
    return float(done.stdout.split()[-1])


def _in_this_process(
    request: CostRequest, rows: Sequence[Row], by_cell: Mapping[str, dict[str, float | None]]
) -> dict[str, object]:
    """Add operations and latencies; return where and how they were measured."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from ablation.app.training.devices import prepare_device
    from ablation.app.weights import config_of

    device = prepare_device(config_of(rows[0]).training.threads)
    from ablation.app.costs.latency import in_turns, median_interval
    from ablation.app.training.backends import backend_name, costs

    built = [_built(row, request.batches) for row in rows]
    passes = {
        (each.cell, n): costs().forward(each.network, each.inputs(n))
        for each in built
        for n in dict.fromkeys((1, *request.batches))
    }
    for row in rows:
        by_cell[row.cell]["flops"] = passes[row.cell, 1].flops()
    timed = {key: each.call for key, each in passes.items() if key[1] in request.batches}
    seconds = in_turns(list(timed.values()), request.rounds)
    for (cell, n), taken in zip(timed, seconds.T, strict=True):
        name, (middle, low, high) = f"latency_{n}_seconds", median_interval(taken)
        by_cell[cell] |= {name: middle, f"{name}_low": low, f"{name}_high": high}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"device": device, "backend": backend_name(), "rounds": request.rounds, "measured": now}


@dataclass(frozen=True)
class _Built:
    """A cell's network, and pictures to show it."""

    cell: str
    network: Any
    pictures: Mapping[str, Any]

    def inputs(self, n: int) -> Any:
        """The first n, from the start again where there are fewer."""
        import numpy as np

        from ablation.app.training.problem import inputs_of

        few = {name: array[np.arange(n) % len(array)] for name, array in self.pictures.items()}
        return inputs_of(self.network, few)


def _built(row: Row, batches: Sequence[int]) -> _Built:
    from ablation.app.problems import problem
    from ablation.app.weights import config_of

    made = problem(config_of(row))
    return _Built(row.cell, made.network, {name: x[: max(batches)] for name, x in made.test.items()})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
