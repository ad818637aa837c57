"""What the report says of a study that added seeds until its verdicts were settled."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ablation.adaptive.adaptive_plan import AdaptivePlan
from ablation.adaptive.replay import Replay
from ablation.report.drawing import Drawer
from ablation.report.formats.markdown import markdown
from ablation.report.sections.build import build
from ablation.report.subject import ResponseResult, Subject

TABLE = pd.read_csv(Path(__file__).parents[1] / "adaptive" / "case8.csv")
FACTORS = {"a": ["0", "1"], "b": ["0", "1"], "c": ["u", "v", "w"]}
PLAN = AdaptivePlan("loss", "lower", 0.6, FACTORS, scale="identity", maximum=8)


def subject(plan):
    study = Replay(plan, range(8))
    while study.next is not None:
        study.take(TABLE)
    last = study.looks[-1].analysis
    table = TABLE[TABLE["seed"] < study.looks[-1].seeds].assign(status="ok", key="k", cell="c", seconds=1.0)
    answer = ResponseResult("loss", "lower", last, looks=study.looks)
    return Subject("grown", table.reset_index(drop=True), FACTORS, [answer], "runs/grown")


@pytest.fixture(scope="module")
def page():
    drawer = Drawer(with_figures=True)
    text = markdown(build(subject(PLAN), drawer))
    assert drawer.problems == []
    return text


def test_it_says_the_plan_the_looks_and_why_it_ended(page):
    assert "look at loss after each seed up to 8, with a margin of 0.6 and an error of 0.05" in page
    assert "5 times, at 2, 3, 4, 5, 6 seeds" in page
    assert "It ended when every verdict was settled. It took 68 of at most 96 runs." in page
    assert "The other tables do not" in page


def test_it_says_which_look_settled_each_verdict(page):
    rows = [line for line in page.splitlines() if line.startswith("| c") and "|" in line[3:]]
    decided = [line for line in rows if re.search(r"does nothing +\| +5 +\|", line)]
    assert decided, rows


def test_the_looks_are_drawn_against_the_margin(page):
    assert page.count("figures/look_by_look") == 4
    assert page.count("with repeated intervals at 5 looks; now does nothing") >= 1


def test_an_open_verdict_at_the_maximum_invites_to_no_more_seeds():
    noisy = replace(PLAN, margin=0.01, maximum=3)
    text = markdown(build(subject(noisy), Drawer(with_figures=False)))
    assert "more seeds would not be valid" in text
    assert "would settle it" not in text
