"""Which source a place is, what is proposed for it, and what is said of a place that is none."""

import shutil
import sqlite3

import pytest

from ablation.analysis.data.propose import propose
from ablation.cli.dispatch import run
from ablation.errors import UsageError
from ablation.sources import known, read, settings
from ablation.sources.registry import NAMES
from ablation.sources.runs_table import table
from ablation.sources.source import Found, Run
from tests.sources.planted import unpack


def test_every_source_has_its_name_and_its_settings_are_explained():
    assert [source.name for source in known().values()] == list(NAMES)
    assert {name for source in known().values() for name in source.settings} < {*settings()}


def test_a_report_without_words_lists_what_is_here(here, capsys):
    for archive in ("optuna", "wandb", "ray"):
        shutil.copytree(unpack(archive, here / "there"), here, dirs_exist_ok=True)
    shutil.rmtree(here / "there")
    assert run(["report"]) == 2
    told = capsys.readouterr().err.splitlines()
    lines = ["journal.log", "optuna.db", "planted", "wandb"]
    assert told[1:] == [f"  ablation report {name}" for name in lines]


def test_without_doubt_one_word_is_enough(here, capsys):
    shutil.move(unpack("optuna", here) / "optuna.db", "optuna.db")
    assert run(["report", "optuna.db", "figures=false"]) == 0
    line = "ablation report optuna.db response=value direction=lower 'factors=[act,opt.name]' block=seed"
    assert line in capsys.readouterr().out
    assert (here / "optuna-report/index.html").exists()


@pytest.mark.usefixtures("here")
def test_a_filter_is_taken_of_a_source_as_of_a_table(here, capsys):
    shutil.move(unpack("optuna", here) / "optuna.db", "optuna.db")
    assert run(["report", "optuna.db", "where=seed<2 and status=COMPLETE", "figures=false"]) == 0
    assert "optuna.db: 10 runs." in capsys.readouterr().out


def test_a_database_of_something_else_is_told_with_its_tables(here):
    with sqlite3.connect("mine.db") as database:
        database.execute("CREATE TABLE cats (name)")
    database.close()
    with pytest.raises(UsageError, match=r"Received: mine.db, a database with the tables cats"):
        read("mine.db")
    with pytest.raises(UsageError, match=r"Received: none.db, which does not exist"):
        read("none.db")
    assert [path.name for path in here.iterdir()] == ["mine.db"]


def test_names_that_are_taken_get_their_kind_before_them():
    run = Run("one", {"loss": 1, "status": "a", "run": 2}, {"loss": 0.5, "seconds": 3.0}, "done", seconds=9.0)
    found = table(Found([run]), "here")
    assert found.iloc[0].to_dict() == {
        "run": "one", "status": "done", "loss": 1, "config.status": "a", "config.run": 2,
        "response.loss": 0.5, "seconds": 3.0,
    }  # fmt: skip


def test_nested_flags_have_one_name_each_and_two_with_one_name_are_refused():
    flags = {"a": {"b": 1, "c": {}}, "d": [1, None], "e": None, "f": float("inf")}
    found = table(Found([Run("x", flags, {})]), "here").iloc[0].to_dict()
    assert found == {"run": "x", "a.b": 1, "a.c": "{}", "d": "[1, null]", "e": "null", "f": "inf"}
    with pytest.raises(UsageError, match=r"Received: a.b twice in run x, with the values 1 and 2"):
        table(Found([Run("x", {"a": {"b": 1}, "a.b": 2}, {})]), "here")


def test_flags_keep_their_types_also_where_some_runs_lack_them():
    runs = [Run(str(i), {"n": i, "on": i > 1} if i else {}, {"loss": 1.0}) for i in range(3)]
    found = table(Found(runs), "here")
    assert [type(value) for value in found["n"]] == [type(None), int, int]
    assert found["on"].to_list() == [None, False, True]


def test_texts_become_numbers_only_where_all_of_them_are():
    texts = {
        "id": ("007", "12"),
        "on": ("True", "false"),
        "n": ("0", "-1"),
        "lr": ("1e-3", "2"),
        "x": ("1", "nan"),
    }
    runs = [Run(str(i), {name: each[i] for name, each in texts.items()}, {}) for i in (0, 1)]
    found = table(Found(runs, are_texts=True), "here")
    assert found[list(texts)].to_dict("list") == {
        "id": ["007", "12"], "on": [True, False], "n": [0, -1], "lr": [0.001, 2.0], "x": ["1", "nan"]
    }  # fmt: skip


def test_a_flag_that_some_finished_runs_lack_is_left_out_and_told():
    runs = [
        Run(str(i), {"opt": opt, **({"momentum": m} if opt == "sgd" else {})}, {"loss": 1 + i / 7}, "done")
        for i, (opt, m) in enumerate([("sgd", 0.0), ("sgd", 0.9), ("adam", 0), ("adam", 0)] * 3)
    ]
    proposal = propose(table(Found(runs), "here"))
    assert list(proposal.factors) == ["opt"]
    assert proposal.left_out["momentum"] == "not set in every run"
