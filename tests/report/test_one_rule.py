"""One question has one answer on the whole page: which cell is best, which runs are outliers."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from ablation.design import make_design
from ablation.report.__main__ import main
from ablation.report.drawing import Drawer
from ablation.report.load import TableSettings, load_table
from ablation.report.sections import build
from ablation.report.sentences import notice_sentence
from tests.report.conftest import spaced


@pytest.fixture
def reported(tmp_path):
    """A table of runs → its subject, its document with figures, and its page in Markdown."""

    def made(table, factors, block="seed", figures=True):
        path = tmp_path / "runs.csv"
        table.to_csv(path, index=False)
        study = load_table(TableSettings(str(path), ["loss"], list(factors), [block] if block else ()))
        document = build(study, Drawer(figures))
        main(
            [
                f"table={path}",
                "response=loss",
                f"factors=[{','.join(factors)}]",
                f"block={block}",
                "figures=false",
            ]
        )
        return study, document, spaced((tmp_path / "runs-report/report.md").read_text())

    return made


def table_of(document, name):
    return next(table for table in document.tables if table.name == name)


def test_the_best_cell_is_the_same_everywhere(reported):
    """The arithmetic mean of `on` is 0.37 and that of `off` 0.34; the geometric means are 0.22 and 0.34."""
    losses = {"on": (0.10, 0.12, 0.90), "off": (0.33, 0.34, 0.35)}
    rows = [(norm, seed, loss) for norm, three in losses.items() for seed, loss in enumerate(three)]
    study, document, page = reported(pd.DataFrame(rows, columns=["norm", "seed", "loss"]), ["norm"])
    assert study.main.analysis.best_cell.levels == {"norm": "on"}
    assert re.search(r"Best cell: norm, geometric mean loss 0\.22", page)
    assert table_of(document, "best_cells").rows[0][0].text == "norm"
    bold = [row[0].text for row in table_of(document, "cells").rows if row[1].strong]
    assert bold == ["✓"]
    strip = next(picture for picture in document.pictures if picture.name == "seeds")
    assert strip.y.ticks[0] == (0, "norm")
    assert "Best geometric mean 0.221 (norm)" in strip.alt


@pytest.mark.parametrize("seed", range(6))
def test_the_outliers_of_figure_sentence_and_table_are_the_same(reported, seed):
    rng = np.random.default_rng(seed)
    cells = make_design(
        {"a": (False, True), "b": (False, True), "c": ("x", "y", "z")}, "full_factorial"
    ).cells
    table = pd.DataFrame([{**cell, "seed": s} for cell in cells for s in range(4)])
    noise = rng.normal(0, 0.02, len(table))
    wild = rng.choice(len(table), size=seed % 4, replace=False)
    noise[wild] += rng.choice([-1, 1], len(wild)) * rng.uniform(0.1, 0.4, len(wild))
    table["loss"] = np.exp(-0.1 * table["a"] + 0.05 * (table["c"] == "y") + noise)
    study, document, _ = reported(table, "abc")
    analysis = study.main.analysis
    found = list(analysis.diagnostics.outliers["run"])
    strip = next(picture for picture in document.pictures if picture.name == "seeds")
    rings = [float(x) for marks in strip.marks if "ring" in marks.look for x in marks.x]
    assert sorted(rings) == sorted(study.values("loss")[study.places(found)])
    words = study.words(study.main)
    sentence = " ".join(notice_sentence(n, words) for n in analysis.warnings if n.code == "outlier")
    assert [int(run) for run in re.findall(r"run (\d+) \(", sentence)] == found
    tables = [table for table in document.tables if table.name == "outliers"]
    assert [list(table.data["run"]) for table in tables] == ([found] if found else [])


def test_the_articles_section_is_for_its_own_study_alone(reported, study, report):
    table = pd.DataFrame([(a, s) for a in (0, 1) for s in range(4)], columns=["inline", "input"])
    table["loss"] = 1 + 0.1 * table["inline"] + 0.01 * np.sin(np.arange(8))
    _, document, page = reported(table, ["inline"], "input", figures=False)
    assert "The article's" not in page
    assert not any(section.name == "article" for section in document.sections)
    folder = study()
    main([str(folder), "figures=false"])
    assert "The article's linear model" in report(folder)


def test_a_study_of_a_compiler_reads_of_its_programs_and_not_of_seeds(reported):
    rng = np.random.default_rng(3)
    cells = make_design({"inline": (False, True), "unroll": (False, True)}, "full_factorial").cells
    table = pd.DataFrame([{**cell, "program": p} for cell in cells for p in ("gzip", "gcc", "mcf", "art")])
    table["loss"] = np.exp(rng.normal(0, 0.1, len(table)) - 0.2 * table["inline"])
    _, document, page = reported(table, ["inline", "unroll"], "program")
    shown = page.partition("The command that writes")[0]
    assert "program" in shown
    assert "seed" not in shown.lower()
    for picture in document.pictures:
        assert "seed" not in f"{picture.title} {picture.alt}".lower()


def test_what_always_moves_together_is_one_sentence_and_one_table(reported):
    cells = make_design(dict.fromkeys("abcdefg", (False, True)), "fractional", runs=16).cells
    table = pd.DataFrame([{**cell, "seed": s} for cell in cells for s in range(3)])
    table["loss"] = np.exp(np.random.default_rng(0).normal(0, 0.1, len(table)))
    study, document, page = reported(table, "abcdefg", figures=False)
    groups = next(n for n in study.main.analysis.warnings if n.code == "aliased-interaction").facts["groups"]
    assert len(groups) > 4
    assert page.count("always move together, so they cannot be separated") == 1
    assert len(table_of(document, "aliases").rows) == len(groups)


def test_two_p_values_of_one_effect_have_two_names(study, report):
    folder = study()
    main([str(folder), "figures=false"])
    heads = [line for line in report(folder).splitlines() if line.startswith("| component")]
    assert any("p (verdict)" in head for head in heads)
    assert any("p (classical, Holm)" in head for head in heads)
    assert not any("p (Holm)" in head for head in heads)


def test_an_effect_that_is_not_zero_is_not_shown_as_zero(reported):
    rows = [(a, s, 1 + 4e-5 * a + 1e-6 * s) for a in (0, 1) for s in range(4)]
    table = pd.DataFrame(rows, columns=["a", "seed", "loss"])
    assert analyze(table, "loss", ["a"], block="seed").scale == "log"
    _, _, page = reported(table, ["a"], figures=False)
    assert "+0.004 %" in page
    assert "0.00 %" not in page


def test_sentences_have_short_names_and_true_minus_signs(study, report):
    folder = study(margin=2.0)
    main([str(folder), "figures=false"])
    told = json.loads(report(folder, "effects.json"))["responses"][0]
    for row in told["verdicts"]:
        assert "flags." not in row["sentence"]
        assert not re.search(r"(^|[ (])-\d", row["sentence"])


def test_the_unit_that_a_response_is_declared_with_stands_wherever_its_changes_do(study, report):
    def loss(config, seed):
        noise = np.random.default_rng([seed, *map(ord, str(config))]).normal(0, 0.05)
        return -20.0 + 3.0 * config["flags.batch_norm"] + noise

    folder = study(loss=loss, units={"loss": "dB"}, margin=1.0)
    main([str(folder), "figures=false"])
    page = report(folder)
    assert re.search(r"batch_norm hurts: it raises loss by 2\.97 dB \(95 % CI 2\.\d+ to 3\.\d+ dB\)", page)
    assert "smallest effect that matters: 1 dB" in page
