"""Regular fractions 2^(k−p): defining words in, cells out."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

from ablation.design.catalogue import added_columns
from ablation.design.coding import Codes
from ablation.errors import UsageError
from ablation.naming import letters

MAX_GENERATORS = 10
"""That are written out."""


@dataclass(frozen=True)
class Word:
    """A product of factors that is constant over a fraction.

    Args:
        mask: bit i stands for factor i.
        sign: of the product, where a factor's first level counts −1 and its second 1.
    """

    mask: int
    sign: int

    def __mul__(self, other: "Word") -> "Word":
        """Factors that both have cancel, since their square is 1."""
        return Word(self.mask ^ other.mask, self.sign * other.sign)

    @property
    def factors(self) -> list[int]:
        """Positions of its factors, rising."""
        return [i for i in range(self.mask.bit_length()) if self.mask >> i & 1]


def catalogued_words(n_factors: int, n_cells: int, reference: Sequence[int]) -> list[Word]:
    """Defining words of the published fraction, with the signs that put the reference cell into it.

    Args:
        n_factors: all of two levels.
        n_cells: a power of two.
        reference: position of each factor's level (0 or 1) in the reference cell.

    Returns:
        One word for each added factor; none if there is no such fraction.
    """
    n_basic = n_cells.bit_length() - 1
    masks = [c | 1 << (n_basic + j) for j, c in enumerate(added_columns(n_factors, n_cells))]
    return [Word(m, prod(2 * reference[i] - 1 for i in Word(m, 1).factors)) for m in masks]


def solve(words: Sequence[Word]) -> list[Word]:
    """Words that define the same fraction, each with a last factor that no other has.

    Raises:
        UsageError: a word follows from the others, or contradicts them.
    """
    solved: list[Word] = []
    for word in words:
        for known in solved:
            if word.mask >> known.mask.bit_length() - 1 & 1:
                word = word * known
        if not word.mask:
            relation = "follows from the others" if word.sign > 0 else "contradicts the others"
            raise UsageError(f"generators: expected independent ones. Received: one that {relation}")
        last = word.mask.bit_length() - 1
        solved = [known * word if known.mask >> last & 1 else known for known in solved] + [word]
    return solved


def fraction(words: Sequence[Word], n_factors: int) -> Codes:
    """The cells of a fraction (2^(k−p) × n_factors), positions of levels, in standard order."""
    dependent = {w.factors[-1]: w for w in words}
    free = [i for i in range(n_factors) if i not in dependent]
    signs = np.ones((2 ** len(free), n_factors), dtype=np.int64)
    signs[:, free] = np.array(list(product((-1, 1), repeat=len(free)))).reshape(-1, len(free))
    for i, word in dependent.items():
        signs[:, i] = word.sign * signs[:, word.factors[:-1]].prod(1)
    return np.asarray((signs + 1) // 2)


def relation_text(words: Sequence[Word], n_factors: int) -> str:
    """`I = ABCD`: the whole defining relation up to three generators; up to ten, the generators."""
    letter = letters(n_factors)
    if len(words) > MAX_GENERATORS:
        return ""
    if len(words) > 3:
        return ", ".join(
            f"{letter[w.factors[-1]]} = {_product(w.factors[:-1], w.sign, letter)}" for w in words
        )
    group = [Word(0, 1)]
    for word in words:
        group += [word * other for other in group]
    ordered = sorted(group[1:], key=lambda w: (len(w.factors), w.factors))
    return " = ".join(["I", *(_product(w.factors, w.sign, letter) for w in ordered)])


def _product(factors: Sequence[int], sign: int, letter: Sequence[str]) -> str:
    """Such as `−ABC`."""
    return ("−" if sign < 0 else "") + "".join(letter[i] for i in factors)
