"""The section on several data sets: there where it has something to say, and nowhere else."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

import ablation


@pytest.fixture(scope="module")
def runs():
    rng = np.random.default_rng(3)
    effects = {f"set{i}": (rng.normal(0, 0.5), rng.normal(-0.1, 0.06)) for i in range(6)}
    cells = product(effects, [False, True], ["relu", "elu"], range(3))
    return pd.DataFrame(
        [
            (*cell, np.exp(effects[cell[0]][0] + effects[cell[0]][1] * cell[1] + rng.normal(0, 0.03)))
            for cell in cells
        ],
        columns=["dataset", "norm", "act", "seed", "loss"],
    )


def test_data_sets_have_a_section_with_effects_predictions_and_ranks(runs, tmp_path):
    study = ablation.Study(runs, {"loss": "lower"}, ["norm", "act"], block=["dataset", "seed"])
    page = study.report(tmp_path)
    text = (tmp_path / "report.md").read_text().replace("\u00a0", " ")
    assert "## Data sets" in text
    assert "Verdicts are about these 6, with other seeds." in text
    assert "% loss on average over such data sets (95 % CI" in text
    assert "Ranks over 6 data sets" in text
    drawn = {path.stem for path in tmp_path.glob("figures/*.svg")}
    assert {"set_effects_norm_true", "set_effects_act_relu", "critical_difference"} <= {
        name.lower() for name in drawn
    }
    table = pd.read_csv(tmp_path / "tables/sets.csv")
    pd.testing.assert_frame_equal(table, study.analysis.heterogeneity, check_dtype=False, rtol=1e-6)
    assert len(pd.read_csv(tmp_path / "tables/set_effects.csv")) == 12
    assert "could not be made" not in page.read_text()


@pytest.mark.parametrize("block", ["seed", None])
def test_other_tables_have_none(runs, tmp_path, block):
    one = runs[runs["dataset"] == "set0"]
    ablation.Study(one, {"loss": "lower"}, ["norm", "act"], block=block).report(tmp_path, figures=False)
    text = (tmp_path / "report.md").read_text()
    assert "Data sets" not in text
    assert "Interquartile means, and the probability of improvement" in text
