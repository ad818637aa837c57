"""What a report says of studies whose effects are known, in every state that a study can be in."""

import html
import json
import re
from itertools import product

import numpy as np
import pandas as pd
import pytest

from ablation.report.__main__ import main
from ablation.results import Row, open_store, run_key
from tests.report.conftest import FACTORS, planted, row, spaced


def write(folder, *settings):
    return main([str(folder), "figures=false", *settings])


def test_it_names_the_design_the_effect_and_the_articles_table(study, report, capsys):
    folder = study()
    assert write(folder) == 0

    shown = spaced(capsys.readouterr().out)
    for text in (report(folder), report(folder, "index.html")):
        assert "2×2×2 full factorial × 3 paired seeds = 24 runs; 24 finite" in text
        assert "loss, lower is better" in text
        assert "abacus" in text
        assert "their p-values test" in text
    effects = pd.read_csv(folder / "report/tables/effects.csv").set_index("factor")
    assert effects.loc["flags.batch_norm", "percent"] == pytest.approx(-10, abs=0.5)
    assert re.search(r"\| batch_norm +\| on − off +\| keep +\| +−\d+\.\d\d % ", report(folder))
    columns = ["BatchNorm", "SpatialAttention", "Activation_elu", "Activation_relu"]
    for table in (report(folder), report(folder, "index.html"), report(folder, "ols.txt"), shown):
        rows = [line.split()[0] for line in table.splitlines() if re.match(r"\w+ +-?\d\.\d{4} ", line)]
        assert rows == columns
        assert "R-squared" in table


def test_the_sections_stand_in_the_order_of_the_guide(study, report):
    folder = study()
    write(folder)
    heads = re.findall(r"<h2[^>]*>(.*?)</h2>", report(folder, "index.html"))
    assert [head.split(":")[0] for head in heads] == [
        "Verdicts",
        "Best cells",
        "Interactions",
        "What each component contributes",
        "Every run",
        "Table for a paper",
        "Robustness",
        "Analysis of variance",
        "The article&#39;s linear model",
        "Diagnostics",
        "Failures, and the next step",
        "Design and provenance",
    ]
    assert [line[3:].split(":")[0] for line in report(folder).splitlines() if line.startswith("## ")] == [
        head.split(":")[0].replace("&#39;", "'") for head in heads
    ]


def test_the_articles_coefficients_are_least_squares(study, report):
    folder = study()
    write(folder)
    cells = [(bn, at, act) for bn, at, act in product((0, 1), (0, 1), (0, 1)) for _ in range(3)]
    X = np.array([[bn, at, act, 1 - act] for bn, at, act in cells], float)
    configs = [dict(zip(FACTORS, levels, strict=True)) for levels in product(*FACTORS.values())]
    y = np.array([planted(config, seed) for config in configs for seed in (0, 1, 2)])
    expected = np.linalg.lstsq(X, y, rcond=None)[0]
    shown = re.findall(r"^\w+ +(-?\d\.\d{4}) ", report(folder, "ols.txt"), flags=re.MULTILINE)
    assert [float(v) for v in shown] == pytest.approx(list(expected), abs=5.1e-5)


def _first(config):
    return list(config.values()) == [False, "none", "relu"]


@pytest.mark.parametrize(
    ("case", "expected", "code"),
    [
        ({"keep": lambda *_: False}, "Nothing can be concluded yet", 3),
        ({"loss": lambda *_: float("nan")}, "Nothing can be concluded yet", 3),
        ({"factors": {}}, "Nothing can be concluded yet", 3),
        ({"keep": lambda c, s: s == 0 and _first(c)}, "Nothing can be concluded yet", 3),
        ({"seeds": (0,), "keep": lambda c, _: not c["flags.batch_norm"]}, "so the effect of this factor", 0),
        ({"loss": lambda *_: 1.0}, "is the same in every run", 0),
        ({"keep": lambda c, s: s == 0 or not c["flags.batch_norm"]}, "8 of 24 runs are missing", 0),
        ({"keep": lambda c, s: s < 2 or not _first(c)}, "1 of 24 runs is missing", 0),
        ({"seeds": (0,)}, "1 seed", 0),
        ({"seeds": (0,), "factors": {"flags.batch_norm": [False, True]}}, "no error estimate", 0),
        ({"factors": {"flags.batch_norm": [False, True]}}, "batch_norm", 0),
        ({"loss": lambda c, s: float("nan") if s == 1 else planted(c, s)}, "16 finite, 8 diverged", 0),
    ],
    ids=[
        "no rows",
        "all diverged",
        "no factors",
        "one run",
        "one level",
        "constant",
        "half a sweep",
        "all but one",
        "no replicates",
        "two runs",
        "one factor",
        "failures",
    ],
)
def test_every_state_is_a_page_that_says_what_it_is(study, report, caplog, case, expected, code):
    folder = study(**case)
    assert main([str(folder)]) == code
    for name in ("report.md", "index.html"):
        text = report(folder, name)
        assert expected in text
        assert "could not be" not in text
        assert "mistake in the program" not in text
    tables = [line for line in report(folder).splitlines() if line.startswith("|")]
    assert not any(re.search(r"\b(nan|NaN|inf|None|<NA>)\b", line.partition("none")[0]) for line in tables)
    assert caplog.records == []
    json.loads(report(folder, "effects.json"), parse_constant=pytest.fail)


@pytest.mark.slow
@pytest.mark.parametrize("size", ["200 cells", "12 factors", "long names"])
def test_large_studies_and_long_names_stay_readable(study, report, caplog, size):
    cells = {"f": list(range(5)), "g": list(range(5)), "h": list("abcdefgh")}
    parts = {f"flags.part{i}": [False, True] for i in range(12)}
    names = {"x" * 300: ["a" * 300, "b" * 300], "y": ["<script>alert(1)</script>", "\"'&"]}
    cases = {
        "200 cells": {"factors": cells, "seeds": (0, 1)},
        "12 factors": {"factors": parts, "seeds": (0, 1), "keep": lambda c, _: sum(c.values()) < 2},
        "long names": {"factors": names},
    }
    folder = study(**cases[size], loss=lambda c, s: 1 + 0.01 * (len(str(c)) % 7) + 0.1 * s)
    assert main([str(folder)]) == 0
    page = report(folder, "index.html")
    assert "mistake in the program" not in page
    assert len(page) < 2_000_000
    assert "<script>alert" not in page
    assert caplog.records == []


def test_names_that_a_user_typed_cannot_break_the_page(study, report, capsys):
    folder = study(factors={"flags.a|b": ["<script>", "x|y", "=1+1"], "flags.c": ["None", "[red]NA"]})
    assert write(folder) == 0
    verdicts = report(folder).partition("What each component does to loss (lower is better)")[2]
    table = [line for line in verdicts.splitlines() if line.startswith("|")][:6]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {9}
    outside_of_code = re.sub(r"```.*?```", "", report(folder), flags=re.DOTALL)
    assert "<script>" not in outside_of_code
    assert report(folder, "index.html").count("<script>") == 1, "the page's own"
    assert "[red]NA" in capsys.readouterr().out
    assert "'=1+1" in report(folder, "tables/effects.csv")


def test_the_verdict_table_has_the_numbers_of_the_analysis(study, report):
    from ablation.analysis import analyze
    from ablation.results import read

    folder = study(margin=2.0)
    write(folder)
    found = analyze(read(folder), "loss", list(FACTORS), block="seed", margin=2.0)
    verdicts = json.loads(report(folder, "effects.json"))["responses"][0]["verdicts"]
    for told, expected in zip(verdicts, found.verdicts.to_dict("records"), strict=True):
        assert told["percent"] == pytest.approx(expected["percent"])
        assert told["sentence"] in html.unescape(report(folder)).replace("\\", "")
        assert "flags." not in told["sentence"]
    assert "does nothing" in report(folder)
    assert "smallest effect that matters: 2 %" in report(folder)


def test_effects_in_units_are_the_change_from_the_references_mean(study, report):
    """On the log scale: −10 % of the mean of the reference level, in the units of the response."""
    folder = study(
        loss=lambda c, s: (
            (0.9 if c["flags.batch_norm"] else 1.0) * (1 + 0.001 * s) * (1 + 0.0001 * len(str(c)))
        )
    )
    write(folder)
    line = next(line for line in report(folder).splitlines() if re.match(r"\| batch_norm +\| on − off", line))
    change = line.split("|")[6].strip()
    assert float(change.replace("−", "-")) == pytest.approx(-0.1, abs=0.003)


def test_several_responses_get_a_section_each_and_one_overview(study, report):
    def auroc(config, seed):
        rng = np.random.default_rng([seed, len(str(config)), 1])
        return {"auroc": 0.8 + 0.05 * (config["flags.attention"] == "spatial") + rng.normal(0, 0.001)}

    folder = study(measured=auroc, responses=["loss", "auroc", "absent"], directions={"auroc": "higher"})
    assert write(folder) == 0

    text = report(folder)
    assert text.index("Verdicts") < text.index("All responses at a glance") < text.index("Best cells")
    assert "# Response auroc" in text
    assert "No finished run has the response 'absent' yet." in text
    assert "auroc, higher is better" in text
    told = json.loads(report(folder, "effects.json"))["responses"]
    assert [r["response"] for r in told] == ["loss", "auroc", "absent"]
    attention = next(v for v in told[1]["verdicts"] if v["factor"] == "flags.attention")
    assert attention["verdict"] == "keep"
    assert attention["estimate"] == pytest.approx(0.05, abs=0.003)
    assert told[2]["obstacle"]
    glance = text.partition("All responses at a glance")[2]
    overview = next(line for line in glance.splitlines() if re.match(r"\| attention +\| spatial", line))
    assert "keep" in overview
    assert (folder / "report/tables/auroc-verdicts.tex").exists()


def test_the_paper_table_has_means_and_sds_by_hand(study, report):
    folder = study(loss=lambda c, s: {0: 1.0, 1: 2.0, 2: 6.0}[s] + 10 * c["flags.batch_norm"])
    write(folder)
    cells = pd.read_csv(folder / "report/tables/cells.csv")
    assert list(cells["loss mean"]) == [3.0] * 4 + [13.0] * 4
    assert cells["loss sd"].to_numpy() == pytest.approx(np.sqrt((4 + 1 + 9) / 2))
    assert re.search(r"\| – +\| none +\| relu +\| +\*\*3\.0 ± 2\.6\*\* \| +3 \|", report(folder))
    assert re.search(r"\| ✓ +\| none +\| relu +\| +13\.0 ± 2\.6 \| +3 \|", report(folder))


def test_missing_runs_tell_what_their_last_attempt_said(study, report):
    folder = study(keep=lambda c, s: not (s == 2 and c["flags.batch_norm"]))
    config = {"flags.batch_norm": True, "flags.attention": "none", "flags.activation": "elu"}
    attempt = row(run_key(config, 2, {}), config, 2, {}, "error", "RuntimeError: out of luck\nmore")
    assert isinstance(attempt, Row)
    open_store(folder).commit(attempt)
    write(folder)
    line = next(line for line in report(folder).splitlines() if "out of luck" in line)
    assert re.match(
        r"\| batch_norm · elu +\| +2 \| error +\| RuntimeError: out of luck \| jobs/x/app.log", line
    )
    assert "4 of 24 runs are missing" in report(folder)


def test_inconclusive_components_are_told_seeds_runs_and_time(study, report):
    def noisy(config, seed):
        rng = np.random.default_rng([seed, *map(ord, str(config))])
        return float(1 + 0.01 * config["flags.batch_norm"] + rng.normal(0, 0.02))

    folder = study(loss=noisy)
    write(folder)
    verdicts = json.loads(report(folder, "effects.json"))["responses"][0]["verdicts"]
    more = {v["factor"]: v["seeds_needed"] for v in verdicts if v["seeds_needed"]}
    assert more
    for factor, seeds in more.items():
        name = factor.rpartition(".")[2]
        step = report(folder).partition("would settle the inconclusive ones")[2]
        line = next(line for line in step.splitlines() if line.startswith(f"| {name} "))
        told = [part.strip() for part in line.split("|")[4:6]]
        assert told == [str(seeds), str(seeds * 8)], "8 cells, a run of one second each"


def test_a_design_in_words_and_its_notes_stand_at_the_head(study, report):
    words = {
        "name": "fractional",
        "words": "half of 2×2×2, 4 of 8 cells",
        "notes": ["a is aliased with b×c."],
    }
    folder = study(design=words, command="python -m ablation -m study=made")
    write(folder)
    assert "half of 2×2×2, 4 of 8 cells × 3 paired seeds = 24 runs" in report(folder)
    assert "a is aliased with b×c." in report(folder)
    assert "python -m ablation -m study=made" in report(folder)


def test_a_mistake_in_the_analysis_is_told_and_costs_no_traceback(study, report, monkeypatch, capsys):
    from ablation.report import load

    def broken(*_, **__):
        raise ZeroDivisionError("float division by zero")

    monkeypatch.setattr(load, "analyze", broken)
    folder = study()
    assert write(folder) == 3
    for text in (report(folder), report(folder, "index.html"), capsys.readouterr().out):
        assert "a mistake in the program: ZeroDivisionError: float division by zero" in text
    assert "24 finite" in report(folder)
