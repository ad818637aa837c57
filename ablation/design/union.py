"""Several designs as one: their cells, each once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ablation.design.coding import Codes, first_of_each
from ablation.design.design_request import DesignRequest, read_request
from ablation.design.last_steps import Cells
from ablation.design.nested import activated
from ablation.errors import UsageError
from ablation.naming import find_factor
from ablation.words import counted, listed

EXAMPLE = "[{design: full_factorial, factors: [norm, dropout]}, {design: one_at_a_time}]"

Make = Callable[[DesignRequest], Cells]


def union_cells(request: DesignRequest, check: Callable[[str, Mapping[str, Any]], None], make: Make) -> Cells:
    """The cells of several designs, those of the first in front.

    Args:
        request: of the union. `options["union"]` has a mapping for each design: `design`, its options,
            `reference`, and `factors`, those that it varies.
        check: refuses a kind of design, or an option that it does not take.
        make: cells of one design.

    Raises:
        UsageError: it is no list of such designs.
    """
    designs = request.options.get("union")
    if isinstance(designs, str | Mapping) or not isinstance(designs, Sequence) or len(designs) < 2:
        raise UsageError(f"union: expected two designs or more, such as {EXAMPLE}. Received: {designs!r}")
    parts = [_part(request, entry, check, make) for entry in designs]
    codes = request.collapsed(np.vstack([part.codes for part in parts]))
    first = first_of_each(codes)
    words = listed([part.words for part in parts], between="; ")
    return Cells(codes[first], f"union of {words}: {counted(len(first), 'cell')}")


def _part(
    request: DesignRequest, entry: Any, check: Callable[[str, Mapping[str, Any]], None], make: Make
) -> Cells:
    """One of the designs, as positions of the levels of all factors."""
    if not isinstance(entry, Mapping):
        raise UsageError(f"union: expected designs such as {EXAMPLE}. Received: {entry!r}")
    options = dict(entry)
    kind, names = str(options.pop("design", "full_factorial")), options.pop("factors", list(request.factors))
    if isinstance(names, str) or not isinstance(names, Sequence) or not names:
        raise UsageError(f"union: expected factors to vary, such as factors: [norm]. Received: {names!r}")
    check(kind, options)
    chosen = {find_factor(str(name), list(request.factors), "union") for name in names}
    own = {f: request.factors[f][i] for f, i in zip(request.factors, request.reference, strict=True)}
    start = options.pop("reference", None) or ({} if kind == "leave_one_out" else own)
    whole = read_request(kind, request.factors, start, options)
    held = list(zip(whole.factors.items(), whole.reference, strict=True))
    levels = {f: known if f in chosen else (known[i],) for (f, known), i in held}
    at = tuple(i if f in chosen else 0 for (f, _), i in held)
    cells = make(DesignRequest(kind, levels, at, options))
    codes = _in_full(cells.codes, whole.reference, [f in chosen for f in whole.factors])
    if cells.needs_reference:
        codes = activated(codes, request.nested, whole.reference)
    return replace(cells, codes=codes)


def _in_full(codes: Codes, reference: Sequence[int], is_chosen: Sequence[bool]) -> Codes:
    """Cells whose other factors have the level of the reference cell."""
    return np.where(is_chosen, codes, np.array(reference, dtype=np.int64))
