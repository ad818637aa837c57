"""Several columns as one block."""

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from ablation.errors import UsageError
from tests.analysis.compare import close


@pytest.fixture
def table():
    rng = np.random.default_rng(2)
    rows = [(d, s, a) for d in ("cifar", "svhn") for s in range(4) for a in ("none", "cutout")]
    frame = pd.DataFrame(rows, columns=["dataset", "seed", "aug"])
    of_run = {pair: rng.normal(0, 0.5) for pair in {(d, s) for d, s, _ in rows}}
    frame["loss"] = [np.exp(of_run[d, s] - 0.1 * (a == "cutout") + rng.normal(0, 0.02)) for d, s, a in rows]
    return frame


def test_each_combination_is_a_block(table):
    found = analyze(table, "loss", ["aug"], block=["dataset", "seed"])
    logs = np.log(table["loss"].to_numpy()).reshape(8, 2)
    pairs = logs[:, 1] - logs[:, 0]  # the paired t test
    effect = found.effects.iloc[0]
    close([effect.estimate, effect.se, effect.df], [pairs.mean(), pairs.std(ddof=1) / np.sqrt(8), 7])
    assert found.runs.block.name == "dataset × seed"
    assert found.runs.block.levels[:2] == ("cifar, 0", "cifar, 1")


def test_a_run_without_one_of_them_is_left_out(table):
    table.loc[3, "dataset"] = None
    found = analyze(table, "loss", ["aug"], block=["dataset", "seed"])
    assert found.n_runs == 15
    assert found.excluded["reason"].tolist() == ["no level of 'dataset × seed'"]


def test_spellings_of_a_seed_are_one_in_a_combination(table):
    texts = table.assign(seed=[f"{s}.0" if i % 2 else str(s) for i, s in enumerate(table["seed"])])
    found = analyze(texts, "loss", ["aug"], block=["dataset", "seed"])
    pd.testing.assert_frame_equal(
        found.effects, analyze(table, "loss", ["aug"], block=["dataset", "seed"]).effects
    )


def test_a_block_that_is_a_factor_or_missing_is_a_sentence(table):
    with pytest.raises(UsageError, match="'aug' twice"):
        analyze(table, "loss", ["aug"], block=["dataset", "aug"])
    with pytest.raises(UsageError, match="columns 'fold' in the table"):
        analyze(table, "loss", ["aug"], block=["dataset", "fold"])
