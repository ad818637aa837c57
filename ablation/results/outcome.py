"""What an app says of a run that has ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Outcome:
    """The result of one run.

    Args:
        seed: of the run.
        responses: name → number. One that is not finite makes the run `diverged`.
        history: name → a number per epoch.
        provenance: columns that the app knows, such as {"device": "CPU"}.
        arrays: name → array, kept beside the row for the report (`ablation.results.Arrays`).
        weights: name → array, kept likewise for whoever loads the trained network again.
    """

    seed: int
    responses: Mapping[str, float]
    history: Mapping[str, Sequence[float]] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)
    arrays: Mapping[str, "np.ndarray"] = field(default_factory=dict)
    weights: Mapping[str, "np.ndarray"] = field(default_factory=dict)
