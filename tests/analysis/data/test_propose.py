"""What could be asked of a table, found by looking at it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ablation.analysis.data.propose import propose
from ablation.analysis.data.reading import read_table
from ablation.results import StudyRecord, gather, open_store
from tests.results.stand_in import make_row

CASES = Path(__file__).parents[1] / "cases"


@pytest.mark.parametrize(
    ("name", "response", "direction", "factors", "blocks"),
    [
        (
            "01_conditional.tsv",
            "hits@10",
            "higher",
            ["loss", "model", "optimizer", "training_loop"],
            ["dataset"],
        ),
        ("05_blank_lines.csv", "psnr", "higher", ["model", "div"], []),
        ("06_two_spellings.csv", "loss", "lower", ["lr", "batch_norm"], ["seed"]),
        ("06_seed_float.csv", "loss", "lower", ["lr", "opt"], ["seed"]),
        ("08_optuna.csv", "loss", "lower", ["lrate", "optimizer", "batch_size"], []),
        ("12_mlflow.csv", "metrics.loss", "lower", ["params.optimizer", "params.width"], ["params.seed"]),
        ("12_ray.csv", "loss", "lower", ["config/optimizer", "config/width"], ["config/seed"]),
        ("14_trailing_comma.csv", "loss", "lower", ["width", "lr"], ["seed"]),
        ("14_r_write_table.csv", "loss", "lower", ["lr", "opt"], []),
        ("27_reference.csv", "acc", "higher", ["ablation"], ["seed"]),
    ],
)
def test_tables_that_leave_no_doubt(name, response, direction, factors, blocks):
    found = propose(read_table(CASES / "public" / name))
    assert (found.response, found.direction) == (response, direction)
    assert (list(found.factors), list(found.blocks)) == (factors, blocks)
    assert not found.doubts


def test_two_outcomes_are_a_doubt():
    found = propose(read_table(CASES / "public" / "03_wandb.csv"))
    assert (found.response, found.others) == ("quant_test_acc", ("quant_test_loss",))
    assert {name: len(levels) for name, levels in found.factors.items()} == {"act_bits": 4, "weight_bits": 3}
    assert found.doubts == ("Several columns look like outcomes: 'quant_test_acc' and 'quant_test_loss'.",)
    constant = {name for name, why in found.left_out.items() if why == "the same in every row"}
    assert constant == {"batch_size", "device", "exclude_first_last", "seed"}
    assert found.left_out["Name"] == "a name or number of rows"


def test_failed_and_unfinished_runs_are_counted():
    found = propose(read_table(CASES / "public" / "12_half_failed.csv"))
    assert (found.runs, found.failed, found.unfinished, found.endings) == (16, 4, 0, ("status",))


def test_an_outcome_without_a_telling_name_is_a_doubt():
    found = propose(read_table(next(CASES.glob("c15_*.csv"))))
    assert (found.response, found.direction, list(found.factors)) == ("weight", None, ["group"])
    assert len(found.doubts) == 2


@pytest.fixture
def grid():
    rng = np.random.default_rng(0)
    rows = [(d, o, w, s) for d in ("a", "b") for o in ("adam", "sgd") for w in (32, 64) for s in range(3)]
    frame = pd.DataFrame(rows, columns=["dataset", "optimizer", "width", "seed"])
    frame["val_loss"] = rng.lognormal(size=len(frame))
    return frame


def test_data_sets_and_seeds_are_blocks_and_costs_come_last(grid):
    found = propose(
        grid.assign(train_seconds=np.linspace(1, 2, len(grid)), val_loss_std=grid["val_loss"] / 7)
    )
    assert (found.response, found.others, found.blocks) == (
        "val_loss",
        ("train_seconds",),
        ("dataset", "seed"),
    )
    assert found.left_out["val_loss_std"] == "describes another column"
    assert not found.doubts


def test_columns_that_move_with_others_are_left_out(grid):
    label = grid["optimizer"] + "_" + grid["width"].astype(str)
    beta = grid["optimizer"].map({"adam": 0.9, "sgd": 0.0})
    found = propose(grid.assign(variant=label, beta=beta))
    assert list(found.factors) == ["optimizer", "width"]
    assert found.left_out["variant"] == "names the combinations of the others"
    assert found.left_out["beta"] == "moves with 'optimizer'"


def test_of_a_log_its_last_rows_are_looked_at(grid):
    long = grid.loc[grid.index.repeat(5)].assign(epoch=np.tile(np.arange(5), len(grid)))
    long["val_loss"] *= 1 + 0.1 * (4 - long["epoch"])
    found = propose(long.reset_index(drop=True))
    assert (found.runs, found.response, list(found.factors)) == (24, "val_loss", ["optimizer", "width"])


def test_a_number_of_which_nothing_is_known_is_a_doubt(grid):
    found = propose(grid.assign(mystery=np.random.default_rng(1).normal(size=len(grid))))
    assert found.response == "val_loss"
    assert found.doubts == ("What 'mystery' is: settings or outcomes.",)


def test_a_search_over_decades_enters_by_its_logarithm():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"params_lr": 10 ** rng.uniform(-5, -1, 40), "params_act": ["elu", "relu"] * 20})
    found = propose(frame.assign(loss=rng.lognormal(size=40), number=range(40)))
    assert (found.numeric, list(found.factors)) == ({"params_lr": "log"}, ["params_lr", "params_act"])
    assert not found.doubts


def test_a_table_of_results_has_the_factors_that_it_was_made_with(tmp_path):
    store = open_store(tmp_path)
    for i, (norm, depth) in enumerate([(n, d) for n in (True, False) for d in (3, 1, 2)]):
        for seed in range(2):
            store.commit(
                make_row({"norm": norm, "depth": depth}, seed, responses={"loss": 1.0 + i + 0.1 * seed})
            )
    store.save_record(StudyRecord(factors={"norm": [True, False], "depth": [3, 1, 2]}))
    gather(tmp_path)
    found = propose(read_table(tmp_path / "results.parquet"))
    assert found.factors == {"norm": ("True", "False"), "depth": ("3", "1", "2")}
    assert (found.response, found.blocks) == ("loss", ("seed",))


def test_a_table_of_nothing_proposes_nothing():
    found = propose(pd.DataFrame({"name": ["a", "b", "c"]}))
    assert found.response is None
    assert found.doubts == (
        "No column looks like an outcome.",
        "No column looks like something that was varied.",
    )


def test_a_random_state_is_a_seed(grid):
    found = propose(grid.rename(columns={"seed": "random_state"}))
    assert (found.blocks, list(found.factors)) == (("dataset", "random_state"), ["optimizer", "width"])


def test_a_ticked_column_is_not_the_same_in_every_row(grid):
    ticked = grid.loc[grid.index.repeat(2)].assign(augment=["x", None] * len(grid)).reset_index(drop=True)
    found = propose(ticked)
    assert found.left_out["augment"] == "not set in every run"
    assert len(found.doubts) == 1
    assert found.doubts[0].startswith("Whether runs without 'augment' differ from those with it")
    assert list(propose(ticked.fillna({"augment": "none"})).factors) == ["optimizer", "width", "augment"]


def test_a_setting_beside_one_level_and_a_note_are_no_doubt(grid):
    beside = grid["optimizer"].map({"sgd": 0.9})
    found = propose(grid.assign(momentum=beside, notes=[None, "again"] + [None] * 22))
    assert found.left_out["momentum"] == "not set in every run"
    assert not found.doubts
