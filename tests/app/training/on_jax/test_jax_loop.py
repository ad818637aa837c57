import math
from dataclasses import replace

import jax
import keras
import numpy as np
import pytest
from scipy.stats import ks_2samp

from ablation.app.problems.pictures import PictureMeasure, picture_data
from ablation.app.training.jax.device import is_out_of_memory
from ablation.app.training.jax.loop import JaxLoop, _train_seconds
from ablation.app.training.precision import precision
from ablation.app.training.problem import Measured, Probe
from ablation.app.training.seeding import epoch_order, initial_values
from ablation.app.training.train import train_cell
from tests.app.training.small import first_loss, schedule, small_problem, squares

EVERYTHING = {"variational": True, "batch_norm": True, "dropout": True, "attention": "spatial"}
LOSSES = ("train_loss", "test_loss", "test_reconstruction_loss", "test_kl")
EPOCHS = 3


def brightness(network, data):
    """Of what comes out, and what went in: more than one tensor, and one that is the same in every run."""
    outputs = network(data["images"], training=False)
    return {"bright": keras.ops.mean(outputs["reconstruction"], axis=(1, 2, 3)), "seen": data["images"]}


def kept(found):
    assert all(isinstance(array, np.ndarray) for array in found.values())
    return Measured({"brightness": float(found["bright"].mean())}, {"bright": found["bright"]})


@pytest.fixture(scope="module")
def everything():
    """A loop over a network with everything that is random, and a probe."""
    probe = Probe(brightness, kept, {"images": squares(5, seed=2)})
    return JaxLoop(replace(small_problem(**EVERYTHING), probes=(probe,)), schedule(EPOCHS), for_gpu=True)


@pytest.fixture(scope="module")
def pack(everything):
    return everything.train([0, 1, 2, 3])


def losses(trained):
    return np.array([trained.history[name] for name in LOSSES])


def test_a_run_of_a_pack_has_the_losses_that_it_has_alone(everything, pack):
    # The first epoch is four steps. Sums of float32 in another order differ by some 1e-7; four steps of Adam,
    # which divides by the root of small squares, leave less than 1e-5 of losses near 0.7.
    for seed in (0, 3):
        (alone,) = everything.train([seed])
        np.testing.assert_allclose(losses(pack[seed])[:, 0], losses(alone)[:, 0], rtol=1e-5)
        np.testing.assert_allclose(losses(pack[seed]), losses(alone), rtol=1e-3)


def test_steps_that_return_to_python_give_what_one_program_gives(everything, pack):
    by_steps = JaxLoop(everything.problem, schedule(EPOCHS))
    assert not by_steps.for_gpu, "as is faster on a CPU"
    for run in by_steps.train([0, 1, 2, 3]):
        np.testing.assert_allclose(losses(run)[:, 0], losses(pack[run.seed])[:, 0], rtol=1e-5)
        np.testing.assert_allclose(losses(run), losses(pack[run.seed]), rtol=1e-3)


def test_seeds_differ_in_every_loss_of_every_epoch(pack):
    for one in range(4):
        for other in range(one):
            assert (losses(pack[one]) != losses(pack[other])).all()


def test_a_pack_trained_again_gives_the_same_bits(everything, pack):
    for again, run in zip(everything.train([0, 1, 2, 3]), pack, strict=True):
        np.testing.assert_array_equal(losses(again), losses(run))
        for path, values in run.weights.items():
            np.testing.assert_array_equal(again.weights[path], values, err_msg=path)


def test_the_place_in_a_pack_changes_no_bit(everything, pack):
    for run in everything.train([3, 0, 2, 1]):
        np.testing.assert_array_equal(losses(run), losses(pack[run.seed]))


def test_runs_look_as_they_do_on_tensorflow(everything, pack):
    costs = {"n_parameters", "train_seconds", "measure_seconds", "compile_seconds"}
    for run in pack:
        assert run.responses.keys() == {
            "loss",
            "reconstruction_loss",
            "kl",
            "train_loss",
            "brightness",
            *costs,
        }
        assert {name: len(values) for name, values in run.history.items()} == dict.fromkeys(LOSSES, EPOCHS)
        for name, values in run.history.items():
            assert run.responses[name.removeprefix("test_")] == values[-1]
        assert run.responses["loss"] == pytest.approx(
            run.responses["reconstruction_loss"] + run.responses["kl"], rel=1e-5
        )
        assert run.responses["train_seconds"] > 0
        assert run.responses["measure_seconds"] > 0
        assert run.responses["compile_seconds"] > 0
        assert run.weights.keys() == {v.path for v in everything.network.weights}
        assert run.provenance == {"backend": "jax", "pack": "4"}


def test_losses_and_probes_are_those_of_a_network_with_the_run_s_weights():
    problem = small_problem(batch_norm=True)  # draws nothing, so that its losses can be made again
    walk = PictureMeasure(problem.network)  # by a model of its own that shares layers
    probes = (
        Probe(brightness, kept, {"images": squares(5, seed=2)}),
        Probe(
            walk,
            lambda found: Measured(arrays={"walk": found["walk"]}),
            picture_data(squares(5), np.arange(5)),
        ),
    )
    for run in JaxLoop(replace(problem, probes=probes), schedule(1)).train([4, 7]):
        for variable in problem.network.weights:
            variable.assign(run.weights[variable.path])
        test = problem.test["images"].astype(float)
        out = problem.network.predict(problem.test["images"], verbose=0)["reconstruction"].astype(float)
        expected = -(test * np.log(out) + (1 - test) * np.log(1 - out)).mean()
        assert run.responses["reconstruction_loss"] == pytest.approx(expected, rel=1e-5)
        shown = problem.network.predict(squares(5, seed=2), verbose=0)["reconstruction"]
        np.testing.assert_allclose(run.arrays["bright"], shown.mean(axis=(1, 2, 3)), rtol=1e-5)
        assert run.responses["brightness"] == pytest.approx(shown.mean(), rel=1e-5)
        walked = walk.decoder.predict(probes[1].data["walk"], verbose=0)
        np.testing.assert_allclose(run.arrays["walk"], walked, atol=1e-5)


def test_training_is_that_of_a_plain_keras_loop():
    """The same training by `train_on_batch`: step by step, and a rate set by hand."""
    epochs, batch, rate, decay = 2, 16, 1e-2, 0.3
    problem = small_problem(batch_norm=True)
    trained = {run.seed: run for run in JaxLoop(problem, schedule(epochs, batch, rate, decay)).train([4, 5])}
    network, images = problem.network, problem.train["images"]
    for seed, run in trained.items():
        for variable, value in zip(network.variables, initial_values(network, seed), strict=True):
            variable.assign(value)
        network.compile(optimizer=keras.optimizers.Adam(rate), loss={"reconstruction": "binary_crossentropy"})
        losses = []
        for epoch in range(epochs):
            for indices in epoch_order(seed, epoch, len(images), batch):
                network.optimizer.learning_rate = rate / (1 + decay * len(losses))
                network.reset_metrics()
                seen = images[indices]
                losses.append(float(network.train_on_batch(seen, {"reconstruction": seen})))
        means = np.array(losses).reshape(epochs, -1).mean(axis=1)
        np.testing.assert_allclose(run.history["train_loss"], means, rtol=1e-4)


def test_a_run_that_diverges_ends_early_and_leaves_its_neighbours_bit_by_bit():
    images = squares(33)
    images[0] = np.nan  # one image of 33 sits out an epoch of one batch of 32
    loop = JaxLoop(small_problem(images, **EVERYTHING), schedule(epochs=2, batch_size=32))
    sees_it = {s: [bool((epoch_order(s, e, 33, 32) == 0).any()) for e in (0, 1)] for s in range(9999)}
    calm, other = [seed for seed, sees in sees_it.items() if not any(sees)][:2]
    bad = next(seed for seed, sees in sees_it.items() if sees[0])
    without, _ = loop.train([calm, other])
    beside, diverged = loop.train([calm, bad])
    np.testing.assert_array_equal(losses(beside), losses(without))
    for path, values in without.weights.items():
        np.testing.assert_array_equal(beside.weights[path], values, err_msg=path)
    assert {len(values) for values in diverged.history.values()} == {1}
    assert not math.isfinite(diverged.responses["train_loss"])
    assert not math.isfinite(diverged.responses["loss"])


def test_a_pack_of_which_none_is_left_ends():
    loop = JaxLoop(small_problem(squares(64) * np.nan, batch_norm=True), schedule(epochs=9))
    for run in loop.train([0, 1]):
        assert {len(values) for values in run.history.values()} == {1}
        assert not math.isfinite(run.responses["loss"])


def test_cells_that_differ_in_numbers_alone_share_their_programs(everything, monkeypatch):
    from ablation.app.training.jax import program as jax_program

    compiled = []
    compile_one = jax_program._compile
    monkeypatch.setattr(jax_program, "_compile", lambda low: compiled.append(low) or compile_one(low))
    keras.utils.clear_session()
    faster = schedule(EPOCHS, rate=3e-2, decay=0.5)
    runs = JaxLoop(replace(small_problem(**EVERYTHING), probes=everything.problem.probes), faster).train(
        [0, 1, 2, 3]
    )
    assert not compiled
    for fast, run in zip(runs, everything.train([0, 1, 2, 3]), strict=True):
        assert (losses(fast) != losses(run)).all()
    JaxLoop(small_problem(**EVERYTHING, activation="elu"), faster).programs(4)
    assert len(compiled) >= 2, "another activation is another program"


@pytest.mark.parametrize("for_gpu", [True, False])
def test_the_host_waits_for_the_device_once_an_epoch(everything, monkeypatch, for_gpu):
    waits = []
    fetch = jax.device_get
    monkeypatch.setattr(jax, "device_get", lambda tree: waits.append(tree) or fetch(tree))
    monkeypatch.setattr(jax, "block_until_ready", lambda tree: waits.append(tree) or tree)

    def count(epochs):
        waits.clear()
        JaxLoop(everything.problem, schedule(epochs), for_gpu).train([0, 1, 2, 3])
        return len(waits)

    few, many = count(2), count(7)
    assert many - few == 5
    assert few <= 2 + 3, "the measures, the probes and the weights, once each"


def test_the_steps_of_an_epoch_are_what_is_left_of_it_without_its_measure():
    np.testing.assert_allclose(_train_seconds([100, 110, 125, 139], 4), [10, 11, 10])
    np.testing.assert_allclose(_train_seconds([100, 110, 113], 4), [10, 0])


def test_auto_takes_what_fits_and_one_on_a_cpu(everything, monkeypatch):
    from ablation.app.training.jax import loop as jax_loop

    assert everything.fitting(4) == 1
    monkeypatch.setattr(jax_loop, "_is_cpu", lambda: False)
    needed = {n: everything.programs(n).bytes for n in (1, 4)}
    assert needed[1] < needed[4] < 5 * needed[1]
    for free, expected in [(math.inf, 4), (needed[4], 4), (needed[1], 1), (0, 1)]:
        monkeypatch.setattr(jax_loop, "free_bytes", lambda free=free: free)
        assert everything.fitting(4) == expected


def test_seeds_come_in_packs_and_in_their_order(everything):
    runs = list(train_cell(everything.problem, schedule(1), [5, 9, 2], pack="1"))
    assert [run.seed for run in runs] == [5, 9, 2]
    assert [run.provenance for run in runs] == [{"backend": "jax", "pack": "1"}] * 3
    assert [run.provenance["pack"] for run in train_cell(everything.problem, schedule(1), [8])] == ["1"]


def test_final_losses_have_the_distribution_that_they_have_alone(everything):
    # Rounding grows with each epoch, but shifts and spreads nothing.
    loop = JaxLoop(everything.problem, schedule(8))
    packed = [run for i in range(0, 16, 4) for run in loop.train(range(i, i + 4))]
    alone = [run for seed in range(16) for run in loop.train([seed])]
    for name in ("loss", "train_loss", "brightness"):
        one, other = (np.array([run.responses[name] for run in runs]) for runs in (packed, alone))
        assert abs((one - other).mean()) < 0.05 * other.std()
        assert ks_2samp(one, other).pvalue > 0.5


def test_in_bfloat16_weights_and_losses_stay_float32_and_it_learns():
    with precision("bfloat16"):
        problem = small_problem(batch_norm=True)
    (run,) = JaxLoop(problem, schedule(epochs=40, batch_size=64, rate=2e-2)).train([0])
    assert {values.dtype for values in run.weights.values()} == {np.dtype("float32")}
    first = run.history["train_loss"][0]  # of one step, so before anything was learned
    assert first == pytest.approx(first_loss(problem, 0), rel=2**-8)  # a number has eight bits there
    exact = first_loss(small_problem(batch_norm=True), 0)
    assert 1e-4 < abs(first / exact - 1) < 0.05, "of float32 it is another, yet a similar, loss"
    assert run.responses["loss"] < first - 0.1


def test_xla_s_own_error_is_known_as_out_of_memory():
    with pytest.raises(RuntimeError) as caught:
        jax.block_until_ready(jax.numpy.zeros(10**14))
    assert is_out_of_memory(caught.value)
