"""From the records of a run to its outcome, the same on every backend."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from ablation.app.training.problem import Arrays, Problem
from ablation.results.outcome import Outcome


def finish(
    problem: Problem,
    seed: int,
    history: dict[str, list[float]],
    costs: dict[str, float],
    probed: Callable[[], Sequence[Arrays]],
    weights: dict[str, np.ndarray],
    provenance: dict[str, str],
) -> Outcome:
    """The outcome of a run.

    Args:
        problem: that was trained on.
        seed: of the run.
        history: per epoch, to the end or to the first train loss that is no number.
        costs: responses that are no losses, such as `train_seconds`.
        probed: gives what the problem's probes measured, one mapping each; not called for a run that
            diverged.
        weights: path → values.
        provenance: of the row.
    """
    last = {name: values[-1] for name, values in history.items()}
    responses = {name.removeprefix("test_"): value for name, value in last.items()}
    responses |= {"n_parameters": problem.network.count_params(), **costs}
    arrays: dict[str, np.ndarray] = {}
    if all(map(math.isfinite, responses.values())):
        for probe, raw in zip(problem.probes, probed(), strict=True):
            measured = probe.summarise(raw)
            responses |= measured.responses
            arrays |= measured.arrays
    return Outcome(seed, responses, history, provenance, arrays, weights)
