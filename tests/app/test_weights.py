from dataclasses import asdict

import keras
import numpy as np
import pytest

from ablation.app.config import Config
from ablation.app.weights import config_of, keep_weights, set_weights
from ablation.errors import UsageError
from ablation.report.load import load_study
from ablation.results import Arrays, Row, open_store, run_key
from ablation.results.record import record_of
from ablation.sweep.cell import flatten

FACTORS = {"flags.attention": ["none", "spatial"], "flags.batch_norm": [False, True]}


def row(attention, batch_norm, seed, save="best", status="ok", **responses):
    config = {**flatten(Config()), "flags.attention": attention, "flags.batch_norm": batch_norm}
    config["training.save_weights"] = save
    return Row(
        key=run_key(config, seed, {}),
        study="s",
        cell=f"{attention}-{batch_norm}",
        seed=seed,
        status=status,
        config=config,
        responses=responses,
        identity={},
        provenance={},
        started="2026-01-01T00:00:00+00:00",
        finished="2026-01-01T00:00:01+00:00",
        seconds=1.0,
    )


@pytest.fixture
def study(tmp_path):
    """Write rows with weights as a study; keep weights; the cells that still have some."""

    def keep(rows, response="mae", direction="lower", reference=None, missing=()):
        store, arrays = open_store(tmp_path), Arrays(tmp_path)
        for each in rows:
            arrays.save("weights", each.key, {"w": np.ones(2)})
            store.commit(each)
        keys = [each.key for each in (*rows, *missing)]
        record = {"factors": FACTORS, "keys": keys, "response": response, "direction": direction}
        store.save_record(record_of({**record, "reference": reference}))
        removed = keep_weights(store.scan(), load_study(str(tmp_path)), str(tmp_path))
        left = set(arrays.keys("weights"))
        assert left == {each.key for each in rows} - set(removed)
        return sorted({each.cell for each in rows if each.key in left})

    return keep


def cells(**settings):
    """Two seeds of four cells, of which spatial-False has the lowest mean, and none-True the lowest run."""
    means = {("none", False): 3.0, ("none", True): 2.5, ("spatial", False): 2.0, ("spatial", True): 4.0}
    spread = {("none", True): 1.4}
    return [
        row(*cell, seed, mae=mean + (2 * seed - 1) * spread.get(cell, 0.1), **settings)
        for cell, mean in means.items()
        for seed in (0, 1)
    ]


def test_the_best_and_the_reference_cell_keep_their_weights(study):
    assert study(cells()) == ["none-False", "spatial-False"]


def test_the_cell_that_the_report_calls_best_keeps_its_weights(study, tmp_path):
    """By geometric means the first cell is best (0.22 against 0.34), by arithmetic means it is not (0.37)."""
    losses = {False: (0.10, 0.12, 0.90), True: (0.33, 0.34, 0.35)}
    rows = [row("spatial", b, seed, mae=mae) for b, maes in losses.items() for seed, mae in enumerate(maes)]
    rows += [row("none", b, seed, mae=0.5 + 0.1 * b + 0.01 * seed) for b in losses for seed in range(3)]
    assert study(rows) == ["none-False", "spatial-False"]
    best = load_study(str(tmp_path)).main.analysis.best_cell
    assert best.levels == {"flags.attention": "spatial", "flags.batch_norm": "False"}


def test_higher_may_be_better(study):
    assert study(cells(), direction="higher") == ["none-False", "spatial-True"]


def test_the_studys_record_may_name_another_reference(study):
    reference = {"flags.attention": "spatial", "flags.batch_norm": True}
    assert study(cells(), reference=reference) == ["spatial-False", "spatial-True"]


def test_runs_that_asked_for_all_keep_theirs(study):
    assert len(study(cells(save="all"))) == 4


def test_nothing_is_removed_while_a_run_is_missing(study):
    *rows, last = cells()
    assert len(study(rows, missing=[last])) == 4


def test_a_diverged_run_is_not_the_best(study):
    lowest = row("spatial", True, 2, status="diverged", mae=0.1)
    assert study([*cells(), lowest]) == ["none-False", "spatial-False"]


def test_without_the_response_all_weights_stay(study):
    assert len(study(cells(), response="accuracy")) == 4


def test_a_row_gives_its_configuration_back():
    config = Config()
    config.flags.attention, config.model.units, config.data.size = "self", [2, 3, 4], 48
    flat = {**flatten(config), "analysis.directions.contrast_auroc.rgb": "higher"}
    back = config_of(row("none", False, 0).__class__(**{**asdict(row("none", False, 0)), "config": flat}))
    assert (back.flags, back.model, back.data) == (config.flags, config.model, config.data)


def test_settings_of_another_version_are_a_sentence():
    old = asdict(row("none", False, 0))
    old["config"] = {**old["config"], "flags.telepathy": True}
    with pytest.raises(UsageError, match=r"another version.*telepathy"):
        config_of(Row(**old))


def network(units=2):
    keras.utils.clear_session()
    inputs = keras.Input((3,), name="x")
    return keras.Model(inputs, keras.layers.Dense(units, name="dense")(inputs))


def test_a_network_gets_the_weights_it_had():
    first, second = network(), network()
    set_weights(second, {v.path: v.numpy() for v in first.weights}, "0" * 64)
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_weights_of_another_network_are_refused_by_name():
    with pytest.raises(UsageError, match=r"dense/bias, dense/kernel"):
        set_weights(network(3), {v.path: v.numpy() for v in network().weights}, "0" * 64)
