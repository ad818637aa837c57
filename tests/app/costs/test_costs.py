"""What cells cost: operations counted by hand, intervals of medians, memory, and the file beside a study."""

import json
import re
import subprocess
import sys
import time

import keras
import numpy as np
import pytest
from keras import layers
from scipy import stats

import ablation
from ablation.app.costs.__main__ import cost_lines as lines
from ablation.app.costs.__main__ import main, one_of_each_cell
from ablation.app.costs.latency import in_turns, median_interval
from ablation.app.training.backends import backend_name, costs
from ablation.errors import UsageError
from ablation.results import open_store, read
from ablation.results.copying import copy
from ablation.results.cost_file import save_costs

BATCH = 2


def dense():
    x = keras.Input((3,))
    return keras.Model(x, layers.Dense(2)(layers.Dense(4, activation="relu")(x)))


def convolution():
    x = keras.Input((5, 5, 2))
    return keras.Model(x, layers.Conv2D(3, kernel_size=3, padding="valid")(x))


PRODUCTS = {dense: 2 * (3 * 4 + 4 * 2), convolution: 2 * (3 * 3 * 3) * (3 * 3 * 2)}
BIASES = {dense: 4 + 2, convolution: 3 * 3 * 3}
RELUS = {dense: 4, convolution: 0}


@pytest.mark.parametrize("make", [dense, convolution])
def test_operations_are_those_counted_by_hand(make):
    """A product and its sum are two; of the rest XLA counts all, TensorFlow no activation."""
    network = make()
    inputs = np.ones((BATCH, *network.input_shape[1:]), np.float32)
    counted = {"jax": (1, 1), "tensorflow": (1, 0), "torch": (0, 0)}[backend_name()]
    by_hand = PRODUCTS[make] + counted[0] * BIASES[make] + counted[1] * RELUS[make]
    assert costs().forward(network, inputs).flops() == BATCH * by_hand


def test_a_forward_pass_gives_a_time_and_nothing_else():
    call = costs().forward(dense(), np.ones((BATCH, 3), np.float32)).call
    assert (in_turns([call], 6) > 0).all()
    assert call() is None


@pytest.mark.parametrize("n", [6, 7, 10, 30, 101])
def test_the_interval_of_a_median_has_its_level(n):
    """By the binomial distribution: as many values on either side as the sign test allows."""
    middle, low, high = median_interval(np.arange(1.0, n + 1))
    assert middle == (n + 1) / 2
    k = int(low)
    assert high == n + 1 - k
    assert stats.binom.cdf(k - 1, n, 0.5) <= 0.025 < stats.binom.cdf(k, n, 0.5)


def test_latencies_are_taken_in_turns_after_warming_up():
    order = []
    calls = [lambda: (order.append("a"), time.sleep(0.002)), lambda: (order.append("b"), time.sleep(0.006))]
    found = in_turns(calls, 8)
    assert found.shape == (8, 2)
    assert "".join(order[:6]) == "aaabbb"
    turns = re.sub(r"(.)\1*", r"\1", "".join(order[6:]))
    assert turns.count("a") >= 4
    assert turns.count("b") >= 4
    assert np.median(found[:, 0]) < np.median(found[:, 1])


MEMORY = """
import keras, numpy as np
from ablation.app.costs.peak import _warm_up, peak_memory
from ablation.app.training.problem import Problem, Schedule
_warm_up()
x = keras.Input((WIDTH,), name="x")
network = keras.Model(x, {"y": keras.layers.Dense(1024)(x)})
data = {"x": np.ones((4, WIDTH), np.float32)}
problem = Problem(network, lambda y, _: {"loss": keras.ops.sum(y["y"] ** 2, axis=-1)}, ("loss",), data, data)
print(peak_memory(problem, Schedule(1, 2, 0.1, 0.0)))
"""


@pytest.mark.slow
def test_peak_memory_holds_weights_gradients_and_adams_two_moments():
    """Of 16 M weights of 4 bytes; what the loop copies comes on top: 14 times in all on TensorFlow 2.21."""
    found = {
        width: int(
            subprocess.run(
                [sys.executable, "-c", MEMORY.replace("WIDTH", str(width))],
                capture_output=True, text=True, check=True,
            ).stdout
        )
        for width in (16, 16384)
    }  # fmt: skip
    weights = 4 * 1024 * 16384
    assert 4 * weights < found[16384] - found[16] < 16 * weights


def toy(depth, seed):
    return float(depth + seed)


@pytest.fixture
def swept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ablation.sweep(toy, factors={"depth": [1, 2]}, seeds=2, direction="lower")
    return tmp_path / "runs" / "toy"


def test_what_cells_cost_is_a_column_of_the_table_and_changes_no_row(swept):
    before = dict(open_store(swept).scan().rows)
    cells = list(dict.fromkeys(read(swept)["cell"]))
    path = save_costs(swept, {cells[0]: {"flops": 3.0}, cells[1]: {"flops": None}}, {"device": "CPU"})
    table = read(swept)
    assert table.loc[table["cell"] == cells[0], "flops"].tolist() == [3.0, 3.0]
    assert table.loc[table["cell"] == cells[1], "flops"].isna().all()
    assert open_store(swept).scan().rows == before
    path.write_text("{")
    assert "flops" not in read(swept)


def test_costs_go_along_to_another_folder_and_replace_none(swept, tmp_path):
    cells = list(dict.fromkeys(read(swept)["cell"]))
    save_costs(swept, {cells[0]: {"flops": 3.0}}, {"device": "CPU", "rounds": 30})
    copy(swept, tmp_path / "other")
    assert json.loads((tmp_path / "other/costs.json").read_text()) == json.loads(
        (swept / "costs.json").read_text()
    )
    save_costs(tmp_path / "other", {cells[0]: {"flops": 4.0}}, {"device": "another"})
    copy(swept, tmp_path / "other")
    assert read(tmp_path / "other")["flops"].max() == 4


def test_cells_are_named_as_in_plans(swept):
    rows = [row for row in open_store(swept).scan().rows.values() if row.seed == 0]
    found = {row.cell: {"flops": 2e6, "peak_memory_bytes": None} for row in rows}
    assert sorted(lines(rows, found, ()).splitlines()) == [
        "  2 MFLOP, unknown MB  depth=1",
        "  2 MFLOP, unknown MB  depth=2",
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "the folder of a study, then settings"),
        (["toy", "rounds=5"], "rounds: expected at least 6. Received: 5"),
        (["toy", "rounds=many"], "rounds: expected numbers. Received: 'many'"),
        (["toy", "batches=0"], "batches: expected numbers of images from 1"),
        (["toy", "batch=3"], "Expected settings rounds=…, batches=…"),
        (["nowhere"], "costs: expected the folder of a study"),
    ],
)
def test_wrong_words_are_refused(arguments, told, capsys):
    assert main(arguments) == 2
    assert told in capsys.readouterr().err


def test_studies_of_other_apps_are_refused(swept):
    with pytest.raises(UsageError, match="one of another app"):
        one_of_each_cell(str(swept))


def test_the_file_says_where_it_was_measured(tmp_path):
    path = save_costs(tmp_path, {"a": {"flops": 1.0}}, {"device": "CPU, 2 threads", "rounds": 30})
    assert json.loads(path.read_text()) == {
        "schema": 1, "device": "CPU, 2 threads", "rounds": 30, "cells": {"a": {"flops": 1.0}},
    }  # fmt: skip
