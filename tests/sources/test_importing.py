"""From runs of other tools to studies, beside what every source is tested for."""

import json
from pathlib import Path

import pandas as pd
import pytest

from ablation.cli.dispatch import run
from ablation.results import open_store, read

RUNS = [
    {"lr": lr, "act": act, "loss": 1 + lr + 0.1 * (act == "elu") + 0.01 * (i % 3), "state": "finished"}
    for i, (lr, act) in enumerate(
        (lr, act) for lr in (0.1, 0.01) for act in ("elu", "relu") for _ in range(3)
    )
]
SETTINGS = ["response=loss", "factors=[lr,act]", "direction=lower", "--to", "runs/mine"]


@pytest.mark.usefixtures("here")
def test_without_seeds_the_runs_of_a_cell_are_numbered_and_that_is_said(capsys):
    pd.DataFrame(RUNS).to_csv("runs.csv", index=False)
    assert run(["import", "runs.csv", *SETTINGS]) == 0
    assert "no seed: the runs of a cell are numbered" in capsys.readouterr().out
    table = read("runs/mine")
    assert sorted(table["seed"]) == sorted([0, 1, 2] * 4)
    assert table["lr"].cat.categories.to_list() == [0.01, 0.1], "numbers, though a CSV is text"


@pytest.mark.usefixtures("here")
def test_runs_that_still_go_on_are_no_rows_until_they_have_ended(capsys):
    frame = pd.DataFrame(RUNS)
    frame.assign(state=["running", *["finished"] * 11], loss=[None, *frame["loss"][1:]]).to_csv(
        "runs.csv", index=False
    )
    assert run(["import", "runs.csv", *SETTINGS, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["unfinished"], told["failed"]) == (11, 1, 0)
    frame.to_csv("runs.csv", index=False)
    assert run(["import", "runs.csv", *SETTINGS, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 12
    assert len(open_store("runs/mine").scan().rows) == 12


@pytest.mark.parametrize("there", ["another study", "other files"])
def test_a_place_that_holds_something_else_is_left_as_it_is(here, capsys, there):
    pd.DataFrame(RUNS).to_csv("runs.csv", index=False)
    if there == "another study":
        pd.DataFrame(RUNS).to_csv("others.csv", index=False)
        assert run(["import", "others.csv", *SETTINGS]) == 0
    else:
        (here / "runs/mine").mkdir(parents=True)
        (here / "runs/mine/notes.txt").write_text("mine")
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}
    assert run(["import", "runs.csv", *SETTINGS]) == 2
    assert "Choose another folder; nothing was changed." in capsys.readouterr().err
    assert {path: path.read_bytes() for path in here.rglob("*") if path.is_file()} == before


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "Received: nothing"),
        (["runs.csv"], "--to runs/mine. Received: runs.csv"),
        (["--to", "runs/mine"], "Received: --to=runs/mine"),
        (["runs.csv", "--into", "x"], "with the options --to, --json. Received: --into"),
        (["none.csv", "--to", "runs/mine"], "none.csv"),
        (["--to", "runs/mine", "none.csv", "response=loss"], "none.csv"),
        (["runs.csv", "response=los", *SETTINGS[1:]], "los"),
    ],
)
def test_a_wrong_import_is_a_sentence_and_code_2(capsys, words, told):
    pd.DataFrame(RUNS).to_csv("runs.csv", index=False)
    assert run(["import", *words]) == 2
    assert told in capsys.readouterr().err
    assert not Path("runs").exists()


@pytest.mark.usefixtures("here")
def test_a_data_set_that_repeats_cells_is_a_factor_of_the_study(capsys):
    rows = [
        {"act": act, "dataset": data, "seed": seed, "loss": 1 + 0.1 * (act == "elu") + 0.01 * seed}
        for act in ("elu", "relu") for data in "ab" for seed in range(3)
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv("runs.csv", index=False)
    words = ["response=loss", "factors=act", "block=[dataset,seed]", "--to", "runs/mine"]
    assert run(["import", "runs.csv", *words]) == 0
    assert "12 rows." in capsys.readouterr().out
    assert dict(open_store("runs/mine").scan().record.factors) == {
        "act": ["elu", "relu"],
        "dataset": ["a", "b"],
    }
    assert run(["report", "mine", "figures=false"]) == 0
    assert "= 12 runs; 12 finite" in capsys.readouterr().out


@pytest.mark.usefixtures("here")
def test_status_and_report_print_json_and_nothing_else(capsys):
    frame = pd.DataFrame(RUNS)
    frame.assign(state=["crashed", *["finished"] * 11]).to_csv("runs.csv", index=False)
    assert run(["import", "runs.csv", *SETTINGS]) == 0
    capsys.readouterr()
    assert run(["status", "mine", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["study"], told["runs"], told["done"], told["failed"]) == (
        1,
        "mine",
        12,
        11,
        1,
    )
    assert told["failures"][0]["reason"] == "crashed, as the source says"
    assert run(["report", "mine", "--json", "figures=false"]) == 0
    assert json.loads(capsys.readouterr().out)["design"]["runs"] == 11
    assert run(["report", "runs.csv", *SETTINGS[:3], "--json", "figures=false"]) == 0
    assert json.loads(capsys.readouterr().out)["design"]["failed"] == 1
    assert run(["report", "runs.csv", "--json", "figures=false"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["responses"][0]["response"] == "loss"
    assert "ablation report table=runs.csv response=loss" in shown.err
    assert run(["report", "--json"]) == 2


def test_names_and_levels_are_data_in_every_format(here):
    odd = "<script>alert(1)</script> | $x_1$ `a` =1+1"
    rows = [{odd: f"{level}{odd}", "loss": 1 + i / 9 + (level == "a")} for level in "ab" for i in range(4)]
    pd.DataFrame(rows).to_csv("runs.csv", index=False)
    words = ["response=loss", "direction=lower", f'factors=["{odd}"]', "--to", "runs/mine"]
    assert run(["import", "runs.csv", *words]) == 0
    assert run(["report", "runs/mine", "figures=false"]) == 0
    page = (here / "runs/mine/report/index.html").read_text()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    latex = "".join(path.read_text() for path in (here / "runs/mine/report/tables").glob("*.tex"))
    assert "$x_1$" not in latex
