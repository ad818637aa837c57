"""Comparing tables with reference numbers, to the tolerances of the cases."""

import numpy as np
import pandas as pd

from ablation.report.sentences import Wording, notice_sentence, with_words

REL = 1e-6
TINY_P = 1e-12
"""Studentized-range p values below this are rounding in R and here: both must merely be below."""


def close(actual, expected, rel=REL, abs_=1e-13):
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=rel, atol=abs_)


def told(analysis) -> pd.DataFrame:
    """The verdicts with their sentences."""
    found = with_words(analysis, Wording.of(analysis))
    return found.assign(sentence=found["sentence"].str.replace("\u00a0", " "))


def noted(analysis, code: str) -> str:
    """What the report says for the notices with a code."""
    words = Wording.of(analysis)
    said = [notice_sentence(notice, words) for notice in analysis.warnings if notice.code == code]
    return " ".join(said).replace("\u00a0", " ")


def row(table: pd.DataFrame, **keys) -> pd.Series:
    """The only row whose columns have these values."""
    found = table
    for name, value in keys.items():
        found = found[found[name] == value]
    assert len(found) == 1, (keys, table)
    return found.iloc[0]
