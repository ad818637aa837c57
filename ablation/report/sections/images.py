"""What the networks make of the same test images, one row per cell."""

from collections.abc import Mapping

import numpy as np

from ablation.analysis.data.factors import Ints
from ablation.report.document import Block, Prose, Section
from ablation.report.drawing import Drawer, figures
from ablation.report.subject import Arrays, ResponseResult, Subject

MANY = 12
"""With more cells only the best, the worst and the reference are shown."""


def images(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    """Reconstructions, heatmaps, latent walks and scatters; no section where runs left no pictures."""
    if answer is not study.main or not drawer.with_figures or study.arrays is None or not len(study.table):
        return None
    chosen, text = _chosen(study, answer)
    pictures = {
        study.cell_name(row): a for row in chosen if (a := study.arrays(str(study.table["key"].iloc[row])))
    }
    if not pictures:
        return None
    blocks = drawer.blocks(lambda: figures.reconstructions(pictures))
    for name in _inputs(pictures):
        blocks += _heatmaps(pictures, name, drawer)
    blocks += _latent({name: pictures[name] for name in _two(study, answer) if name in pictures}, drawer)
    title = "Pictures: what the networks made of the same test images"
    return Section("images", title, [Prose(text), *blocks]) if blocks else None


def _heatmaps(pictures: Mapping[str, Arrays], name: str | None, drawer: Drawer) -> list[Block]:
    return drawer.blocks(lambda: figures.heatmaps(pictures, name))


def _latent(pictures: Mapping[str, Arrays], drawer: Drawer) -> list[Block]:
    """The latent space of the networks that have one of two dimensions."""
    return drawer.blocks(
        lambda: [
            picture
            for label, arrays in pictures.items()
            for draw in (figures.latent_walk, figures.latent_scatter)
            if (picture := draw(label, arrays))
        ]
    )


def _chosen(study: Subject, answer: ResponseResult) -> tuple[list[int], str]:
    """Rows of the table to show, the first seed of each cell, and the sentence that says which."""
    order = study.table["seed"].argsort(kind="stable").to_numpy()
    first: Ints = order[np.unique(study.cells[order], return_index=True)[1]]
    if len(first) <= MANY:
        return first.tolist(), "One row per cell, the first seed of each."
    best, worst = _ends(study, answer)
    shown = [code for code in dict.fromkeys([best, study.reference_code, worst]) if code is not None]
    text = f"The best, the reference and the worst of {len(first)} cells, the first seed of each."
    return first[shown].tolist(), text


def _ends(study: Subject, answer: ResponseResult) -> tuple[int, int]:
    """The best and the worst cell."""
    ranking = study.ranking(answer)
    return int(ranking.codes[0]), int(ranking.codes[max(ranking.n_known - 1, 0)])


def _two(study: Subject, answer: ResponseResult) -> list[str]:
    """The best cell and the reference cell."""
    best, _ = _ends(study, answer)
    codes = [best] if study.reference_code is None else [best, study.reference_code]
    return list(dict.fromkeys(study.cell_names[code] for code in codes))


def _inputs(pictures: Mapping[str, Arrays]) -> list[str | None]:
    """Names of the inputs that have heatmaps; None for the only one."""
    names: dict[str | None, None] = {}
    for arrays in pictures.values():
        for name in arrays:
            if name.startswith("heatmap."):
                parts = name.split(".")
                names[parts[1] if len(parts) > 2 else None] = None
    return list(names)
