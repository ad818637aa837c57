"""Which runs are trained together, and what happens if they do not fit. Independent of backends."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol, TypeVar

from ablation.results.outcome import Outcome

R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)
T = TypeVar("T")
log = logging.getLogger(__name__)


class Packed(Protocol[R_contra]):
    """A loop that trains several runs at once, each given by its seed or more."""

    def fitting(self, n: int) -> int:
        """How many runs, at most n, should fit into memory."""

    def train(self, runs: Sequence[R_contra]) -> list[Outcome]:
        """Train these runs together."""

    def is_out_of_memory(self, error: Exception) -> bool:
        """Whether an error of the other two means that there is too little memory."""


def train_packed(loop: Packed[R], runs: Sequence[R], pack: str) -> Iterator[Outcome]:
    """Train runs in packs of one size, smaller ones when the device runs out of memory.

    Args:
        loop: trains a pack.
        runs: to train.
        pack: the most runs at once, or `auto` for as many as fit.

    Yields:
        The outcomes in the order of the runs. `pack` in their provenance says when fewer fit than expected.

    Raises:
        MemoryError: not even one run fits.
    """
    left = list(runs)
    size = pack_size(len(left), _fitting(loop, len(left)) if pack == "auto" else int(pack))
    refused = None
    while left:
        chunk = left[:size]
        # The last pack is filled with a run again: that costs less than compiling for another size.
        filled = chunk + chunk[-1:] * (size - len(chunk))
        outcomes = _in_memory(loop, partial(loop.train, filled))
        if outcomes is None:
            if size == 1:
                raise MemoryError("Not even one run fits into the device's memory.")
            refused, size = size, pack_size(len(left), size // 2)
            log.warning("A pack of %d runs does not fit into the device's memory; trying %d", refused, size)
            continue
        for outcome in outcomes[: len(chunk)]:
            text = f"{size} ({refused} ran out of memory)" if refused else str(size)
            yield replace(outcome, provenance={**outcome.provenance, "pack": text})
        left = left[size:]


def pack_size(n: int, most: int) -> int:
    """The size with which n runs go into as few packs as possible, and leave the fewest places empty.

    >>> pack_size(5, 64), pack_size(10, 8), pack_size(3, 1)
    (5, 5, 1)
    """
    n_packs = -(-n // max(1, most))
    return -(-n // max(1, n_packs))


def _fitting(loop: Packed[R], n: int) -> int:
    """What the loop thinks will fit; compiling for too many may need more memory than there is."""
    n_fitting = _in_memory(loop, partial(loop.fitting, n))
    if n_fitting is None:
        return _fitting(loop, n // 2) if n > 1 else 1  # training shows whether one fits
    return n_fitting


def _in_memory(loop: Packed[R], work: Callable[[], T]) -> T | None:
    """The result of the work; None when memory runs out. What a failed pack held is free by then."""
    try:
        return work()
    except Exception as error:
        if not loop.is_out_of_memory(error):
            raise
    return None
