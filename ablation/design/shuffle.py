"""The order of jobs."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Job = TypeVar("Job")


def shuffled(jobs: Sequence[Job], seed: int) -> list[Job]:
    """The jobs in an order that the seed gives, so that drift of a machine does not become an effect."""
    return [jobs[i] for i in np.random.default_rng(seed).permutation(len(jobs))]
