"""The entrance to designs: factors and the name of a design in, a verified design out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any

import numpy as np

from ablation.design.coding import MAX_CELLS
from ablation.design.design import Design
from ablation.design.design_request import DesignRequest, read_request, whole_number
from ablation.design.foldover import plan_mirror
from ablation.design.fractional import Fraction, Fractions
from ablation.design.last_steps import Cells, finish
from ablation.design.nested import activated
from ablation.design.notes import legend, one_factor_notes, roman, shape
from ablation.design.one_factor import one_factor_cells
from ablation.design.union import union_cells
from ablation.design.verify import examine
from ablation.errors import UsageError
from ablation.naming import short_names
from ablation.words import counted

_ROMAN = {roman(number): number for number in range(3, 7)}


def make_design(
    factors: Mapping[str, Sequence[Any]],
    name: str = "full_factorial",
    *,
    exclude: Sequence[Mapping[str, Any]] = (),
    reference: Mapping[str, Any] | None = None,
    when: Mapping[str, Any] | None = None,
    **options: Any,
) -> Design:
    """Choose the cells of a study, and verify by linear algebra what they can show.

    Args:
        factors: factor → its levels, the reference first.
        name: `full_factorial`; `fractional`; `foldover` (a fraction and its mirror); `one_at_a_time` (the
            reference cell, and each factor changed alone); `leave_one_out` (the same, with everything
            on); or `union` of several of these.
        exclude: partial configurations, factor → level or list of levels; cells that match one are left out.
        reference: factor → level of the reference cell, for factors in which it is not the first level (in
            `leave_one_out`: not the level that is on, see `one_factor.everything_on`).
        when: nested factor → {another factor: the levels of that one at which the first has levels};
            elsewhere its level is `none`.
        options: of a fraction. `resolution` (3 or III): the smallest regular fraction that reaches it, with
            minimum aberration. `runs`: number of cells (of a foldover: of its base), with the best resolution
            for that number; with `resolution`, both must hold. `generators` for two-level factors, such as
            `D=-ABC` or `dropout=batch_norm:attention`. `foldover`: what the mirror switches: all two-level
            factors (true), or the named factor. `union`: designs, each as {design: …} with its options and
            `factors`, those that it varies; the others keep the level of its reference cell.

    Returns:
        The design: its cells, what can and cannot be concluded, and its aliases.

    Raises:
        UsageError: there is no such design; the message says which there are.
        TypeError: there is no such option.
    """
    given = {o: v for o, v in options.items() if v is not None and v is not False and v not in ([], ())}
    kind = "union" if "union" in given and name == "full_factorial" else name  # which is the default
    _check_options(kind, given)
    kind = "foldover" if "foldover" in given else kind
    request = read_request(kind, factors, reference, given, when)
    return finish(request, _KINDS[request.name].cells(request), exclude)


def _check_options(name: str, given: Mapping[str, Any]) -> None:
    """Refuse a kind of design that there is not, or an option that this kind does not have."""
    if name not in _KINDS:
        raise UsageError(f"design: expected one of {', '.join(_KINDS)}. Received: {name!r}")
    for option in given:
        takers = [kind for kind, known in _KINDS.items() if option in known.options]
        if not takers:
            raise TypeError(f"make_design() got an unexpected keyword argument {option!r}")
        if name not in takers and option == "union":
            raise UsageError(
                f"union: expected all of its designs in the list, and no other beside it. Received: "
                f"design={name}. Put {{design: {name}}} into the list, or leave design out"
            )
        if name not in takers:
            raise UsageError(f"{option}: only for the designs {' and '.join(takers)}. Received: {name}")


def _check_part(name: str, given: Mapping[str, Any]) -> None:
    """Refuse a part of a union that is no design, or an option that it does not take."""
    takes = (*_KINDS[name].options, "reference") if name in _KINDS else ()
    unknown = [option for option in given if option not in takes]
    if name in _KINDS and (name == "union" or unknown):
        received = f"{unknown[0]} of {name}" if unknown else name
        raise UsageError(
            f"union: expected designs other than a union, with their own options, factors and reference. "
            f"Received: {received}"
        )
    _check_options(name, {})


def _union(request: DesignRequest) -> Cells:
    return union_cells(request, _check_part, lambda part: _KINDS[part.name].cells(part))


def _full_factorial(request: DesignRequest) -> Cells:
    """Every cell; the last factor changes fastest."""
    n_cells = prod(request.n_levels)
    if n_cells > MAX_CELLS:
        received = f"{shape(request.n_levels)} = {n_cells:,}. Take a fraction"
        raise UsageError(f"full_factorial: expected up to {MAX_CELLS:,} cells. Received: {received}")
    codes = np.indices(request.n_levels).reshape(len(request.n_levels), n_cells).T
    sizes = [request.n_levels[i] for i in request.varied]
    few = ["a single cell", "all levels of one factor"]
    words = few[len(sizes)] if len(sizes) < 2 else f"{shape(sizes)} full factorial"
    return Cells(np.asarray(codes, dtype=np.int64), words)


def _fractional(request: DesignRequest) -> Cells:
    base = _base(request)
    return Cells(request.widened(base.codes), base.words, _legend(base, request))


def _foldover(request: DesignRequest) -> Cells:
    """A fraction and its mirror, the fraction first."""
    base = _base(request)
    factors = [list(request.factors)[i] for i in request.varied]
    n_levels = [request.n_levels[i] for i in request.varied]
    mirror = plan_mirror(_fold(request), factors, n_levels)
    new = mirror.of(base.codes)
    codes = np.vstack([base.codes, new])
    levels = {n: tuple(range(size)) for n, size in zip(short_names(factors), n_levels, strict=True)}
    before, after = examine(base.codes, levels), examine(codes, levels)
    gained = f" of resolution {roman(after.resolution)}" if after.resolution else ""
    words = f"{base.words}; with its {mirror.words} {len(codes)} cells{gained}"
    notes = [*_legend(base, request), mirror.note(before.aliases, after.aliases)]
    both = np.vstack([request.widened(base.codes), request.widened(new)])
    return Cells(both, words, notes, n_base=len(base.codes))


def _neighbours(words: str, request: DesignRequest) -> Cells:
    """The reference cell, and each factor changed in turn."""
    codes = one_factor_cells(request.reference, request.n_levels)
    codes = activated(codes, request.nested, request.reference)
    notes = one_factor_notes(request.with_elsewhere().reference_text, len(request.varied))
    return Cells(codes, f"{words}, {counted(len(codes), 'cell')}", notes, needs_reference=True)


@dataclass(frozen=True)
class _Kind:
    """What makes the cells of a design, and the options that it takes."""

    cells: Callable[[DesignRequest], Cells]
    options: tuple[str, ...] = ()


_OF_FRACTIONS = ("resolution", "runs", "generators", "foldover")
_KINDS = {
    "full_factorial": _Kind(_full_factorial),
    "fractional": _Kind(_fractional, _OF_FRACTIONS),
    "leave_one_out": _Kind(partial(_neighbours, "leave-one-out from a cell with everything on")),
    "one_at_a_time": _Kind(partial(_neighbours, "one-at-a-time from the reference cell")),
    "foldover": _Kind(_foldover, _OF_FRACTIONS),
    "union": _Kind(_union, ("union",)),
}


def _base(request: DesignRequest) -> Fraction:
    """The fraction of the factors that vary."""
    factors = [list(request.factors)[i] for i in request.varied]
    n_levels = tuple(request.n_levels[i] for i in request.varied)
    reference = tuple(request.reference[i] for i in request.varied)
    options = request.options
    resolution = _ROMAN.get(str(options.get("resolution")), options.get("resolution"))
    return Fractions(factors, n_levels, reference).make(
        whole_number("resolution", resolution, 3, "III, IV or V, or "),
        whole_number("runs", options.get("runs"), 1),
        options.get("generators"),
    )


def _fold(request: DesignRequest) -> bool | str:
    """What the mirror switches."""
    fold = request.options.get("foldover", True)
    if not isinstance(fold, bool | str):
        raise UsageError(
            f"foldover: expected true (all factors of two levels) or a factor. Received: {fold!r}"
        )
    return fold


def _legend(base: Fraction, request: DesignRequest) -> list[str]:
    """The letters that the words use."""
    return [legend([request.names[i] for i in request.varied])] if base.relation else []
