"""A report of a table of which nobody said what its columns mean."""

import shlex
import shutil
from pathlib import Path

import pandas as pd
import pytest

from ablation.report.__main__ import main
from ablation.report.arguments import parse
from ablation.report.proposal import command

CASES = Path(__file__).parents[1] / "analysis" / "cases" / "public"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_doubt_it_runs_and_shows_the_command_that_does_the_same(here, capsys):
    shutil.copy(CASES / "12_half_failed.csv", "runs.csv")
    assert main(["table=runs.csv", "figures=false"]) == 0
    shown = capsys.readouterr().out
    line = (
        "ablation report table=runs.csv response=metrics.loss direction=lower "
        "'factors=[params.optimizer,params.width]' block=params.seed figures=false"
    )
    assert line in shown
    assert "4 failed (by status)" in shown
    first = (here / "runs-report/effects.json").read_text()
    arguments = ["response=metrics.loss", "direction=lower", "factors=[params.optimizer,params.width]"]
    assert main(["table=runs.csv", *arguments, "block=params.seed", "figures=false"]) == 0
    assert (here / "runs-report/effects.json").read_text() == first
    assert line in (here / "runs-report/report.md").read_text()


def test_with_a_doubt_it_runs_nothing_and_says_what_is_not_sure(here, capsys):
    shutil.copy(CASES / "03_wandb.csv", "runs.csv")
    assert main(["table=runs.csv"]) == 2
    shown = capsys.readouterr().err
    assert (
        "not sure      Several columns look like outcomes: 'quant_test_acc' and 'quant_test_loss'." in shown
    )
    assert (
        "ablation report table=runs.csv response=quant_test_acc direction=higher "
        "'factors=[act_bits,weight_bits]'" in shown
    )
    assert [path.name for path in here.iterdir()] == ["runs.csv"]


def test_what_is_given_wins_over_what_is_proposed(here, capsys):
    shutil.copy(CASES / "27_reference.csv", "runs.csv")
    settings = ["reference={ablation: no_crop}", "margin=0.05", "output=there", "figures=false"]
    assert main(["table=runs.csv", *settings]) == 0
    assert "'reference={ablation: no_crop}' margin=0.05 output=there figures=false" in capsys.readouterr().out
    assert "no_crop" in (here / "there/report.md").read_text()


@pytest.mark.usefixtures("here")
def test_a_filter_comes_before_the_proposal(capsys):
    frame = pd.read_csv(CASES / "12_half_failed.csv")
    frame.assign(sweep=["a", "b"] * 8).to_csv("runs.csv", index=False)
    assert main(["table=runs.csv", "where=status=FINISHED", "figures=false"]) == 0
    assert "runs.csv: 12 runs." in capsys.readouterr().out


@pytest.mark.parametrize("name", ["a b", "x,y", "it's", "a:b", "Trial name", "[odd]"])
def test_the_command_is_read_as_it_is_meant(name):
    values = {"table": "my runs.csv", "response": "loss", "factors": [name, "z"], "numeric": {name: "log"}}
    read = parse(shlex.split(command(values))[2:]).values
    assert read == values
