"""A response that is a share of counts: `correct` of `n`, or an accuracy and its `n`."""

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Floats
from ablation.errors import UsageError


def share_name(response: str, trials: str, is_count: bool) -> str:
    """What the share is called.

    >>> share_name("correct", "n", True), share_name("acc", "n", False)
    ('correct / n', 'acc')
    """
    return f"{response} / {trials}" if is_count else response


def share_column(frame: pd.DataFrame, response: str, trials: str) -> tuple[str, pd.Series]:
    """The name and the column of shares; a run that failed keeps the word for it.

    Whole numbers of which some are above 1 are counts, and numbers from 0 to 1 are shares.

    Raises:
        UsageError: a count above its number of tries, a share above 1, tries that are no counts, or a column
            of which it is not clear whether it has counts or shares.
    """
    values, n = (pd.to_numeric(frame[name], errors="coerce").astype(float) for name in (response, trials))
    known = np.isfinite(values) & np.isfinite(n)
    y, of = values[known].to_numpy(), n[known].to_numpy()
    if not len(y):
        raise UsageError(
            f"Expected numbers in '{response}' and '{trials}'. Received: no run with both. Check the columns."
        )
    if bad := _first(~((of >= 1) & (of % 1 == 0)), of):
        raise UsageError(f"trials: expected whole numbers of tries, from 1, in '{trials}'. Received: {bad}.")
    is_whole = bool((y % 1 == 0).all())
    if is_whole and y.min() >= 0 and y.max() <= 1 < of.min():
        raise UsageError(
            f"'{response}': expected counts, or shares between 0 and 1. Received: 0 and 1 alone, which may "
            f"be either, of {of.max():g} tries. A share of 1 as a count is {of.max():g}."
        )
    if bad := _first(~((y >= 0) & (y <= (of if is_whole else 1))), y):
        what = f"counts from 0 to '{trials}'" if is_whole else "shares from 0 to 1"
        raise UsageError(f"'{response}': expected {what}. Received: {bad}. Check the columns.")
    is_count = is_whole and bool((of > 1).any())
    share = values / n if is_count else values
    if not pd.api.types.is_numeric_dtype(frame[response].dtype):
        share = share.astype(object).where(np.isfinite(values), frame[response])
    return share_name(response, trials, is_count), share


def check_shares(response: Floats, name: str) -> None:
    """Refuse what is no share.

    Raises:
        UsageError: a number below 0 or above 1.
    """
    if bad := _first((response < 0) | (response > 1), response):
        raise UsageError(
            f"Expected shares from 0 to 1 in '{name}' for scale='logit'. Received: {bad}. "
            "Of counts name their number of tries as well, trials=COLUMN; of percentages take a hundredth."
        )


def _first(wrong: np.ndarray, values: Floats) -> str:
    """The first value that is wrong, as text; empty if none is."""
    return f"{values[wrong.argmax()]:g}" if wrong.any() else ""
