"""What a study asks of a design, checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ablation.design.coding import Codes, Inside
from ablation.design.nested import Nesting, collapsed, inside, read_when
from ablation.design.one_factor import everything_on
from ablation.errors import UsageError
from ablation.naming import ELSEWHERE, cell_text, find_factor, find_level, short_names


@dataclass(frozen=True)
class DesignRequest:
    """A requested design.

    Args:
        name: of the kind of design.
        factors: factor → its levels.
        reference: position of each factor's level in the reference cell.
        options: of this kind of design; those that are not given are left out.
        nesting: factors that have levels at some levels of others alone.
    """

    name: str
    factors: dict[str, tuple[Any, ...]]
    reference: tuple[int, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    nesting: Nesting = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Short names of all factors."""
        return short_names(self.factors)

    @property
    def n_levels(self) -> tuple[int, ...]:
        """Number of levels of each factor."""
        return tuple(len(levels) for levels in self.factors.values())

    @property
    def varied(self) -> list[int]:
        """Positions of the factors that have something to compare."""
        return [i for i, size in enumerate(self.n_levels) if size > 1]

    @property
    def reference_text(self) -> str:
        """The reference cell as people read it."""
        levels = [v[i] for v, i in zip(self.factors.values(), self.reference, strict=True)]
        return cell_text(list(self.factors), levels)

    def cells(self, codes: Codes) -> tuple[dict[str, Any], ...]:
        """Positions of levels (n_cells × n_factors) as mappings factor → level."""
        columns = [
            [levels[j] for j in c] for levels, c in zip(self.factors.values(), codes.T.tolist(), strict=True)
        ]
        if not columns:
            return tuple({} for _ in codes)
        return tuple(dict(zip(self.factors, row, strict=True)) for row in zip(*columns, strict=True))

    @property
    def nested(self) -> Inside:
        """Nesting by positions of factors and levels."""
        return inside(self.nesting, self.factors)

    def with_elsewhere(self) -> "DesignRequest":
        """The same with one more level of each nested factor, that of cells in which it has none."""
        factors = {f: (*v, ELSEWHERE) if f in self.nesting else v for f, v in self.factors.items()}
        wide = replace(self, factors=factors)
        cell = wide.collapsed(np.array([self.reference], dtype=np.int64))[0]
        return replace(wide, reference=tuple(map(int, cell)))

    def collapsed(self, codes: Codes) -> Codes:
        """Cells in which nested factors have their last level where their parent asks for none of them."""
        return collapsed(codes, self.nested, {i: self.n_levels[i] - 1 for i in self.nested})

    def widened(self, codes: Codes) -> Codes:
        """Cells of the varied factors, in order, with the factors of one level put back."""
        wide = np.zeros((len(codes), len(self.n_levels)), dtype=np.int64)
        wide[:, self.varied] = codes[np.lexsort(codes.T[::-1])]
        return wide


def check_factors(factors: Mapping[str, Sequence[object]]) -> None:
    """Refuse factors without levels and levels listed twice.

    Args:
        factors: factor → its levels, the reference first.

    Raises:
        UsageError: naming the factor.
    """
    for factor, levels in factors.items():
        if not levels:
            raise UsageError(f"{factor}: expected at least one level, such as {factor}=a,b. Received: none")
        seen = [repr(level) for level in levels]
        for level in seen:
            if seen.count(level) > 1:
                raise UsageError(
                    f"{factor}: expected each level once. Received {level} {seen.count(level)} times"
                )


def read_request(
    name: str,
    factors: Mapping[str, Sequence[Any]],
    reference: Mapping[str, Any] | None,
    options: Mapping[str, Any],
    when: Mapping[str, Any] | None = None,
) -> DesignRequest:
    """Check what every kind of design has.

    Raises:
        UsageError: factors without levels, or unknown names.
    """
    check_factors(factors)
    known = {f: tuple(levels) for f, levels in factors.items()}
    start = everything_on(known) if name == "leave_one_out" else (0,) * len(known)
    nesting = read_when(when or {}, known)
    return DesignRequest(name, known, _reference(known, start, reference or {}), options, nesting)


def whole_number(option: str, value: Any, least: int, words: str = "") -> int | None:
    """A numeric option; None if it is not given.

    Raises:
        UsageError: it is none, such as true, or below the least.
    """
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
        raise UsageError(f"{option}: expected {words}a whole number from {least}. Received: {value!r}")
    return value


def _reference(
    factors: dict[str, tuple[Any, ...]], start: tuple[int, ...], reference: Mapping[str, Any]
) -> tuple[int, ...]:
    """The reference cell, with what the user says of it."""
    cell = dict(zip(factors, start, strict=True))
    for name, level in reference.items():
        factor = find_factor(str(name), list(factors), "reference")
        cell[factor] = find_level(level, factor, factors[factor], "reference")
    return tuple(cell.values())
