"""Leave one out and one at a time: differences to the reference cell, and means of cells that were run."""

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from ablation.design import make_design
from tests.analysis.compare import close, row

FACTORS = {
    "batch_norm": (False, True),
    "attention": ("none", "spatial", "self"),
    "activation": ("relu", "elu", "selu"),
}


def study(design, n_seeds=4):
    """Runs whose effects would change with each other: only cells that were run tell the truth."""
    cells = make_design(FACTORS, design).cells
    table = pd.DataFrame([{**cell, "seed": seed} for cell in cells for seed in range(n_seeds)])
    for name, levels in FACTORS.items():
        table[name] = pd.Categorical(table[name], levels)
    signal = np.random.default_rng(5).normal(0, 0.3, len(cells)).repeat(n_seeds)
    noise = np.random.default_rng(6).normal(0, 0.01, len(table))
    return table.assign(loss=np.exp(signal + 0.1 * table["seed"] + noise))


@pytest.mark.parametrize(
    ("design", "reference"),
    [
        ("leave_one_out", {"batch_norm": True, "attention": "spatial", "activation": "relu"}),
        ("one_at_a_time", {"batch_norm": False, "attention": "none", "activation": "relu"}),
    ],
)
@pytest.mark.parametrize("scale", ["log", "identity"])
def test_effects_and_means_are_those_of_the_cells_that_were_run(design, reference, scale):
    table = study(design)
    found = analyze(table, "loss", list(FACTORS), block="seed", scale=scale)
    y = np.log(table["loss"]) if scale == "log" else table["loss"]

    def of_cell(**changed):
        here = np.ones(len(table), bool)
        for name, level in {**reference, **changed}.items():
            here &= table[name] == level
        return y[here].mean()

    for name, level in [(n, v) for n, levels in FACTORS.items() for v in levels]:
        close(row(found.marginal_means, factor=name, level=str(level)).estimate, of_cell(**{name: level}))
    for line in found.effects.itertuples():
        level, other = (
            next(v for v in FACTORS[line.factor] if str(v) == text) for text in (line.level, line.reference)
        )
        assert reference[line.factor] in (level, other)
        close(line.estimate, of_cell(**{line.factor: level}) - of_cell(**{line.factor: other}))
    close(found.effects["df"], np.full(len(found.effects), (len(table) // 4 - 1) * 3))


def test_a_switch_that_is_on_in_the_reference_cell_keeps_its_sign():
    found = analyze(study("leave_one_out"), "loss", list(FACTORS), block="seed").effects
    assert row(found, factor="batch_norm").level == "True"
    assert set(found.loc[found["factor"] == "attention", "reference"]) == {"spatial"}


def test_a_grid_has_no_reference_cell():
    table = study("full_factorial", n_seeds=2)
    found = analyze(table, "loss", list(FACTORS), block="seed")
    logs = np.log(table["loss"])
    means = logs.groupby(table["attention"], observed=True).mean()
    close(found.marginal_means.set_index("level").loc[list(means.index), "estimate"], means)
    assert set(found.effects.loc[found.effects["factor"] == "attention", "reference"]) == {"none"}
