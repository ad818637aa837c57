"""The last steps of every design: exclude cells, verify, order, and say what holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ablation.design.coding import Codes, first_of_each
from ablation.design.design import Design
from ablation.design.design_request import DesignRequest
from ablation.design.exclude import Rule, matches, read_rules, rule_text
from ablation.design.nested import inside, nested_notes, place_text
from ablation.design.notes import conclusions, inseparable, left_out
from ablation.design.verify import examine
from ablation.errors import UsageError
from ablation.naming import short_name
from ablation.words import counted, listed


@dataclass(frozen=True)
class Cells:
    """The cells of a design before any is excluded.

    Args:
        codes: positions of levels (n_cells × n_factors).
        words: the design in one line.
        notes: on how it was made.
        n_base: cells of the base fraction, which stay in front of their mirror.
        needs_reference: every other cell is compared with the reference cell alone.
    """

    codes: Codes
    words: str
    notes: list[str] = field(default_factory=list)
    n_base: int | None = None
    needs_reference: bool = False


def finish(request: DesignRequest, cells: Cells, exclude: Sequence[Mapping[str, Any]]) -> Design:
    """Apply the exclusions and verify what is left.

    Raises:
        UsageError: nothing is left, or not the cell that others are compared with.
    """
    request, cells = _nested(request, cells)
    rules = read_rules(exclude, request.factors)
    out = np.array([matches(cells.codes, rule) for rule in rules]).reshape(len(rules), len(cells.codes))
    is_left = ~np.any(out, axis=0)
    codes = _reference_first(cells.codes[is_left], request, int(is_left[: cells.n_base].sum()))
    _check_left(codes, cells, request, rules)
    varied = {list(request.factors)[i]: list(request.factors.values())[i] for i in request.varied}
    properties = examine(codes[:, request.varied], varied, inside(request.nesting, varied))
    n_out = int((~is_left).sum())
    return Design(
        name=request.name,
        factors=request.factors,
        cells=request.cells(codes),
        words=cells.words + (f"; {counted(n_out, 'cell')} excluded" if n_out else ""),
        notes=(
            *cells.notes,
            *nested_notes(request.nesting),
            *_exclusions(rules, out, request),
            *(inseparable(properties) if cells.needs_reference else conclusions(properties)),
            *_remarks(codes, request),
        ),
        aliases=() if cells.needs_reference else properties.aliases,
        reference=request.cells(np.array([request.reference], dtype=np.int64))[0],
        nesting=request.nesting,
    )


def _nested(request: DesignRequest, cells: Cells) -> tuple[DesignRequest, Cells]:
    """Give nested factors no level where their parent asks for none: such cells are then one."""
    if not request.nesting:
        return request, cells
    request = request.with_elsewhere()
    codes = request.collapsed(cells.codes)
    first = first_of_each(codes)
    n_base = None if cells.n_base is None else int((first < cells.n_base).sum())
    places = listed([f"{short_name(f)} within {place_text(f, request.nesting)}" for f in request.nesting])
    left = f", {counted(len(first), 'cell')}" if len(first) < len(cells.codes) else ""
    words = f"{cells.words}; {places}{left}"
    return request, replace(cells, codes=codes[first], words=words, n_base=n_base)


def _reference_first(codes: Codes, request: DesignRequest, n_base: int) -> Codes:
    """The reference cell in front, unless it belongs to a mirror."""
    at = np.flatnonzero((codes[:n_base] == request.reference).all(1))
    return codes if not len(at) else np.vstack([codes[at], np.delete(codes, at, axis=0)])


def _check_left(codes: Codes, cells: Cells, request: DesignRequest, rules: Sequence[Rule]) -> None:
    """Something to compare must be left."""
    received = "; ".join(rule_text(rule, request.factors) for rule in rules)
    if not len(codes):
        raise UsageError(
            f"exclude: expected cells to be left. Received: {received}, which excludes all {len(cells.codes)}"
        )
    if cells.needs_reference and not _has_reference(codes, request):
        what = f"the reference cell ({request.reference_text}), which all others are compared with, to stay"
        raise UsageError(f"exclude: expected {what}. Received: {received}")


def _has_reference(codes: Codes, request: DesignRequest) -> bool:
    return bool((codes == request.reference).all(1).any())


def _exclusions(rules: Sequence[Rule], out: NDArray[np.bool_], request: DesignRequest) -> list[str]:
    """What was left out, and rules that left out nothing."""
    texts = [rule_text(rule, request.factors) for rule in rules]
    used = [text for text, hit in zip(texts, out, strict=True) if hit.any()]
    idle = [text for text, hit in zip(texts, out, strict=True) if not hit.any()]
    return left_out(int(np.any(out, axis=0).sum()), out.shape[1], used, idle)


def _remarks(codes: Codes, request: DesignRequest) -> list[str]:
    """On factors of one level, and on a reference cell that is not there."""
    fixed = [n for n, size in zip(request.names, request.n_levels, strict=True) if size == 1]
    notes = [f"Nothing to compare in {listed(fixed)}: one level."] if fixed else []
    if not _has_reference(codes, request):
        notes.append(f"The reference cell ({request.reference_text}) is not in the design.")
    return notes
