"""Two studies on one page: what the command writes, what it says, and wrong input."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ablation.report.__main__ import main
from ablation.report.changed import compare_studies
from ablation.report.formats.changes_json import SCHEMA
from ablation.report.load import load_study
from ablation.results import open_store
from tests.report.conftest import AXE_RUN, FACTORS, at, make_study, planted, spaced

NAMES = "response direction scale alpha margin paired pairs answer notes effects average cells best only"
KEYS = set(NAMES.split())


def weaker(config, seed):
    """Batch norm takes 4 % off in place of 10 %."""
    noise = np.random.default_rng([seed, 7, len(str(config))]).normal(0, 0.002)
    return float(np.exp(np.log(0.96) * bool(config["flags.batch_norm"]) + 0.05 * seed + noise))


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A study and a later one in which batch norm helps less and the epochs differ."""
    root = tmp_path_factory.mktemp("two")
    before, after = root / "before", root / "after"
    make_study(before, study="before")
    make_study(after, study="after", loss=weaker)
    _note(before, {"training.epochs": 10, "same": 1}, "aaa")
    _note(after, {"training.epochs": 20, "same": 1}, "bbb")
    return before, after


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """Studies that cannot be compared with these."""
    root = tmp_path_factory.mktemp("others")
    x = {"x": [1, 2], "y": [1, 2]}
    other = make_study(root / "other", x, loss=lambda config, seed: 1.0 + seed + config["x"])
    return {"other": other, "up": make_study(root / "up", direction="higher")}


def _note(folder, config, commit):
    """Give all rows of a study more configuration."""
    store = open_store(folder)
    for row in store.scan().rows.values():
        path = next(folder.glob(f"rows/**/{row.key}*"))
        path.unlink()
        store.commit(replace(row, config={**row.config, **config}, provenance={"commit": commit}))


def read(folder, name):
    return spaced((folder / "changes-from-before" / name).read_text(encoding="utf-8"))


def test_the_page_says_what_has_changed(two, capsys):
    assert main([str(path) for path in two]) == 0
    told = spaced(capsys.readouterr().out)
    text = read(two[1], "report.md")
    for words in (told, text):
        assert re.search(
            r"Worse now(\*\*|:) batch.?norm \(−1\d\.\d+ % → −\d\.\d+ %\)", words.replace("\\", "")
        )
        assert "24 runs of both studies have the same cell and the same seed" in words
        assert "On average over the 8 cells that both have" in words
    assert re.search(r"\| training\.epochs +\| 10 +\| 20 +\|", text)
    assert re.search(r"\| commit +\| aaa +\| bbb +\|", text)
    assert "| same" not in text
    for name in (
        "figures/then_and_now.svg",
        "figures/effect_changes.svg",
        "tables/effects.tex",
        "tables/cells.csv",
    ):
        assert (two[1] / "changes-from-before" / name).stat().st_size > 100
    assert not (two[1] / "report").exists()


def test_numbers_are_those_of_the_comparison(two, capsys):
    assert main([*map(str, two), "--json", "figures=false"]) == 0
    told = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert told["schema"] == SCHEMA
    (one,) = told["responses"]
    assert set(one) == KEYS
    found = compare_studies(*map(load_study, map(str, two))).responses[0].comparison
    for row, own in zip(one["effects"], found.effects.to_dict("records"), strict=True):
        assert {name: row[name] for name in own if row[name] is not None} == {
            name: own[name] for name in own if row[name] is not None
        }
    assert {"setting": "training.epochs", "first": "10", "second": "20"} in told["settings"]


def test_the_page_about_it_names_every_entry(root):
    named = set(re.findall(r"`(\w+)`", (root / "docs/report.md").read_text(encoding="utf-8")))
    assert KEYS | {"settings", "first", "second", "study", "source", "runs"} <= named


def test_a_study_and_a_table(two, tmp_path):
    table = tmp_path / "after.csv"
    pd.DataFrame(load_study(str(two[1])).table).to_csv(table, index=False)
    factors = f"factors=[{','.join(FACTORS)}]"
    output = tmp_path / "out"
    asked = [
        str(two[0]),
        str(table),
        "response=loss",
        "block=seed",
        factors,
        f"output={output}",
        "figures=false",
    ]
    assert main(asked) == 0
    found = json.loads((output / "changes.json").read_text())["responses"][0]
    assert (found["paired"], found["pairs"]) == (True, 24)


def test_a_flag_that_came_later_is_known_by_its_default(tmp_path):
    then, now = tmp_path / "then", tmp_path / "now"
    make_study(then)
    more = FACTORS | {"flags.residual": [False, True]}
    make_study(now, more, loss=planted, first_defaults={"flags.residual": False})
    found = compare_studies(load_study(str(then)), load_study(str(now))).responses[0].comparison
    assert len(found.common.first) == 24
    assert found.only["factor"].tolist() == ["flags.residual"]


def test_names_that_are_code_stay_text(tmp_path):
    factors = {"<script>alert(1)</script>": [False, True], "a_b & 50 %": ["x", "y | z"]}
    for name in ("before", "after"):
        make_study(
            tmp_path / name,
            factors,
            study=name,
            loss=lambda config, seed: 1.0 + 0.1 * seed + len(str(config)) / 50,
        )
    assert main([str(tmp_path / "before"), str(tmp_path / "after"), "figures=false"]) == 0
    assert "<script>alert" not in read(tmp_path / "after", "index.html")
    assert r"a\_b \& 50 \%" in read(tmp_path / "after", "tables/effects.tex")


def test_responses_that_only_one_has_are_left_out(tmp_path):
    then = make_study(tmp_path / "then", measured=lambda *_: {"acc": 0.5}, responses=["acc"])
    now = make_study(tmp_path / "now", loss=weaker)
    both = compare_studies(load_study(str(then)), load_study(str(now)))
    assert [one.words.response for one in both.responses] == ["loss"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["{before}", "{before}"], "Expected two studies. Received: .*before twice"),
        (["{before}", "{before}/../before/"], "Expected two studies"),
        (["{before}", "{after}", "factors=[a]"], "Studies know their own designs: .* Received: factors="),
        (
            ["{before}", "{after}", "response=acc"],
            "Expected the response 'acc' in both studies. Received: 'loss'",
        ),
        (["{before}", "{other}"], "Expected two studies with a component in common"),
        (["{before}", "{up}"], "Expected one direction of 'loss'"),
        (["{before}", "nowhere"], "nowhere"),
        (["{before}", "{after}", "{other}"], "or two of these"),
    ],
)
def test_wrong_input_is_a_sentence(two, others, capsys, words, sentence):
    places = {"before": two[0], "after": two[1], **others}
    kept = sorted(two[1].glob("**/*"))
    assert main([word.format(**places) for word in words]) == 2
    assert re.search(sentence, capsys.readouterr().err)
    assert sorted(two[1].glob("**/*")) == kept


def test_two_tables_of_which_nothing_is_said(tmp_path, capsys):
    rows = [{"x": x, "seed": seed, "score": x + seed / 10} for x in (0, 1) for seed in range(4)]
    for name in ("a", "b"):
        pd.DataFrame(rows).to_csv(tmp_path / f"{name}.csv", index=False)
    places = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    assert main(places) == 2
    assert "Settings after two places count for both." in capsys.readouterr().err
    assert (
        main([*places, "response=score", "direction=higher", "factors=[x]", "block=seed", "figures=false"])
        == 0
    )
    told = spaced(capsys.readouterr().out)
    assert "All 8 runs of both studies have the same values" in told
    assert re.search(r"Nothing has changed: x", told)
    assert not re.search("Open|inconclusive", told)


def test_unpaired_studies_say_why(tmp_path, capsys):
    then = make_study(tmp_path / "then")
    now = make_study(tmp_path / "now", seeds=(5, 6, 7))
    assert main([str(then), str(now), "figures=false"]) == 0
    assert "fewer than two seeds in common" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1600])
def test_in_a_browser(two, browser, axe, width):
    assert main([str(path) for path in two]) == 0
    at(browser, (two[1] / "changes-from-before/index.html").resolve().as_uri(), width)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.execute_script("return document.querySelectorAll('.save button').length") > 0
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    browser.execute_script(axe)
    assert browser.execute_async_script(AXE_RUN)["violations"] == []
