"""Runs of several cells in one pack: those of a cell alone, but for rounding."""

from dataclasses import replace
from itertools import product

import keras
import numpy as np
import pytest

from ablation.app.config import Config, Data, Model, Training
from ablation.app.entry import train_together
from ablation.app.flags import Flags
from ablation.app.networks.traced import ACTIVATION, KEPT, TracedDropout, left_open, traced
from ablation.app.packs import kind, shared_problem
from ablation.app.training.jax import program as jax_program
from ablation.app.training.jax.loop import JaxLoop
from ablation.app.training.packing import train_packed
from ablation.app.training.problem import Run
from ablation.sweep.cell import flatten
from tests.app.training.small import schedule, small_problem

ACTIVATIONS = ("relu", "elu", "selu", "sigmoid")
REST = {"variational": True}
EPOCHS, RATE = 2, 0.2


def shared():
    with traced(ACTIVATIONS, dropout=True) as numbers:
        problem = small_problem(**REST)
    return replace(problem, numbers=numbers.variables)


def a_run(activation, dropout, seed, rate=1e-2, decay=1e-2):
    numbers = {ACTIVATION: ACTIVATIONS.index(activation), KEPT: 1 - RATE if dropout else 1.0}
    return Run(seed, {**numbers, "learning_rate": rate, "decay": decay})


RUNS = {
    (activation, dropout, rate): a_run(activation, dropout, seed, rate)
    for seed, ((activation, dropout), rate) in enumerate(
        zip(product(ACTIVATIONS, (False, True)), (1e-2, 2e-2) * 4, strict=True)
    )
}


def losses(outcome):
    return np.array([outcome.history[name] for name in sorted(outcome.history)])


@pytest.fixture(scope="module")
def loop():
    return JaxLoop(shared(), schedule(EPOCHS))


@pytest.fixture(scope="module")
def pack(loop):
    return dict(zip(RUNS, loop.train(list(RUNS.values())), strict=True))


@pytest.mark.parametrize("cell", [("relu", False, 1e-2), ("sigmoid", True, 2e-2)])
def test_a_run_has_the_losses_that_its_cell_has_alone(pack, cell):
    activation, dropout, rate = cell
    # Keras' own layers, in a program that knows nothing of other cells.
    problem = small_problem(**REST, activation=activation, dropout=dropout)
    (alone,) = JaxLoop(problem, schedule(EPOCHS, rate=rate)).train([RUNS[cell].seed])
    # As for seeds of one cell: rounding, and four steps of Adam. The Kullback–Leibler term is a thousandth
    # of a sum of numbers near 1 that all but cancel.
    np.testing.assert_allclose(losses(pack[cell])[:, 0], losses(alone)[:, 0], rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(losses(pack[cell]), losses(alone), rtol=1e-3, atol=1e-6)
    assert pack[cell].weights.keys() == alone.weights.keys()
    assert pack[cell].responses["n_parameters"] == alone.responses["n_parameters"]
    assert pack[cell].provenance == {"backend": "jax", "pack": "8"}


def test_cells_differ_though_they_share_a_seed(loop):
    runs = [a_run(name, dropout, 0) for name, dropout in product(ACTIVATIONS, (False, True))]
    first = [losses(outcome)[:, 0] for outcome in loop.train(runs)]
    for one in range(8):
        for other in range(one):
            assert (first[one][-1] != first[other][-1]).all(), (runs[one], runs[other])


def test_dropout_draws_what_keras_draws_and_nothing_where_it_is_off():
    x = np.random.default_rng(0).normal(size=(4, 8, 8, 3)).astype("float32")
    x[0, 0, 0] = [np.inf, 1e-30, -0.0]

    def drawn(network, kept=None):
        generator = next(v for v in network.variables if "seed" in v.path)
        held = [(generator, np.array([7, 0], "uint32")), *([(numbers.variables[KEPT], kept)] if kept else [])]
        with keras.StatelessScope(held):
            return np.asarray(network(x, training=True))

    image = keras.Input((8, 8, 3))
    with traced((), dropout=True) as numbers:
        ours = keras.Model(image, TracedDropout(left_open(KEPT), name="d")(image))
    for rate in (0.1, 0.2, 0.3, 0.5, 0.7):
        theirs = keras.Model(image, keras.layers.Dropout(rate, seed=0, name="d")(image))
        np.testing.assert_array_equal(drawn(ours, np.float32(1 - rate)), drawn(theirs))
    np.testing.assert_array_equal(drawn(ours, np.float32(1.0)), x)


def test_a_run_that_diverges_leaves_other_cells_bit_by_bit(loop, pack):
    runs = list(RUNS.values())
    runs[3] = runs[3]._replace(numbers={**runs[3].numbers, "learning_rate": 1e30})
    beside = loop.train(runs)
    assert not np.isfinite(beside[3].responses["loss"])
    for i, outcome in enumerate(pack.values()):
        if i != 3:
            np.testing.assert_array_equal(losses(beside[i]), losses(outcome))
            for path, values in outcome.weights.items():
                np.testing.assert_array_equal(beside[i].weights[path], values, err_msg=path)


def test_all_cells_take_one_program(pack, monkeypatch):
    compiled = []
    compile_one = jax_program._compile
    monkeypatch.setattr(jax_program, "_compile", lambda low: compiled.append(low) or compile_one(low))
    assert len({losses(outcome)[0, 0] for outcome in pack.values()}) == 8
    runs = [a_run("selu", True, 9, rate=3e-2, decay=0.5)] * 8
    JaxLoop(shared(), schedule(EPOCHS)).train(runs)
    assert not compiled, "another network of the same kind, other numbers"


def test_a_pack_that_does_not_fit_is_halved_and_each_half_has_several_cells(loop, pack, monkeypatch):
    programs = loop.programs

    def with_room_for_eight(n):
        if n > 8:
            raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 7 bytes.")
        return programs(n)

    monkeypatch.setattr(loop, "programs", with_room_for_eight)
    outcomes = list(train_packed(loop, [*RUNS.values()] * 2, "16"))
    assert {outcome.provenance["pack"] for outcome in outcomes} == {"8 (16 ran out of memory)"}
    for outcome, alike in zip(outcomes, [*pack.values()] * 2, strict=True):
        assert outcome.seed == alike.seed
        np.testing.assert_array_equal(losses(outcome), losses(alike))


def test_numbers_are_no_weights(loop):
    assert {v.path for v in loop.network.variables}.isdisjoint(v.path for v in loop.problem.numbers.values())
    plain = small_problem(**REST)
    assert [w.path for w in loop.network.weights] == [w.path for w in plain.network.weights]


def test_nothing_is_left_open_outside_of_its_block():
    with traced(("relu",), dropout=False) as numbers:
        assert numbers.variables == {}
        assert (
            type(small_problem(dropout=True).network.get_layer("encoder_1_0_dropout")) is keras.layers.Dropout
        )
    layer = small_problem(activation="elu").network.get_layer("encoder_1_0_activation")
    assert type(layer) is keras.layers.Activation


def test_configurations_become_one_problem_and_the_rows_of_their_cells():
    configs = [
        Config(
            flags=Flags(dropout=dropout, activation=activation),
            model=Model(units=[2, 3, 2], depth=1, dropout_rate=RATE),
            data=Data(n_train=32, n_test=8),
            training=Training(epochs=1, batch_size=8, learning_rate=rate, pack="4", save_weights="none"),
        )
        for dropout, activation, rate in [(False, "selu", 5e-3), (True, "selu", 1e-2), (True, "relu", 5e-3)]
    ]
    assert len({kind(flatten(config)) for config in configs}) == 1
    runs = [(config, seed) for config in configs for seed in (3, 1)]
    places, outcomes = zip(*train_together(runs), strict=True)
    assert places == tuple(range(6))
    assert [outcome.seed for outcome in outcomes] == [3, 1] * 3
    assert {outcome.provenance["pack"] for outcome in outcomes} == {"3"}, "two packs of three"
    task, numbers = shared_problem(configs)
    assert [each[KEPT] for each in numbers] == [1.0, 0.8, 0.8]
    assert [each[ACTIVATION] for each in numbers] == [1, 1, 0], "selu comes after relu"
    assert set(task.numbers) == {ACTIVATION, KEPT}
    task, _ = shared_problem(configs[1:2])
    assert not task.numbers, "a cell alone has its own network"
