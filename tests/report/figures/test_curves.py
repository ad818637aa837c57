"""Learning curves against quartiles computed by hand."""

import numpy as np
import pandas as pd
import pytest

from ablation.report.figures.curves import quartiles, which_series
from tests.report.figures import every
from tests.report.figures.every import marks, words

TABLE = pd.DataFrame({"key": list("abcdefgh"), "act": ["relu"] * 4 + ["elu"] * 4})
HISTORIES = {
    key: {"test_loss": [n * (i + 1) for n in (8.0, 4.0, 3.0, 2.0, 1.0)]} for i, key in enumerate("abcdefgh")
}


def curves(histories, table=TABLE, response="loss"):
    return every.curves(histories, table, "act", response)


def test_quartiles_of_four_runs():
    """1, 2, 3, 4: quartiles 1.75, 2.5 and 3.25 (Hyndman & Fan's type 7, as R's `quantile`)."""
    low, middle, high = quartiles(np.array([[1.0], [2.0], [3.0], [4.0]]))
    assert (low[0], middle[0], high[0]) == (1.75, 2.5, 3.25)


def test_a_line_is_the_median_per_epoch_and_a_band_the_quartiles():
    picture = curves(HISTORIES)
    labels = [m.label for m in marks(picture)]
    of = dict(zip(labels, marks(picture, kind="line"), strict=True))
    assert list(of["relu (4 runs)"].y) == [20, 10, 7.5, 5, 2.5]
    assert list(of["elu (4 runs)"].y) == [52, 26, 19.5, 13, 6.5]
    band = dict(zip(labels, marks(picture, kind="area"), strict=True))["relu (4 runs)"]
    assert (band.y[-1], band.high[-1]) == (1.75, 3.25)


def test_the_legend_says_what_the_band_is_and_the_axis_what_is_better():
    written = words(curves(HISTORIES))
    assert "act: median and quartiles" in written
    assert "test loss (lower is better)" in written


def test_a_run_that_diverged_counts_while_it_lasted():
    told = HISTORIES | {"a": {"test_loss": [8.0, None, float("nan")]}}
    picture = curves(told)
    at = [m.label for m in marks(picture)].index("relu (4 runs)")
    assert list(marks(picture, kind="line")[at].y) == [20, 12, 9, 6, 3]


@pytest.mark.parametrize(
    "histories",
    [
        {},
        {"a": {}},
        {"a": {"test_loss": [1.0]}},
        {"a": {"test_loss": [1.0, None]}},
        {"other": {"test_loss": [1.0] * 9}},
        {"a": {"test_loss": [4.0, 3.0, 2.0, 1.0]}},
    ],
)
def test_without_five_epochs_there_is_none(histories):
    assert curves(histories) is None


def test_a_response_that_has_no_history_has_no_curves():
    assert curves(HISTORIES, response="train_seconds") is None


@pytest.mark.parametrize(("last", "is_log"), [(5.0, False), (0.001, True)])
def test_the_axis_is_logarithmic_where_losses_span_decades(last, is_log):
    told = {key: {"test_loss": [10.0, 9.0, 8.0, 7.0, last]} for key in "abcdefgh"}
    assert curves(told).y.is_log == is_log


def test_test_images_come_before_training():
    told = {"a": {"train_loss": [1.0], "loss": [1.0], "test_loss": [1.0], "test_reconstruction_loss": [1.0]}}
    assert which_series(told, "loss") == "test_loss"
    assert which_series(told, "reconstruction_loss") == "test_reconstruction_loss"
    assert which_series({"a": {"train_loss": [1.0]}}, "loss") == "train_loss"


def test_the_alt_text_has_the_first_and_last_medians():
    assert "relu from 20 to 2.5" in curves(HISTORIES).alt
