"""`ablation.Study`: runs from anywhere as an object."""

import base64
import itertools
import json
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import pytest

import ablation
from ablation.analysis import analyze
from ablation.analysis.compare import compare
from ablation.errors import UsageError
from ablation.report import write_report

RESPONSES = {"loss": "lower", "acc": "higher"}


@pytest.fixture(scope="module")
def runs():
    rng = np.random.default_rng(0)
    cells = itertools.product([False, True], ["relu", "elu"], range(4))
    return pd.DataFrame(
        [
            {"norm": norm, "act": act, "seed": seed, "acc": 0.8 + 0.05 * norm + rng.normal(0, 0.01),
             "loss": np.exp(-0.3 * norm + 0.05 * seed + rng.normal(0, 0.03))}
            for norm, act, seed in cells
        ]
    )  # fmt: skip


@pytest.fixture(scope="module")
def study(runs):
    return ablation.Study(runs, RESPONSES, ["norm", "act"], block="seed", margin=5)


def test_each_response_has_the_tables_of_the_analysis(runs, study):
    assert study.responses == ["loss", "acc"]
    for name, direction in RESPONSES.items():
        margin = 5 if name == "loss" else None
        same = analyze(runs, name, ["norm", "act"], block="seed", direction=direction, margin=margin)
        pd.testing.assert_frame_equal(study[name].verdicts, same.verdicts)
        pd.testing.assert_frame_equal(study[name].effects, same.effects)
    pd.testing.assert_frame_equal(study.verdicts, study["loss"].verdicts)


def test_it_shows_itself_with_its_table_figure_and_sentences(study):
    page = study._repr_html_()
    assert page.count("<h4>") == 2
    assert "Keep norm: it lowers loss by" in page
    assert page.index("loss (lower is better)") < page.index("acc (higher is better)")
    drawn = [base64.b64decode(data) for data in re.findall(r"base64,([\w+/=]+)", page)]
    assert [ElementTree.fromstring(svg).tag for svg in drawn] == ["{http://www.w3.org/2000/svg}svg"] * 2
    assert "keep" in repr(study)
    assert repr(study["acc"]) == study["acc"].markdown()


def test_texts_for_a_paper_are_the_report_s_own(study, tmp_path):
    assert study["acc"].markdown().count("\n| ") == 4
    assert r"\caption{What each component does to acc (higher is better)}" in study["acc"].latex()
    assert study.report(tmp_path / "page", figures=False) == tmp_path / "page/index.html"
    assert study["acc"].sentences[0].partition(" (95")[0] in (tmp_path / "page/report.md").read_text()


def test_names_that_users_typed_are_no_markup(runs):
    renamed = runs.rename(columns={"norm": "<b>norm"})
    page = ablation.Study(renamed, "loss", ["<b>norm", "act"], block="seed")._repr_html_()
    assert "<b>" not in page
    assert "&lt;b&gt;norm" in page


def test_figures_are_files_of_their_own(study, tmp_path):
    (file,) = study.plot().save(tmp_path / "effects.svg")
    assert file.read_text(encoding="utf-8").startswith("<svg")
    drawn = study["acc"].plot("means")
    assert [path.name for path in drawn.save(tmp_path)] == [
        "marginal_means_norm.svg",
        "marginal_means_act.svg",
    ]
    assert [len(one) for one in drawn] == [1, 1]
    with pytest.raises(UsageError, match=r"Expected a folder for 2 figures\. Received: the file"):
        drawn.save(tmp_path / "all.svg")


def test_what_is_not_said_is_proposed_and_told(runs, tmp_path):
    runs.drop(columns="acc").to_csv(tmp_path / "mine.csv", index=False)
    study = ablation.Study(tmp_path / "mine.csv")
    assert study.notes == ("Found in 16 runs: responses loss; factors norm and act; block seed.",)
    assert study.subject.name == "mine"
    assert study.notes[0] in study._repr_html_()


def test_runs_of_another_tool_are_read(runs, tmp_path):
    for run in runs[runs["act"] == "relu"].itertuples():
        folder = tmp_path / f"{run.norm}/seed{run.seed}"
        folder.mkdir(parents=True)
        (folder / "metrics.json").write_text(json.dumps({"loss": run.loss}))
    study = ablation.Study(tmp_path, pattern="{norm}/seed{seed}/metrics.json")
    assert study.verdicts["factor"].tolist() == ["norm"]
    assert study.analysis.request.block == "seed"


def test_a_study_of_a_function_is_one_and_is_read_again_from_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def train(norm=False, seed=0):
        return 1.0 - 0.3 * norm + 0.01 * seed + 0.001 * (seed * 7 % 5)

    made = ablation.sweep(train, factors={"norm": [False, True]}, seeds=4)
    assert isinstance(made, ablation.Study)
    read = ablation.Study("runs/train")
    pd.testing.assert_frame_equal(made["loss"].verdicts, read["loss"].verdicts)
    again = ablation.Study("runs/train", {"loss": "lower"}, ["norm"], block="seed")
    assert again.verdicts["estimate"].tolist() == pytest.approx(made.verdicts["estimate"].tolist())
    assert read.report() == (tmp_path / "runs/train/report/index.html").relative_to(tmp_path)
    assert write_report("runs/train", figures=False)
    with pytest.raises(UsageError, match=r"knows its own design.*Received: 'margin'"):
        ablation.Study("runs/train", margin=5)


def test_two_studies_are_compared(runs, study, tmp_path):
    noise = np.random.default_rng(1).normal(0, 0.02, len(runs))
    slower = runs.assign(loss=runs["loss"] * np.where(runs["norm"], 1.2, 1.0) * np.exp(noise))
    later = ablation.Study(slower, RESPONSES, ["norm", "act"], block="seed")
    found = study.compare(later)
    pd.testing.assert_frame_equal(found.effects, compare(study.analysis, later.analysis).effects)
    assert found.effects.set_index("factor")["change"]["norm"] == "worse"
    assert found["acc"].is_identical
    assert study.compare(later, "acc").responses == ["acc"]
    assert "Worse now: norm" in repr(found)
    page = found._repr_html_()
    assert page.count("<h4>") == page.count("<img") == 2
    assert "worse now" in found.markdown()
    assert found.report(tmp_path / "changes", figures=False).exists()
    assert json.loads((tmp_path / "changes/changes.json").read_text())
    with pytest.raises(UsageError, match="response that both studies have: 'loss' and 'acc'"):
        found["f1"]
    with pytest.raises(UsageError, match=r"Expected a study to compare with\. Received: str"):
        study.compare("later")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"runs": pd.DataFrame()}, "at least one run"),
        ({"runs": 3}, "Expected a DataFrame, or the path of runs. Received: int"),
        ({"runs": "nowhere.csv"}, "does not exist"),
        ({"runs": "nowhere"}, "does not exist"),
        ({"responses": {"loss": "down"}}, "Received: direction='down'"),
        ({"responses": {"acc": None}}, "direction: expected lower or higher for 'acc'"),
        ({"responses": {"loss": "lower", "f1": "higher"}}, "Expected the columns 'f1'"),
        ({"responses": {"f1": "higher"}, "factors": None}, "Expected the columns 'f1'"),
        ({"factors": ["norm", "nothing"]}, "nothing"),
        ({"factors": ["norm", "loss"]}, "response that is no factor"),
        ({"block": "sed"}, "sed"),
        ({"blok": "seed"}, "Received: blok"),
        ({"alpha": 2}, "alpha"),
        ({"responses": None}, "Several columns look like outcomes: 'acc' and 'loss'"),
    ],
)  # fmt: skip
def test_a_mistake_is_a_sentence(runs, change, told):
    given = {"runs": runs, "responses": RESPONSES, "factors": ["norm", "act"], "block": "seed", **change}
    with pytest.raises(UsageError) as raised:
        ablation.Study(given.pop("runs"), **given)
    assert told in str(raised.value)


def test_a_response_or_figure_that_is_not_there_is_a_sentence(study):
    with pytest.raises(UsageError, match=r"'loss' and 'acc'\. Received: 'f1'"):
        study["f1"]
    with pytest.raises(UsageError, match="Expected a figure: effects, means"):
        study.plot("pie")
    with pytest.raises(UsageError, match="something to show as half_normal"):
        study.plot("half_normal")


def test_a_response_without_an_analysis_says_why(runs):
    study = ablation.Study(
        runs.assign(nothing=np.nan), {"loss": "lower", "nothing": "lower"}, ["norm", "act"]
    )
    assert "nothing: nothing can be concluded yet." in study._repr_html_()
    with pytest.raises(UsageError, match="Expected runs that can be analysed"):
        study["nothing"].verdicts  # noqa: B018


def test_columns_may_be_called_by_numbers(runs):
    frame = runs.rename(columns={"norm": 0, "seed": 1})
    study = ablation.Study(frame, {"loss": "lower"}, factors=[0], block=1, reference={0: frame[0].iloc[-1]})
    assert set(study.verdicts["factor"]) == {"0"}
