"""The section on test items, from a Parquet file with a row per run and item."""

import numpy as np
import pandas as pd
import pytest

import ablation
from ablation.cli import main
from ablation.errors import UsageError


@pytest.fixture
def file(tmp_path):
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product(
        [[False, True], range(4), range(20)], names=["norm", "seed", "question"]
    )
    table = index.to_frame(index=False)
    table["correct"] = (rng.random(len(table)) < 0.5 + 0.3 * table["norm"]).astype(int)
    table.assign(gold=1).to_parquet(tmp_path / "items.parquet")
    return tmp_path / "items.parquet"


def test_items_have_a_section_of_their_own(file, tmp_path, capsys):
    words = [
        f"table={file}",
        "response=correct",
        "direction=higher",
        "factors=[norm]",
        "block=seed",
        "item=question",
    ]
    assert main(["report", *words, f"output={tmp_path / 'page'}", "figures=false"]) == 0
    text = (tmp_path / "page/report.md").read_text()
    assert "## Test items" in text
    assert "Verdicts are about these 20 items of question, with other seeds." in text
    assert "8 rows of 2 levels" in capsys.readouterr().out
    study = ablation.Study(file, {"correct": "higher"}, "norm", block="seed", item="question")
    written = pd.read_csv(tmp_path / "page/tables/items.csv")
    numbers = list(written.columns[3:])
    told = study.analysis.item_effects
    pd.testing.assert_frame_equal(written[numbers], told[numbers], check_dtype=False, rtol=1e-6)


def test_items_of_several_responses_are_refused(file):
    with pytest.raises(UsageError, match="item: expected one response"):
        ablation.Study(file, {"correct": "higher", "gold": "higher"}, "norm", block="seed", item="question")
