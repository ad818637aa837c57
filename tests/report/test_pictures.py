"""Pictures that runs left: which cells are shown, and that nothing is drawn of nothing."""

from functools import partial

import numpy as np
import pytest

from ablation.report import figures
from ablation.report.drawing import Drawer
from ablation.report.load import load_study
from ablation.report.sections.images import images
from ablation.results.arrays import Arrays

WIDE = {"flags.norm": [False, True], "depth": [1, 2, 3, 4], "act": ["relu", "elu"]}


def leave(folder, keys, **more):
    digits = np.zeros((2, 4, 4), np.float32)
    for key in keys:
        Arrays(folder).save("arrays", key, {"input": digits, "reconstruction": digits, **more})


@pytest.fixture
def shown(monkeypatch):
    """What each figure is asked to draw; nothing is drawn."""

    def made(folder):
        asked, study = {}, load_study(str(folder))
        for name in ("reconstructions", "heatmaps", "latent_walk", "latent_scatter"):
            told = partial(lambda name, *arguments: asked.setdefault(name, []).append(arguments), name)
            monkeypatch.setattr(figures, name, told)
        drawer = Drawer(True)
        images(study, study.main, drawer)
        assert not drawer.problems
        return asked

    return made


def test_few_cells_are_all_shown_by_their_first_seed(study, shown):
    folder = study()
    leave(folder, load_study(str(folder)).table["key"], latent=np.zeros((5, 2)))
    asked = shown(folder)
    cells = asked["reconstructions"][0][0]
    assert len(cells) == 8
    assert "batch_norm · spatial · elu" in cells
    best, reference = (label for label, _ in asked["latent_walk"])
    assert best.startswith("batch_norm"), "it takes 10 % off"
    assert reference == "relu"


def test_of_many_cells_the_best_the_reference_and_the_worst_are_shown(study, shown):
    def loss(config, seed):
        return 1.0 - 0.1 * config["flags.norm"] + 0.2 * (config["depth"] == 4) + 0.01 * seed

    folder = study(factors=WIDE, loss=lambda c, s: loss(c, s) + 0.001 * (c["act"] == "elu"))
    leave(folder, load_study(str(folder)).table["key"])
    asked = shown(folder)
    cells = list(asked["reconstructions"][0][0])
    assert len(cells) == 3
    assert cells[0].startswith("norm")
    assert cells[1] == "depth=1 · relu"
    assert "depth=4" in cells[2]
    assert not cells[2].startswith("norm")


def test_heatmaps_are_drawn_for_each_input(study, shown):
    folder = study()
    maps = {"heatmap.image.gradient": np.ones((2, 4, 4)), "heatmap.audio.gradient": np.ones((2, 4, 4))}
    leave(folder, load_study(str(folder)).table["key"], **maps)
    asked = shown(folder)
    assert [name for _, name in asked["heatmaps"]] == ["image", "audio"]


@pytest.mark.parametrize("wanted", [True, False])
def test_without_pictures_there_is_no_section(study, wanted):
    found = load_study(str(study()))
    assert images(found, found.main, Drawer(wanted)) is None


def test_damaged_pictures_are_passed_over(study, shown):
    folder = study()
    keys = list(load_study(str(folder)).table["key"])
    leave(folder, keys)
    for path in (folder / "arrays").glob("*.npz"):
        path.write_bytes(b"broken")
    asked = shown(folder)
    assert asked == {}
