"""Fractions: the smallest regular one of a resolution, or the best resolution for a number of cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import lcm, prod

import numpy as np

from ablation.design import wordlengths
from ablation.design.catalogue import catalogued_runs
from ablation.design.choose import choose_columns
from ablation.design.coding import MAX_CELLS, Codes, effect_columns, n_parameters
from ablation.design.exchange import d_optimal
from ablation.design.generators import parse_generators
from ablation.design.notes import roman, shape
from ablation.design.orthogonal_arrays import PLACKETT_BURMAN, SIZES, pool
from ablation.design.regular import Word, catalogued_words, fraction, relation_text, solve
from ablation.design.verify import d_efficiency
from ablation.errors import UsageError

MAX_SEARCHED = 48
"""Cells of arrays that are looked for by exchange if only a resolution is given."""


@dataclass(frozen=True)
class Fraction:
    """Some of a factorial's cells.

    Args:
        codes: positions of levels (n_cells × n_factors).
        kind: in words; cells and resolution are added to it.
        resolution: none if main effects are not orthogonal.
        relation: the defining relation of a regular fraction, or its generators.
    """

    codes: Codes
    kind: str
    resolution: int | None
    relation: str = ""

    @property
    def words(self) -> str:
        """The fraction in one line."""
        end = f" of resolution {roman(self.resolution)}" if self.resolution else ""
        return f"{self.kind}{end}{', ' * bool(self.relation)}{self.relation}"


@dataclass(frozen=True)
class Fractions:
    """The fractions of one factorial.

    Args:
        names: of the factors, each of two levels or more.
        n_levels: of each.
        reference: position of each factor's level in the reference cell.
    """

    names: Sequence[str]
    n_levels: tuple[int, ...]
    reference: tuple[int, ...]

    def make(self, resolution: int | None, runs: int | None, generators: Sequence[str] | None) -> Fraction:
        """The requested fraction.

        Raises:
            UsageError: it cannot be had, with those that can.
        """
        if generators:
            return self._checked(self._generated(generators), resolution, runs)
        if runs is None and resolution is None:
            raise UsageError(f"fractional: expected a resolution or a number of runs. {self._offers()}")
        for n in self._sizes() if runs is None else [runs]:
            chosen = self._of(n, exact=runs is not None)
            if chosen and (chosen.resolution or 0) >= (resolution or 0):
                return chosen
        wishes = {"runs": runs, "resolution": resolution}
        received = ", ".join(f"{option}={wish}" for option, wish in wishes.items() if wish is not None)
        raise UsageError(f"fractional: no such fraction. Received: {received}. {self._offers()}")

    @property
    def _two_level(self) -> bool:
        return set(self.n_levels) == {2}

    @property
    def _n_full(self) -> int:
        return prod(self.n_levels)

    def _generated(self, generators: Sequence[str]) -> Fraction:
        """The fraction of the user's generators, with their signs."""
        if not self._two_level:
            many = [n for n, size in zip(self.names, self.n_levels, strict=True) if size != 2]
            raise UsageError(
                f"generators: expected factors of two levels. Received: {', '.join(many)} with more"
            )
        words = parse_generators(generators, self.names)
        n_cells = 2 ** (len(self.names) - len(words))
        if n_cells > MAX_CELLS:
            raise UsageError(
                f"generators: expected up to {MAX_CELLS:,} cells. Received: {n_cells:,}. Add generators"
            )
        return self._regular(words)

    def _checked(self, chosen: Fraction, resolution: int | None, runs: int | None) -> Fraction:
        """The generated fraction, if it also meets the other options."""
        if runs in (None, len(chosen.codes)) and (chosen.resolution or 0) >= (resolution or 0):
            return chosen
        received = f"generators that give {len(chosen.codes)} cells of resolution {_numeral(chosen)}"
        raise UsageError(f"fractional: expected generators for runs and resolution. Received: {received}")

    def _sizes(self) -> list[int]:
        """Numbers of cells in which orthogonal fractions are known or may be found, rising."""
        if self._two_level:
            known = catalogued_runs(len(self.names))
        else:
            known = [*SIZES, *range(self._step, MAX_SEARCHED + 1, self._step)]
        return sorted({n for n in known if self._least <= n < self._n_full})

    @property
    def _least(self) -> int:
        """Fewest cells with which main effects can be separated."""
        return n_parameters(self.n_levels, 1)

    @property
    def _step(self) -> int:
        """Levels of any two factors can meet equally often only in multiples of this."""
        return lcm(*(a * b for a, b in combinations(self.n_levels, 2)))

    def _of(self, n_cells: int, exact: bool) -> Fraction | None:
        """The best known fraction of this size; a nearly orthogonal one only if the size is `exact`."""
        if not self._least <= n_cells < self._n_full:
            return None
        if self._two_level:
            if words := catalogued_words(len(self.names), n_cells, self.reference):
                return self._regular(solve(words))
            return self._array(n_cells) if n_cells in PLACKETT_BURMAN else None
        if (chosen := self._array(n_cells)) or not (exact or n_cells % self._step == 0):
            return chosen
        chosen = self._subset(n_cells)
        return chosen if exact or chosen.resolution else None

    def _regular(self, words: Sequence[Word]) -> Fraction:
        """A 2^(k−p) from its defining words."""
        k, p = len(self.names), len(words)
        codes = fraction(words, k)
        regular = Fraction(codes, f"2^({k}−{p}) fraction", None, relation_text(words, k))
        return replace(regular, resolution=self._resolution(codes) or _shortest(words))

    def _array(self, n_cells: int) -> Fraction | None:
        """Columns of an orthogonal array."""
        columns = pool(n_cells, self.n_levels)
        codes = choose_columns(columns, self.n_levels) if columns else None
        if codes is None:
            return None
        codes = self._with_reference(codes)
        part = f"{n_cells} of the {self._n_full} cells of {shape(self.n_levels)}"
        if self._two_level and n_cells in PLACKETT_BURMAN:
            kind = f"Plackett–Burman design ({part})"
        elif n_cells & (n_cells - 1) == 0 and self._n_full % n_cells == 0:
            part = {2: "half", 4: "quarter"}.get(self._n_full // n_cells, f"1/{self._n_full // n_cells}")
            kind = f"{shape(self.n_levels)} {part} fraction in {n_cells} cells"
        else:
            kind = f"orthogonal array L{n_cells} ({part})"
        return Fraction(codes, kind, self._resolution(codes))

    def _subset(self, n_cells: int) -> Fraction:
        """The D-optimal subset, which may turn out orthogonal."""
        codes = self._with_reference(d_optimal(self.n_levels, n_cells))
        reached = self._resolution(codes)
        part = f"{n_cells} of the {self._n_full} cells of {shape(self.n_levels)}"
        if reached:
            return Fraction(codes, f"orthogonal array L{n_cells} ({part})", reached)
        efficiency = d_efficiency(np.hstack(list(effect_columns(codes, self.n_levels, 1).values())))
        return Fraction(codes, f"D-optimal subset ({part}), D-efficiency {efficiency:.3f}", None)

    def _with_reference(self, codes: Codes) -> Codes:
        """Levels renamed so that the reference cell is among the cells: that costs nothing."""
        if (codes == self.reference).all(1).any():
            return codes
        moved = codes.copy()
        for i, (size, level) in enumerate(zip(self.n_levels, self.reference, strict=True)):
            if size & (size - 1) == 0:
                moved[:, i] ^= codes[0, i] ^ level  # keeps the columns of a pseudo-factor
            else:
                moved[:, i] = (codes[:, i] - codes[0, i] + level) % size
        return moved

    def _resolution(self, codes: Codes) -> int | None:
        return wordlengths.resolution(wordlengths.word_lengths(codes, self.n_levels))

    def _offers(self) -> str:
        """A sentence that lists the choices."""
        offers = [f"{n} cells (resolution {_numeral(f)})" for n, f in self._worthwhile()]
        text = f"Can be had: {', '.join(offers)}" if offers else "No orthogonal fraction is known"
        if not self._two_level and self._least < self._n_full:
            text += f"; as a D-optimal subset, any runs from {self._least} to {self._n_full - 1}"
        return text + f". full_factorial has {self._n_full} cells"

    def _worthwhile(self) -> Iterator[tuple[int, Fraction]]:
        """Number of cells and fraction, without those that more cells make no better."""
        best = 0
        for n in sorted({*self._sizes(), *(PLACKETT_BURMAN if self._two_level else ())}):
            candidate = self._of(n, exact=False)
            reached = (candidate.resolution or 0) if candidate else 0
            if candidate and (reached > best or (self._two_level and reached == best)):
                best = reached
                yield n, candidate


def _numeral(one: Fraction) -> str:
    return roman(one.resolution) if one.resolution else "none"


def _shortest(words: Sequence[Word]) -> int:
    """Resolution of a fraction too large to count pairs of cells: the shortest product of its words."""
    group = [Word(0, 1)]
    for word in words:
        group += [word * other for other in group]
    return min(len(w.factors) for w in group[1:])
