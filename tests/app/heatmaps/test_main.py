"""Maps of saved networks, from a sweep on the command line to grid and values."""

import os
import subprocess
import sys
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from ablation.app.heatmaps.__main__ import main
from ablation.results import Arrays, open_store

pytestmark = pytest.mark.slow

TINY = (
    "study=density",
    "hydra/launcher=basic",
    "data.size=24",
    "data.n_train=32",
    "data.n_test=20",
    "model.units=[2,3,3]",
    "training.epochs=1",
    "flags.attention=none,weight_map",
    "flags.batch_norm=false",
    "flags.dropout=false",
    "seeds=[0,1]",
)


def ablation(folder, root, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "ablation", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=500,
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory, root):
    folder = tmp_path_factory.mktemp("study")
    done = ablation(folder, root, "-m", *TINY[:-1], "seeds=[0]")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "runs/density"


def test_a_sweep_leaves_the_weights_of_the_reference_and_of_the_best_cell(study):
    rows = open_store(study).scan().rows
    levels = {row.responses["mae"]: row.config["flags.attention"] for row in rows.values()}
    assert len(rows) == len(levels) == 2
    kept = {rows[key].config["flags.attention"] for key in Arrays(study).keys("weights")}
    assert kept == {"none", levels[min(levels)]}


@pytest.fixture(scope="module")
def with_all(tmp_path_factory, root):
    folder = tmp_path_factory.mktemp("all")
    done = ablation(folder, root, "-m", *TINY, "training.save_weights=all")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "runs/density"


def values(study, name):
    with np.load(study / f"{name}.npz") as npz:
        return {key: npz[key] for key in npz.files}


@pytest.mark.parametrize("input", ["rgb", "fixed"])
def test_maps_of_saved_weights_are_those_that_the_run_left(with_all, input, capsys):
    assert main([str(with_all), f"input={input}"]) == 0
    made = values(with_all, f"heatmaps_{input}_grad_cam")
    assert len(made) == 3
    rows = open_store(with_all).scan().rows
    for name, maps in made.items():
        if name.startswith("heatmap"):
            (key,) = [k for k, r in rows.items() if r.seed == 0 and name.endswith(r.cell)]
            left = Arrays(with_all).load("arrays", key)[f"heatmap.{input}.grad_cam"]
            np.testing.assert_allclose(maps, left[:5], rtol=2e-3, atol=1e-4)
    pixels = matplotlib.image.imread(with_all / f"heatmaps_{input}_grad_cam.png")
    assert min(pixels.shape[:2]) > 300
    assert "none; weight_map" in capsys.readouterr().out


def test_levels_without_a_gate_say_so(with_all, capsys):
    assert main([str(with_all), "map=attention", "images=2", f"output={with_all / 'gates/here'}"]) == 0
    assert "none: no attention, this network has none." in capsys.readouterr().out
    made = values(with_all, "gates/here")
    (gate,) = [array for name, array in made.items() if name.startswith("heatmap")]
    assert gate.shape == (2, 24, 24)


@pytest.mark.parametrize(
    "settings", [["map=occlusion"], ["map=top_k", "layer=dynamic_1_activation"], ["map=top_k_variance"]]
)
def test_every_map_is_made(with_all, settings):
    cell = next(iter(open_store(with_all).scan().rows.values())).cell
    assert main([str(with_all), *settings, "images=1", f"cells={cell}"]) == 0


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (["layer=rgb_9"], ["layer: expected one", "rgb_3_activation", "rgb_9"]),
        (["input=rgb", "layer=fixed_3_activation"], ["depends on the input 'rgb' alone"]),
        (["input=red"], ["input: expected one of rgb, fixed, dynamic", "'red'"]),
        (["cells=abc"], ["cells: expected some of those with weights", "abc"]),
        (["map=residual"], ["residual: expected an autoencoder"]),
        (["map=saliency"], ["map: expected one of grad_cam"]),
    ],
)
def test_a_mistake_is_a_sentence_and_exit_code_2(with_all, settings, expected, capsys):
    assert main([str(with_all), *settings]) == 2
    error = capsys.readouterr().err
    for words in expected:
        assert words in error


def test_a_study_without_weights_is_a_sentence(with_all, tmp_path, capsys):
    (tmp_path / "study").mkdir()
    for name in ("rows", "study.json"):
        source = Path(with_all) / name
        if source.exists():
            (tmp_path / "study" / name).symlink_to(source)
    assert main([str(tmp_path / "study")]) == 2
    assert "expected saved weights" in capsys.readouterr().err


def test_a_study_that_is_not_there_is_a_sentence(capsys):
    assert main(["runs/nowhere"]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_self_attention_on_large_pictures_is_refused_with_its_memory(tmp_path, root):
    single = [each for each in TINY if not each.startswith(("flags.", "data.size", "model.units"))]
    done = ablation(tmp_path, root, *single, "flags.attention=self", "data.size=160", "model.units=[1,1,1]")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "64×64" in done.stderr
    assert "MiB" in done.stderr
    assert "Traceback" not in done.stderr


def test_other_pictures_than_those_of_the_training_are_refused(study, capsys, monkeypatch):
    monkeypatch.setattr("ablation.app.data.data.data_hash", lambda *_: "another")
    assert main([str(study)]) == 2
    assert "Received others: synthetic_density has changed since" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_to_is_a_sentence(study, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main([str(study), f"output={tmp_path}/file/maps"]) == 2
    assert f"Could not write {tmp_path}/file/maps" in capsys.readouterr().err
