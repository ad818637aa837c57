"""Filters of rows: typed comparisons, and a sentence for what is none."""

import re

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from ablation.analysis.data.where import rows_where
from ablation.errors import UsageError
from tests.analysis.compare import noted

TEXT = pd.DataFrame(
    {
        "State": ["finished", "crashed", "", "finished"],
        "lr": ["1e-2", "0.01", "0.1", "nan"],
        "bn": ["True", "true", "False", "false"],
        "hits@10": ["1", "2", "10", "3"],
        "Trial name": ["a b", "c", "d'e", "f"],
        "Created": ["2026-01-01", "2026-03-01T10:00:00Z", "", "2027-01-01"],
    }
)
TYPED = pd.DataFrame(
    {
        "lr": [0.01, 0.01, 0.1, np.nan],
        "bn": [True, True, False, False],
        "n": pd.Categorical([64, 32, 64, 128], categories=[64, 32, 128], ordered=True),
        "when": pd.to_datetime(["2026-01-01", "2026-03-01", "2026-05-01", "2027-01-01"], utc=True),
    }
)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("State=finished", [0, 3]),
        ("State==finished", [0, 3]),
        ("State!=finished", [1, 2]),
        ("State=''", [2]),
        ("lr=0.010", [0, 1]),
        ("lr<=1e-2", [0, 1]),
        ("lr>1e-2", [2]),
        ("bn=TRUE", [0, 1]),
        ("bn = false and lr < 1", [2]),
        ("hits@10>=3", [2, 3]),
        ("'Trial name'='a b'", [0]),
        ('"Trial name"="d\'e"', [2]),
        ("State in [finished, crashed]  AND  lr in [0.01]", [0, 1]),
        ("Created>2026-02-01", [1, 3]),
        ("State=finished and State=crashed", []),
    ],
)
def test_rows_that_pass(text, rows):
    assert np.flatnonzero(rows_where(TEXT, text)).tolist() == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("lr=1e-2", [0, 1]),
        ("lr!=0.01", [2, 3]),
        ("lr<1", [0, 1, 2]),
        ("bn=true", [0, 1]),
        ("n>=64", [0, 2, 3]),
        ("n in [32, 128.0]", [1, 3]),
        ("when<2026-03-01", [0]),
        ("when>='2026-03-01 00:00'", [1, 2, 3]),
    ],
)
def test_columns_with_types_are_compared_by_value(text, rows):
    assert np.flatnonzero(rows_where(TYPED, text)).tolist() == rows


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "nothing where the name of a column is expected"),
        ("State", "nothing after 'State'"),
        ("State finished", "'finished' after 'State' where =, !="),
        ("State=", "nothing where a value after '=' is expected"),
        ("State=finished or lr=1", "'or' where 'and' is expected; for several values"),
        ("State=finished lr=1", "'lr' where 'and' is expected"),
        ("State in finished", "'in' without a list"),
        ("State in [finished", "a list without ']' at its end"),
        ("State in [a b]", "a list without ']' at its end"),
        ("State in [a,]", "where a value in the list is expected"),
        ("state=finished", "expected one of the columns 'State', 'lr'"),
        ("State<5", "only numbers and dates have an order"),
        ("bn>0", "only numbers and dates have an order"),
        ("__import__('os').system('true')=1", "'os' after '__import__(' where"),
        ("State='finished", "which starts nothing that is known"),
        ("Trial name=x", "a name of several words stands in quotes"),
    ],
)
def test_what_is_no_filter_is_a_sentence(text, told):
    with pytest.raises(UsageError, match=re.escape(told)):
        rows_where(TEXT, text)


def test_a_filtered_analysis_is_that_of_the_rows_and_says_so(c03):
    whole = analyze(
        c03.table, "loss", ["BatchNorm"], block="seed", where="Activation in [relu, selu] and seed<14"
    )
    part = c03.table[c03.table["Activation"].isin(["relu", "selu"]) & (c03.table["seed"] < 14)]
    pd.testing.assert_frame_equal(whole.effects, analyze(part, "loss", ["BatchNorm"], block="seed").effects)
    told = f"Only {len(part)} of 160 rows are used: those with Activation in [relu, selu] and seed<14."
    assert noted(whole, "filtered-rows") == told


def test_a_filter_that_nothing_passes_is_a_sentence(c03):
    with pytest.raises(UsageError, match="which none does"):
        analyze(c03.table, "loss", ["BatchNorm"], where="seed=77")
