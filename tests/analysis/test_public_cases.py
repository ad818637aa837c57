"""Tables of the kind that people have, each with its right value computed apart from this project."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from ablation.analysis import analyze
from tests.analysis.compare import close, noted, row

CASES = Path(__file__).parent / "cases" / "public"


def test_a_tab_separated_table_with_a_factor_of_one_loop_only():
    found = analyze(
        CASES / "01_conditional.tsv", "hits@10", ["loss", "model", "optimizer", "training_loop"],
        block="dataset", direction="higher", interactions=1,
    )  # fmt: skip
    bce, loop = row(found.effects, factor="loss", level="bce"), row(found.effects, factor="training_loop")
    close([bce.estimate, bce.se, loop.estimate, loop.se], [-0.0043, 0.0097, 0.0028, 0.0073], rel=0, abs_=5e-5)
    assert (bce.reference, loop.reference, bce.df) == ("adv", "closed", 103)


def test_blank_lines_and_two_spellings_leave_two_levels_of_one_factor():
    found = analyze(
        CASES / "05_blank_lines.csv", "psnr", ["model", "learning_rate", "div"], direction="higher"
    )
    assert found.n_runs == 8
    assert list(found.effects["factor"]) == ["model", "div"]
    assert "learning_rate (0.01 as 1e-2)" in noted(found, "spellings")
    assert "learning_rate=1e-2" in noted(found, "single-level")


def test_a_seed_in_two_spellings_is_one_block():
    found = analyze(CASES / "06_seed_float.csv", "loss", ["lr", "opt"], block="seed")
    close(found.effects["percent"], [8.26, 4.53], rel=0, abs_=0.005)
    assert (found.effects["p"] < 0.0001).all()
    assert "seed (0.0 as 0, 1.0 as 1, 2.0 as 2 and 3.0 as 3)" in noted(found, "spellings")


def test_a_level_in_two_spellings_is_one_level():
    found = analyze(CASES / "06_two_spellings.csv", "loss", ["lr", "batch_norm"], block="seed")
    assert [(e.factor, e.level, e.reference) for e in found.effects.itertuples()] == [
        ("lr", "0.001", "0.0001"),
        ("batch_norm", "True", "False"),
    ]
    assert "lr (1e-3 as 0.001 and 1e-04 as 0.0001); batch_norm (false as False and true as True)" in noted(
        found, "spellings"
    )


@pytest.mark.parametrize(
    "word", ["FAILED", "ERROR", "FAIL", "crashed", "killed", "PRUNED", "diverged", "TIMEOUT"]
)
def test_a_run_that_another_tool_calls_failed_does_not_count(tmp_path, word):
    text = (CASES / "12_half_failed.csv").read_text().replace("FAILED", word)
    (tmp_path / "runs.csv").write_text(text.replace("status,", "State,"))
    found = analyze(
        tmp_path / "runs.csv", "metrics.loss", ["params.optimizer", "params.width"], block="params.seed"
    )
    sgd = row(found.effects, factor="params.optimizer")
    close([sgd.percent, sgd.percent_low, sgd.percent_high], [14.5, 12.9, 16.1], rel=0, abs_=0.05)
    assert sgd.p < 0.0001
    code, told = (
        ("unfinished-runs", "had not finished") if word in ("killed", "PRUNED") else ("failed-runs", "failed")
    )
    assert f"4 of 16 runs {told} (status {word})" in noted(found, code)


@pytest.mark.parametrize(
    ("name", "columns"), [("mlflow", ("metrics.loss", "params.")), ("ray", ("loss", "config/"))]
)
def test_failed_runs_are_counted_by_level(name, columns):
    response, start = columns
    found = analyze(
        CASES / f"12_{name}.csv", response, [f"{start}optimizer", f"{start}width"], block=f"{start}seed"
    )
    assert (found.n_runs, len(found.excluded)) == (11, 1)
    failed = found.failures.set_index(["factor", "level"])["failed"]
    assert failed.to_dict() == {
        (f"{start}optimizer", "adam"): 1, (f"{start}optimizer", "sgd"): 0,
        (f"{start}width", "64"): 0, (f"{start}width", "128"): 1,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["14_trailing_comma", "14_first_row_only"])
def test_a_comma_too_many_shifts_no_column(name):
    with (CASES / f"{name}.csv").open(newline="") as file:
        header, *rows = [[cell for cell in line if cell] for line in csv.reader(file)]
    loss = {w: [float(r[header.index("loss")]) for r in rows if r[header.index("width")] == w] for w in "12"}
    found = analyze(CASES / f"{name}.csv", "loss", ["lr", "width"], block="seed", scale="identity")
    assert found.n_runs == len(rows) == 16
    means = found.marginal_means[found.marginal_means["factor"] == "width"]["response"]
    close(means, [np.mean(loss["1"]), np.mean(loss["2"])], rel=1e-12)


def test_names_of_rows_from_r_are_no_column_of_the_header():
    found = analyze(CASES / "14_r_write_table.csv", "loss", ["lr", "opt"], scale="identity", interactions=1)
    close(found.effects["estimate"], [0.015, 0.105], rel=1e-12)
    assert list(found.effects["factor"]) == ["lr", "opt"]


def test_the_level_called_baseline_is_the_reference():
    found = analyze(CASES / "27_reference.csv", "acc", ["ablation"], block="seed", direction="higher")
    assert set(found.effects["reference"]) == {"baseline"}
    close(found.effects.set_index("level")["estimate"][["avg_pool", "no_crop"]], [-0.1, -3.7], rel=1e-9)


def test_any_level_can_be_named_as_the_reference():
    found = analyze(
        CASES / "27_reference.csv", "acc", ["ablation"], block="seed", direction="higher",
        reference={"ablation": "no_crop"},
    )  # fmt: skip
    assert set(found.effects["reference"]) == {"no_crop"}
    close(found.effects.set_index("level")["estimate"][["baseline", "avg_pool"]], [3.7, 3.6], rel=1e-9)


def test_one_empty_cell_leaves_the_additive_effect():
    found = analyze(
        CASES.parent / "c19_empty_cell.csv", "score", ["A", "B"], block="seed", scale="identity",
        direction="lower",
    )  # fmt: skip
    b = row(found.effects, factor="B")
    close([b.estimate, b.ci_low, b.ci_high], [0.607, 0.520, 0.693], rel=0, abs_=6e-4)
    assert b.p == pytest.approx(7e-8, rel=0.1)


@pytest.mark.parametrize("name", ["20_two", "20_three"])
def test_a_level_of_one_run_leaves_the_others_their_robust_error(name):
    found = analyze(CASES / f"{name}.csv", "score", ["variant"], scale="identity", direction="lower")
    verdict = row(found.verdicts, level="b")
    assert verdict.verdict == "inconclusive"
    table = found.runs.response, found.runs.predictors[0].texts(np.arange(found.n_runs))
    a, b = (table[0][[text == level for text in table[1]]] for level in "ab")
    welch = stats.ttest_ind(b, a, equal_var=False)
    assert welch.pvalue == pytest.approx(0.26, abs=0.005)
    assert verdict.se == pytest.approx(np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)), rel=1e-6)
