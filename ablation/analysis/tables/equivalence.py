"""Equivalence: is an effect smaller than the margin (two one-sided tests, TOST)."""

import pandas as pd

from ablation.analysis.data.scale import Scale
from ablation.analysis.probability.distributions import t_lower

NAMES = ["factor", "level", "reference"]
TESTS = ["margin_low", "margin_high", "t_lower", "p_lower", "t_upper", "p_upper"]


def equivalence_table(effects: pd.DataFrame, scale: Scale, margin: float | None) -> pd.DataFrame:
    """Test each effect against both ends of the margin (Schuirmann 1987, J. Pharmacokinet. Biopharm. 15:657).

    An effect is inside the margin at level alpha when both p values are below alpha, that is when its
    interval of level 1 - 2 alpha is inside.

    Args:
        effects: with estimate, se and df, on the analysis scale.
        scale: turns the margin (in % on the log scale) into effects.
        margin: smallest effect that matters; without one the table is empty.
    """
    if margin is None:
        return pd.DataFrame(columns=[*NAMES, *TESTS])
    low, high = scale.margin(margin)
    table = effects[NAMES].assign(margin_low=low, margin_high=high)
    table["t_lower"] = (effects["estimate"] - low) / effects["se"]
    table["p_lower"] = t_lower(-table["t_lower"], effects["df"])
    table["t_upper"] = (effects["estimate"] - high) / effects["se"]
    table["p_upper"] = t_lower(table["t_upper"], effects["df"])
    return table
