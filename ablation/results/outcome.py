"""What an app returns for a finished run."""

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
        responses: name → number. A number that is not finite makes the run `diverged`.
        history: name → one number per epoch.
        provenance: further columns that the app knows, such as {"device": "CPU"}.
        arrays: name → array of any shape, kept beside the row for the report (`ablation.results.Arrays`).
        weights: name → array of any shape, kept in the same way, to load the trained network again.
    """

    seed: int
    responses: Mapping[str, float]
    history: Mapping[str, Sequence[float]] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)
    arrays: Mapping[str, "np.ndarray"] = field(default_factory=dict)
    weights: Mapping[str, "np.ndarray"] = field(default_factory=dict)
