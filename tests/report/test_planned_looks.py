"""A table that was made under a plan, asked afterwards, by the command; the runs are made of sines."""

import json
from pathlib import Path

import pandas as pd
import pytest

from ablation.report.__main__ import main

CASE = Path(__file__).parents[1] / "adaptive" / "case8.csv"
ASKED = (
    "response=loss",
    "factors=[a,b,c]",
    "block=seed",
    "direction=lower",
    "scale=identity",
    "figures=false",
)
PLAN = ("margin=0.6", "max_replicates=8")


@pytest.fixture
def report(tmp_path, capsys):
    """Settings → exit code, verdicts, the page and what was printed."""

    def report(*settings, table=CASE):
        code = main([f"table={table}", f"output={tmp_path / 'page'}", *ASKED, *settings])
        shown = capsys.readouterr()
        if code:
            return code, [], "", shown.err
        found = json.loads((tmp_path / "page/effects.json").read_text())["responses"][0]["verdicts"]
        return code, found, " ".join((tmp_path / "page/report.md").read_text().split()), shown.out

    return report


@pytest.mark.parametrize(
    ("looks", "verdicts"),
    [
        ("[2]", ["better", "inconclusive", "inconclusive", "inconclusive"]),
        ("[2,3,4,5]", ["keep", "does nothing", "does nothing", "inconclusive"]),
        ("[2,3,4,5,6,7,8]", ["keep", "does nothing", "does nothing", "worse"]),
    ],
)
def test_the_verdicts_are_those_of_the_last_look(report, looks, verdicts):
    code, found, page, _ = report(f"looks={looks}", *PLAN)
    assert code == 0
    assert [row["verdict"] for row in found] == verdicts
    assert "as the settings of this page say, was to look at loss" in page
    assert f"at {looks.strip('[]').replace(',', ', ')} seeds" in page


def test_skipped_looks_need_not_pay_for_what_nobody_saw(report):
    _, each, _, _ = report("looks=[2,3,4,5,6,7,8]", *PLAN)
    _, few, _, _ = report("looks=[4,8]", *PLAN)
    for often, rarely in zip(each, few, strict=True):
        assert rarely["estimate"] == often["estimate"]
        assert rarely["p_adjusted"] <= often["p_adjusted"]


def test_seeds_beyond_the_last_look_do_not_count(report, tmp_path):
    runs = pd.read_csv(CASE)
    runs.loc[runs["seed"] > 4, "loss"] = 1e3
    runs.to_csv(tmp_path / "late.csv", index=False)
    same = report("looks=[2,3,4,5]", *PLAN)
    assert report("looks=[2,3,4,5]", *PLAN, table=tmp_path / "late.csv")[1] == same[1]


def test_the_reference_that_is_asked_for_counts(report):
    _, found, _, _ = report("looks=[2,3]", *PLAN, "reference={c: w}")
    assert [row["reference"] for row in found] == ["0", "0", "w", "w"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (("looks=[2,3]", "margin=0.6"), "max_replicates, the seeds at which the plan would have ended"),
        (("looks=[2,3]", "max_replicates=8"), "margin, the smallest effect that matters"),
        (("looks=[3,2]", *PLAN), "rising numbers of seeds"),
        (("looks=[1,2]", *PLAN), "from 2"),
        (("looks=[2,9]", "margin=0.6", "max_replicates=9"), "no more than the 8 seeds"),
        (("looks=[2,x]", *PLAN), "looks: expected"),
    ],
)
def test_what_is_no_plan_is_refused(report, settings, told):
    code, _, _, shown = report(*settings)
    assert code == 2
    assert told in shown


def test_without_a_plan_the_page_says_what_is_valid(report):
    _, _, page, _ = report("margin=0.6", "where=seed<4")
    assert "with a second look, more than 5 % of studies have a false verdict" in page
    assert "a new study with that many fresh seeds in all" in page
    _, _, planned, _ = report("looks=[2,3]", *PLAN)
    assert "second look" not in planned
