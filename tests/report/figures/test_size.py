"""The figures of a study of 32 cells and three seeds fit into a page."""

from itertools import product

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from ablation.report import figures
from tests.report.figures.every import every_figure
from tests.report.figures.states import State, grid

LEVELS = {
    "flags.batch_norm": [False, True], "flags.dropout": [False, True], "flags.attention": ["none", "spatial"],
    "flags.activation": ["relu", "elu", "selu", "sigmoid"],
}  # fmt: skip


@pytest.fixture(scope="module")
def cells(root):
    """Ten digits through 32 cells that blur them more and more, as bytes."""
    digits = np.load(root / "ablation/app/data/mnist_sample.npz")["test"][:10] / 255
    found = {}
    for i, cell in enumerate(product(*LEVELS.values())):
        blurred = gaussian_filter(digits, (0, 0.5 + 0.03 * i, 0.5 + 0.03 * i))
        found[" · ".join(map(str, cell))] = {
            "input": np.round(255 * digits).astype(np.uint8)[..., None],
            "reconstruction": np.round(255 * blurred).astype(np.uint8)[..., None],
            "heatmap.saliency": (digits - blurred).astype(np.float16),
        }
    return found


def test_all_figures_together_stay_below_a_megabyte(cells):
    state = State(grid(LEVELS, effects=(-0.2, 0.1, 0.0, 0.05)), list(LEVELS))
    pictures = [p for each in every_figure(state).values() for p in each]
    pictures += [figures.reconstructions(cells), figures.heatmaps(cells, None)]
    walk = np.resize(next(iter(cells.values()))["reconstruction"], (20, 20, 28, 28))
    rng = np.random.default_rng(0)
    plane = {"walk": walk, "latent": rng.normal(size=(500, 2)), "labels": np.arange(500) % 10}
    pictures += [figures.latent_walk("cell", plane), figures.latent_scatter("cell", plane)]
    assert len(pictures) == 21
    assert sum(len(figures.as_file(p).encode()) for p in pictures) < 700_000
