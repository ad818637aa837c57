"""Section 8: what networks made of the same test images, one row per cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ablation.report.document import Block, Grid, Prose, Section
from ablation.report.drawing import Drawer
from ablation.report.subject import Arrays, ResponseResult, Subject

if TYPE_CHECKING:
    import numpy as np

MANY = 12
"""With more cells only the best, the worst and the reference are shown."""


def images(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    """Reconstructions, heatmaps, latent walks and scatters; no section where runs left no pictures."""
    if not drawer.wanted or study.arrays is None or not len(study.table):
        return None
    chosen, text = _chosen(study, answer)
    found = {study.label(study.levels_of(row)): a for row in chosen if (a := _arrays(study, row))}
    if not found:
        return None
    blocks: list[Block] = [*drawer.blocks("reconstructions", found)]
    for name in _inputs(found):
        blocks += drawer.blocks("heatmaps", found, name)
    latent: list[Block] = []
    for label, arrays in _two(study, answer, found).items():
        latent += drawer.blocks("latent_walk", label, arrays)
        latent += drawer.blocks("latent_scatter", label, arrays)
    blocks += [Grid(latent)] if len(latent) > 1 else latent
    if not blocks:
        return None
    return Section(
        "images", "Pictures: what the networks made of the same test images", [Prose(text), *blocks]
    )


def _chosen(study: Subject, answer: ResponseResult) -> tuple[list[int], str]:
    """Rows of the table to show, the first seed of each cell, and the sentence that says which."""
    first: dict[int, int] = {}
    seeds = study.table["seed"].tolist()
    codes = study.cells.tolist()
    for row, cell in enumerate(codes):
        if cell not in first or seeds[row] < seeds[first[cell]]:
            first[cell] = row
    if len(first) <= MANY:
        return list(first.values()), "One row per cell, the first seed of each."
    means = _cell_means(study, answer)
    best, worst = (means[0], means[-1]) if means else (0, 0)
    reference = [c for c, row in first.items() if study.levels_of(row) == study.reference]
    cells = list(dict.fromkeys([best, *reference, worst]))
    text = f"The best, the reference and the worst of {len(first)} cells, the first seed of each."
    return [first[cell] for cell in cells], text


def _cell_means(study: Subject, answer: ResponseResult) -> list[int]:
    """Cells with finite runs, best mean first."""
    import pandas as pd

    values = pd.Series(study.values(answer.response)).groupby(study.cells.to_numpy()).mean().dropna()
    return [int(cell) for cell in values.sort_values(ascending=answer.direction == "lower").index]


def _arrays(study: Subject, row: int) -> Mapping[str, np.ndarray] | None:
    return study.arrays(str(study.table["key"].iloc[row])) if study.arrays else None


def _inputs(found: Mapping[str, Arrays]) -> list[str | None]:
    """Names of the inputs that have heatmaps; None for the only one."""
    names: dict[str | None, None] = {}
    for arrays in found.values():
        for name in arrays:
            if name.startswith("heatmap."):
                parts = name.split(".")
                names[parts[1] if len(parts) > 2 else None] = None
    return list(names)


def _two(study: Subject, answer: ResponseResult, found: Mapping[str, Arrays]) -> dict[str, Arrays]:
    """The best cell and the reference cell."""
    codes, means = study.cells.tolist(), _cell_means(study, answer)
    best = [study.label(study.levels_of(codes.index(means[0])))] if means else []
    names = dict.fromkeys([*best, study.label(study.reference)])
    return {name: found[name] for name in names if name in found}
