from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import ops

from ablation.app.data.shapes import draw_scenes
from ablation.app.maps.scores import contrast_auroc
from ablation.app.problems import problem
from ablation.app.problems.density import check_responses
from ablation.app.training.problem import Schedule
from ablation.app.training.train import train_cell
from tests.app.problems.small import small_density

pytestmark = pytest.mark.slow


def trained(config, seeds=(0,)):
    return list(train_cell(problem(config), Schedule.of(config.training), seeds))


@pytest.fixture(scope="module")
def gated():
    return trained(small_density(attention="weight_map", batch_norm=True, dropout=True), [0, 1])


def test_every_run_says_where_it_looks(gated):
    maps = ("attention", "grad_cam", "grad_cam_random", "magnitude")
    wanted = {f"contrast_auroc.{on}.{name}" for on in ("rgb", "dynamic") for name in maps}
    wanted |= {"irrelevant_branch_share", "irrelevant_branch_share_random", "deletion_gain"}
    for run in gated:
        assert wanted | {"mae", "loss", "completeness_error"} <= run.responses.keys()
        assert np.isfinite(list(run.responses.values())).all()
        assert run.responses["mae"] == run.responses["loss"] == run.history["test_mae"][-1]


def test_references_depend_on_data_and_network_and_not_on_the_seed(gated):
    first, second = (run.responses for run in gated)
    for name in ("contrast_auroc.rgb.magnitude", "contrast_auroc.rgb.grad_cam_random"):
        assert first[name] == pytest.approx(second[name], abs=1e-6)
    assert first["contrast_auroc.rgb.grad_cam"] != second["contrast_auroc.rgb.grad_cam"]


def test_maps_add_up_to_the_prediction(gated):
    assert all(run.responses["completeness_error"] < 1e-5 for run in gated)


def test_in_bfloat16_runs_are_finite_and_maps_add_up_to_its_precision():
    config = small_density(attention="spatial", batch_norm=True, dropout=True)
    (run,) = trained(replace(config, training=replace(config.training, precision="bfloat16")))
    assert np.isfinite(list(run.responses.values())).all()
    assert 1e-6 < run.responses["completeness_error"] < 1e-2


def test_the_report_gets_the_same_test_images_with_maps_and_masks(gated):
    for on in ("rgb", "fixed", "dynamic"):
        shapes = {
            name: array.shape for name, array in gated[0].arrays.items() if on in name and "input" not in name
        }
        assert set(shapes) == {f"heatmap.{on}.grad_cam", f"heatmap.{on}.attention", f"mask.{on}"}
        assert set(shapes.values()) == {(6, 24, 24)}
        np.testing.assert_array_equal(gated[0].arrays[f"input.{on}"], gated[1].arrays[f"input.{on}"])
    gate = gated[0].arrays["heatmap.rgb.attention"]
    assert 0 <= gate.min() <= gate.max() <= 1


def test_a_level_without_a_gate_has_no_map_of_one():
    (run,) = trained(small_density(attention="placebo"))
    assert not [name for name in (*run.responses, *run.arrays) if "attention" in name]


def test_without_masks_maps_are_shown_and_not_scored(tmp_path, caplog):
    config = small_density()
    rng = np.random.default_rng(0)
    np.savez(
        tmp_path / "mine.npz",
        here=rng.random((40, 16, 20, 1)),
        there=rng.random((40, 14, 14, 3)),
        y=rng.random(40),
    )
    data = replace(config.data, name="npz", path=str(tmp_path / "mine.npz"), n_train=None, n_test=None)
    with caplog.at_level("INFO"):
        (run,) = trained(replace(config, data=data))
    assert "no masks" in caplog.text
    assert not [name for name in run.responses if "auroc" in name or "share" in name]
    assert {"mae", "completeness_error", "deletion_gain"} <= run.responses.keys()
    assert run.arrays["heatmap.here.grad_cam"].shape == (6, 16, 20)


def test_it_learns_more_than_the_median():
    config = small_density(epochs=15, n_train=500, batch_norm=True)
    config.model.units = [8, 12, 12]
    made = problem(config)
    median = np.abs(made.test["y"] - np.median(made.train["y"])).mean()
    (run,) = trained(config)
    assert run.responses["mae"] < 0.75 * median
    assert run.responses["irrelevant_branch_share"] < 0.5 * run.responses["irrelevant_branch_share_random"]


def test_scores_of_an_untrained_network_are_those_of_maps_made_by_hand():
    """Grad-CAM of average → Dense is the features weighted by the Dense layer's kernel, over their number."""
    made = problem(small_density())
    probe = made.probes[0]
    tensors = {name: ops.convert_to_tensor(array) for name, array in probe.data.items()}
    found = {k: ops.convert_to_numpy(v) for k, v in probe.measure(made.network, tensors).items()}
    rgb = keras.Input((24, 24, 3))
    x = rgb
    for layer in made.network.layers:  # the branch of rgb, up to what is averaged
        if layer.name.startswith("rgb_") and layer.name != "rgb_average":
            x = layer(x)
    features = ops.convert_to_numpy(keras.Model(rgb, x)(made.test["rgb"]))
    kernel = made.network.get_layer("density").get_weights()[0][:4, 0]  # rgb comes first
    bordered = np.pad(features @ kernel, ((0, 0), (2, 2), (2, 2)))
    np.testing.assert_allclose(found["grad_cam.rgb"][:, 1::2, 1::2], smooth(bordered), atol=1e-6)

    masks = draw_scenes(30, 24, [0, 1, 0]).masks
    scores = probe.summarise(found).responses
    expected = np.nanmean(contrast_auroc(found["grad_cam.rgb"], masks))
    assert scores["contrast_auroc.rgb.grad_cam"] == pytest.approx(expected)


def smooth(maps):
    """Bilinear, at the odd pixels of maps twice as large: 3/4 of a pixel and 1/4 of the next, both ways."""
    after = np.pad(maps, ((0, 0), (0, 1), (0, 1)), mode="edge")
    rows = 0.75 * after[:, :-1] + 0.25 * after[:, 1:]
    return 0.75 * rows[:, :, :-1] + 0.25 * rows[:, :, 1:]


def test_a_map_that_misses_the_prediction_is_told(caplog):
    curves = np.zeros((2, 3))
    found = {
        "error": np.array([0.1, 0]),
        "prediction": np.array([1.0, -2]),
        "by_map": curves,
        "by_chance": curves[None],
    }
    assert check_responses(found) == {"deletion_gain": 0, "completeness_error": 0.05}
    assert "does not add up" in caplog.text
