"""Designs other than the full factorial, from the command line to the report."""

import json

import pytest

from ablation.results import read

THREE = ("rate=0.1,0.2,0.3",)
LEAVE_ONE_OUT = "hydra.sweeper.design=leave_one_out"


def record(tmp_path):
    return json.loads((tmp_path / "runs/toy/study.json").read_text())


def cells(tmp_path):
    table = read(tmp_path / "runs/toy", design_only=True)
    return {tuple(map(str, row)) for row in table[["flags.norm", "flags.activation"]].itertuples(index=False)}


def test_leave_one_out_takes_each_component_from_the_cell_with_everything_on(run_toy, tmp_path):
    code, shown = run_toy("-m", LEAVE_ONE_OUT)
    assert code == 0
    assert cells(tmp_path) == {("True", "elu"), ("False", "elu"), ("True", "relu")}
    assert record(tmp_path)["design"]["name"] == "leave_one_out"
    assert record(tmp_path)["reference"] == {"flags.norm": True, "flags.activation": "elu"}
    assert "3 cells × 2 seeds = 6 runs" in shown


def test_one_at_a_time_starts_from_everything_off(run_toy, tmp_path):
    run_toy("-m", "hydra.sweeper.design=one_at_a_time")
    assert cells(tmp_path) == {("False", "relu"), ("True", "relu"), ("False", "elu")}


def test_the_reference_cell_may_be_named(run_toy, tmp_path):
    code, _ = run_toy(
        "-m", LEAVE_ONE_OUT, "+hydra.sweeper.reference={flags.norm: false, flags.activation: elu}"
    )
    assert code == 0
    assert cells(tmp_path) == {("False", "elu"), ("True", "elu"), ("False", "relu")}


def test_a_design_reuses_the_rows_of_another(run_toy, trainings):
    run_toy("-m", LEAVE_ONE_OUT)
    assert len(trainings()) == 6
    run_toy("-m")
    assert len(trainings()) == 8
    assert len(set(trainings())) == 8


def test_a_fraction_is_half_the_work_and_its_foldover_adds_the_other_half(run_toy, trainings, tmp_path):
    fraction = ("-m", "rate=0.1,0.2", "hydra.sweeper.design=fractional", "hydra.sweeper.resolution=III")
    code, shown = run_toy(*fraction)
    assert code == 0
    assert "4 cells × 2 seeds = 8 runs" in shown
    assert record(tmp_path)["design"]["aliases"]
    assert "resolution III" in record(tmp_path)["design"]["words"]
    code, shown = run_toy(*fraction, "hydra.sweeper.foldover=true")
    assert code == 0
    assert "8 cells × 2 seeds = 16 runs, 8 done" in shown
    assert len(set(trainings())) == len(trainings()) == 16


def test_an_exclusion_leaves_its_cells_out_and_says_what_that_costs(run_toy, tmp_path):
    code, shown = run_toy("-m", "+hydra.sweeper.exclude=[{norm: true, activation: elu}]")
    assert code == 0
    assert cells(tmp_path) == {("False", "elu"), ("False", "relu"), ("True", "relu")}
    assert "Note: " in shown


def test_jobs_are_done_in_an_order_that_the_seed_fixes(run_toy, trainings):
    rates = "rate=" + ",".join(f"0.{i}" for i in range(1, 4))
    run_toy("-m", rates, "hydra.sweeper.order=null", "name=straight", "seeds=[0]")
    straight = trainings()
    run_toy("-m", rates, "name=mixed", "seeds=[0]")
    mixed = trainings()[len(straight) :]
    run_toy("-m", rates, "name=again", "seeds=[0]")
    again = trainings()[2 * len(straight) :]
    assert straight != mixed == again
    assert sorted(straight) == sorted(mixed)


def test_a_number_enters_the_analysis_as_a_number(run_toy, tmp_path):
    code, _ = run_toy("-m", *THREE, "analysis.numeric=[rate]")
    assert code == 0
    assert record(tmp_path)["numeric"] == {"rate": "linear"}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["hydra.sweeper.design=nope"], "nope"),
        (["hydra.sweeper.design=fractional"], "4"),
        (["rate=0.1,0.2", "hydra.sweeper.design=fractional", "hydra.sweeper.resolution=V"], "III"),
        (["rate=0.1,0.2", "hydra.sweeper.design=fractional", "hydra.sweeper.runs=5"], "4"),
        (["+hydra.sweeper.exclude=[{norm: maybe}]"], "maybe"),
        (["+hydra.sweeper.exclude=[{colour: red}]"], "colour"),
        (["+hydra.sweeper.exclude=[{norm: [true, false]}]"], "norm"),
        (["hydra.sweeper.on_failure=panic"], "hydra.sweeper.on_failure: expected continue or stop"),
        (["hydra.sweeper.retries=-1"], "hydra.sweeper.retries: expected 0 or more"),
        (["analysis.numeric=[flags.norm]"], "analysis.numeric: expected a factor whose levels are numbers"),
        (["analysis.numeric=[rate]"], "analysis.numeric: expected factors of this sweep"),
        (["+hydra.sweeper.reference={flags.norm: 7}", LEAVE_ONE_OUT], "7"),
    ],
)
def test_a_design_that_cannot_be_had_is_a_sentence(run_toy, trainings, arguments, expected):
    code, shown = run_toy("-m", *arguments)
    assert code == 2
    assert expected in shown
    assert "Traceback" not in shown
    assert trainings() == []
