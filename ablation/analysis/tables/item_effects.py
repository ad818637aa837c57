"""Whether an effect holds for new seeds and for new items: each needs an error of its own.

For every seed and item there is a difference, level - reference, averaged over the other factors' cells.
These differences have a mean, a part of the seed, a part of the item, and a rest of both. Seeds and items are
crossed, so the variance of the mean is that of seeds over their number, of items over theirs, and of the rest
over both (Cornfield & Tukey 1956, Ann. Math. Stat. 27:907), by mean squares, with Satterthwaite's degrees of
freedom.
"""

from typing import Any

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Floats
from ablation.analysis.data.items import Items
from ablation.analysis.probability.distributions import t_quantile, t_two_sided
from ablation.analysis.probability.multiplicity import holm


def item_effects(names: pd.DataFrame, items: Items, alpha: float) -> pd.DataFrame:
    """One row per contrast; columns are described at `Analysis.item_effects`."""
    rows = []
    for contrast in names.to_dict("records"):
        d = differences(items, contrast["factor"], contrast["level"], contrast["reference"])
        rows.append({**contrast, **crossed(d, alpha)})
    table = pd.DataFrame(rows)
    table["p_adjusted"] = holm(table["p"].to_numpy(dtype=np.float64))
    return table


def differences(items: Items, factor: str, level: str, reference: str) -> Floats:
    """Level - reference by block and item, over the cells that both have, (n_blocks x n_items).

    Of blocks that have all pairs of cells of the block that has most.
    """
    place = {
        (tuple((n, text) for n, text in cell.items() if n != factor), cell[factor], int(block)): i
        for i, (cell, block) in enumerate(zip(items.cells, items.blocks, strict=True))
        if np.isfinite(items.values[i]).all()
    }
    pairs: dict[int, list[Floats]] = {}
    for (others, own, block), i in place.items():
        other = place.get((others, reference, block))
        if own == level and other is not None:
            pairs.setdefault(block, []).append(items.values[i] - items.values[other])
    most = max(map(len, pairs.values()), default=0)
    means = [np.mean(each, axis=0) for each in pairs.values() if len(each) == most]
    return np.array(means).reshape(len(means), items.values.shape[1])


def crossed(d: Floats, alpha: float) -> dict[str, Any]:
    """The mean of differences (n_seeds x n_items), its variance components, and its errors."""
    n_seeds, n_items = d.shape
    size: dict[str, Any] = {
        "seeds": n_seeds,
        "items": n_items,
        "estimate": float(d.mean()) if n_seeds else np.nan,
    }
    names = ("sd_seed", "sd_item", "sd_both", "se_seeds", "p_seeds", "se", "df", "ci_low", "ci_high", "p")
    if n_seeds < 2:  # items alone tell nothing of the component, only of these trained models
        return {**size, **dict.fromkeys(names, np.nan)}
    mean, of_seed, of_item = d.mean(), d.mean(axis=1), d.mean(axis=0)
    rest = d - of_seed[:, None] - of_item + mean
    dfs = np.array([n_seeds - 1, n_items - 1, (n_seeds - 1) * (n_items - 1)], dtype=np.float64)
    squares = np.array(
        [n_items * ((of_seed - mean) ** 2).sum(), n_seeds * ((of_item - mean) ** 2).sum(), (rest**2).sum()]
    )
    seed, item, both = squares / dfs
    n = n_seeds * n_items
    total = seed + item - both
    if total >= max(seed, item):
        df = float(total**2 / (np.array([seed, item, both]) ** 2 / dfs).sum()) if total > 0 else np.nan
    else:  # one of the parts is estimated as none: the other one is the error
        total, df = max(seed, item), float(dfs[0] if seed >= item else dfs[1])
    se, se_seeds = float(np.sqrt(total / n)), float(np.sqrt(seed / n))
    reach = float(t_quantile(1 - alpha / 2, df)) * se
    return {
        **size,
        "sd_seed": float(np.sqrt(max(seed - both, 0) / n_items)),
        "sd_item": float(np.sqrt(max(item - both, 0) / n_seeds)),
        "sd_both": float(np.sqrt(both)),
        "se_seeds": se_seeds,
        "p_seeds": float(t_two_sided(mean / se_seeds, n_seeds - 1)) if se_seeds > 0 else np.nan,
        "se": se,
        "df": df,
        "ci_low": float(mean - reach),
        "ci_high": float(mean + reach),
        "p": float(t_two_sided(mean / se, df)) if se > 0 else np.nan,
    }
