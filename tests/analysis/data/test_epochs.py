"""Logs with a row per epoch: the last row of a run is its result."""

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from ablation.analysis.data.epochs import last_rows
from tests.analysis.compare import noted


def log(n_epochs=5, seeds=4, lengths=None, id_column=None):
    """One row per epoch of 2 levels x seeds; the loss falls to 1 + level / 10 + noise of the seed."""
    rows = []
    for a in (0, 1):
        for s in range(seeds):
            end = 1 + 0.1 * a + 0.013 * ((s * 7 + a * 3) % 5)
            n = lengths[a * seeds + s] if lengths else n_epochs
            rows += [(f"run{a}{s}", a, s, e, end + 0.5 * (n - 1 - e)) for e in range(n)]
    frame = pd.DataFrame(rows, columns=["run_id", "a", "seed", "epoch", "loss"])
    return frame.drop(columns=[c for c in ("run_id", "seed") if c != id_column and c != "seed"])


def last_of(frame):
    return frame[frame["epoch"].eq(frame.groupby(["a", "seed"])["epoch"].transform("max"))]


def check(frame, block=None):
    found = analyze(frame, "loss", ["a"], block=block)
    expected = analyze(last_of(log() if "seed" not in frame else frame), "loss", ["a"], block=block)
    pd.testing.assert_frame_equal(found.effects, expected.effects)
    assert (found.n_runs, expected.n_runs) == (8, 8)
    assert [w.code for w in found.warnings].count("last-rows") == 1
    return found


@pytest.mark.parametrize("block", [None, "seed"])
def test_of_rows_per_epoch_the_last_of_each_run_counts(block):
    found = check(log(), block)
    assert noted(found, "last-rows") == (
        "The column 'epoch' counts up within runs, so the table has several rows per run. Of 40 rows the "
        "last one of each of 8 runs counts (epoch 4); where='epoch=…' takes another."
    )


def test_runs_of_different_lengths_end_where_they_end():
    check(log(lengths=[5, 3, 5, 4, 2, 5, 5, 5]), "seed")


def test_runs_without_a_name_begin_where_the_clock_goes_back():
    check(log().drop(columns="seed"))


def test_runs_that_were_logged_at_the_same_time_are_told_by_their_name():
    check(log(id_column="run_id").sort_values(["epoch", "a"], kind="stable"))


def test_a_filter_takes_another_epoch():
    frame = log()
    found = analyze(frame, "loss", ["a"], block="seed", where="epoch=2")
    expected = analyze(frame[frame["epoch"] == 2], "loss", ["a"], block="seed")
    pd.testing.assert_frame_equal(found.effects, expected.effects)


def test_rows_at_which_the_response_was_not_logged_are_passed_over(tmp_path):
    frame = log()
    empty = frame.assign(loss=np.nan)
    both = pd.concat([frame, empty]).sort_values(["a", "seed", "epoch"], kind="stable")
    check(both, "seed")
    both.to_csv(tmp_path / "log.csv", index=False)
    assert analyze(tmp_path / "log.csv", "loss", ["a"], block="seed").n_runs == 8


def test_a_run_that_ended_in_nan_has_failed():
    frame = log()
    frame.loc[frame.index[(frame["a"] == 1) & (frame["seed"] == 2)][-1], "loss"] = np.nan
    found = analyze(frame, "loss", ["a"], block="seed")
    assert (found.n_runs, found.failures["failed"].sum()) == (7, 1)


@pytest.mark.parametrize("name", ["epoch", "_step", "trainer/global_step"])
def test_an_epoch_per_run_is_no_log(name):
    rng = np.random.default_rng(0)
    frame = last_of(log()).rename(columns={"epoch": name})
    for stops in (np.full(8, 4), np.sort(rng.integers(5, 60, 8)), np.arange(8), rng.integers(5, 60, 8)):
        found = analyze(frame.assign(**{name: stops}), "loss", ["a"])
        assert found.n_runs == 8
        assert not any(w.code == "last-rows" for w in found.warnings)


def test_runs_with_steps_of_their_own_are_a_log():
    frame = log()
    frame["step"] = frame.pop("epoch") * np.where(frame["a"] == 0, 10, 25) + 5
    frame = frame.rename(columns={"step": "global_step"})
    found = analyze(frame, "loss", ["a"], block="seed")
    expected = analyze(last_of(log()), "loss", ["a"], block="seed")
    pd.testing.assert_frame_equal(found.effects, expected.effects)


@pytest.mark.parametrize("order", ["as drawn", "sorted"])
def test_early_stops_are_hardly_ever_taken_for_a_log(order):
    """2000 tables of 24 runs in 4 cells without names, each with the epoch at which it stopped."""
    rng = np.random.default_rng(1)
    cells, taken = np.repeat(np.arange(4), 6), 0
    for _ in range(2000):
        stops = rng.integers(1, int(rng.integers(3, 60)), (4, 6))
        stops = np.sort(stops, axis=1) if order == "sorted" else stops
        frame = pd.DataFrame({"a": cells, "epoch": stops.ravel(), "loss": rng.lognormal(size=24)})
        taken += len(last_rows(frame, "loss", ["a"])[0]) < 24
    assert taken <= 2
