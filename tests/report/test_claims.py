"""What the page says of designs that cannot say everything."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from ablation.design import make_design
from ablation.report.__main__ import main
from tests.report.conftest import spaced


@pytest.fixture
def page(tmp_path):
    """A table of runs → the report in Markdown."""

    def made(table, factors, *settings):
        path = tmp_path / "runs.csv"
        table.to_csv(path, index=False)
        main([f"table={path}", "response=loss", f"factors=[{','.join(factors)}]", "figures=false", *settings])
        return spaced((tmp_path / "runs-report/report.md").read_text())

    return made


def runs(cells, log_loss=lambda _: 0.0, n_seeds=4):
    rng = np.random.default_rng(0)
    rows = [{**cell, "seed": s} for cell in cells for s in range(n_seeds)]
    noise = rng.normal(0, 0.02, len(rows))
    return pd.DataFrame(rows).assign(
        loss=[float(np.exp(log_loss(r) + e)) for r, e in zip(rows, noise, strict=True)]
    )


def design(names, kind="full_factorial", **asked):
    return make_design(dict.fromkeys(names, (False, True)), kind, **asked).cells


def test_leave_one_out_is_not_called_an_average(page):
    text = page(runs(design("abc", "leave_one_out")), "abc", "block=seed")
    assert "averaged equally" not in text
    assert "as if no component changed the effect of another, which these cells cannot show" in text
    assert "averaged equally over the levels" in page(runs(design("abc")), "abc", "block=seed")


def test_no_interaction_found_is_not_called_none(page):
    text = page(runs(design("abc")), "abc", "block=seed")
    assert "None of the 3 pairs stands out. This does not prove that there is no interaction" in text
    alone = page(runs(design("ab")), "ab", "block=seed")
    assert "The one pair does not stand out. This does not prove" in alone
    assert "one by one" not in text


def test_pairs_that_share_an_estimate_are_named_together(page):
    table = runs(design("abcd", "fractional", runs=8), lambda r: 0.3 * (r["c"] == r["d"]))
    text = page(table, "abcd", "block=seed")
    assert "1 of 3 pairs passed the screen" in text
    assert "Pairs joined by + share one estimate: this design cannot tell" in text
    assert "a × b + c × d" in text


def test_without_an_error_estimate_interactions_are_unknown(page):
    text = page(runs(design("ab"), n_seeds=1), "ab", "interactions=2")
    assert "it is not known whether components change each other's effect" in text
    assert "| unknown |" in text


def test_a_missing_cell_is_named_and_leaves_the_verdicts(page):
    table = runs([{"a": a, "b": b} for a in "xy" for b in "uvw"])
    text = page(table[(table["a"] != "x") | (table["b"] != "u")], "ab", "block=seed")
    assert "a × b is unknown and taken to be zero: no run has a=x with b=u" in text
    assert "Nothing is known about" not in text


def test_factors_that_cannot_be_separated_are_named_and_leave_the_rest(page):
    table = runs(design("ab"))
    text = page(table.assign(copy=table["a"]), ["a", "b", "copy"], "block=seed")
    assert "There a and copy always move together" in text
    assert "Nothing is known about a: " in text
    assert "Nothing is known about b" not in text


def test_the_best_cell_owns_up_to_its_failures(page):
    table = runs(design("ab"), lambda r: 0.2 * r["a"] + 0.1 * r["b"], n_seeds=6)
    table.loc[(~table["a"]) & (~table["b"]) & (table["seed"] < 4), "loss"] = np.nan
    assert "over the 2 of its 6 runs that did not fail" in page(table, "ab", "block=seed")


def test_the_mean_of_the_best_cell_is_that_of_its_runs_and_not_to_be_quoted(page):
    losses = {"on": [0.817, 0.885, 0.919, np.nan], "off": [1.2, 1.3, 1.35, 0.6]}
    table = pd.DataFrame([(a, s, v) for a, runs in losses.items() for s, v in enumerate(runs)])
    table.columns = ["norm", "seed", "loss"]
    text = page(table, ["norm"], "block=seed")
    sentence = next(line for line in text.splitlines() if line.startswith("Best cell: "))
    best = analyze(table, "loss", ["norm"], block="seed").best_cell
    assert "geometric mean loss 0.8726 over the 3 of its 4 runs that did not fail" in sentence
    assert (
        "seed-adjusted). The best of 2 cells tends to look better than it is, this one hardly: "
        f"expect {best.shrunken:.4f}" in sentence
    )
    assert "rerun it on fresh seeds before quoting it" in sentence
    assert f"| {best.low:.4f} to {best.high:.4f} | 3, 1 failed | the best |" in " ".join(text.split())


def test_a_best_cell_that_is_as_good_as_it_looks_is_said_to_be(page):
    cells = [{"norm": flag, "skip": other} for flag in (False, True) for other in (False, True)]
    text = page(runs(cells, lambda r: -2.0 * r["norm"] - 1.0 * r["skip"]), ["norm", "skip"], "block=seed")
    sentence = next(line for line in text.splitlines() if line.startswith("Best cell: "))
    mean, expected = re.search(r"mean loss ([\d.]+)\. .* expect ([\d.]+)", sentence).groups()
    assert ("this one hardly" in sentence) == (mean == expected)
    assert mean == expected


def test_better_perhaps_by_less_than_the_margin_is_said_everywhere(page, tmp_path, capsys):
    table = runs(design("ab"), lambda r: -0.05 * r["a"] + 0.05 * r["b"], n_seeds=6)
    text = page(table, "ab", "block=seed", "margin=5")
    for words in (text, spaced(capsys.readouterr().out)):
        for a, verdict, moves in (("a", "better", "lowers"), ("b", "worse", "raises")):
            said = f"{verdict}, perhaps by less than the margin of 5 %: it {moves} loss by "
            assert re.search(f"{a} is (on average )?{said}", words)
    folder = tmp_path / "runs-report"
    assert "& better, perhaps by less than the margin &" in (folder / "tables/verdicts.tex").read_text()
    told = json.loads((folder / "effects.json").read_text())
    assert [row["verdict"] for row in told["responses"][0]["verdicts"]] == ["better", "worse"]


def test_rows_without_a_level_are_no_cells(page):
    table = runs([{"a": a, "b": b} for a in "xy" for b in "uvw"])
    table.loc[[0, 5], "a"] = ""
    assert "6 of 6 cells occur, 4 values of seed as blocks" in page(table, "ab", "block=seed")


@pytest.mark.parametrize(("survivor", "name"), [("low", "norm · low"), ("high", "norm · high")])
def test_the_best_cell_is_not_one_that_diverged(page, survivor, name):
    cells = [{"norm": n, "rate": r} for n in (False, True) for r in ("low", "high")]
    table = runs(cells, lambda r: -0.1 * r["norm"], n_seeds=8).assign(other=lambda t: t["loss"] ** 2)
    table.loc[table["rate"] != survivor, ["loss", "other"]] = np.nan
    text = page(table, ["norm", "rate"], "block=seed", "responses=[loss,other]")
    for response in ("loss", "other"):
        sentence = next(line for line in text.splitlines() if f"geometric mean {response} 0." in line)
        assert f"Best cell: {name}, geometric mean {response}" in sentence
        assert "did not fail" not in sentence
    assert ", 8 failed" not in text


def test_spread_that_cannot_be_told_is_no_passed_check(page):
    paired = page(runs([{"a": a} for a in "xy"], n_seeds=20), "a", "block=seed")
    assert "Unknown: within each block the residuals of the levels mirror each other." in paired
    few = page(runs(design("ab"), n_seeds=2), "ab", "block=seed")
    assert "Unknown: there are too few runs." in few


def test_the_seeds_have_no_p_with_hc3(page):
    text = page(runs(design("ab")), "ab", "block=seed")
    line = next(line for line in text.splitlines() if "seed (block)" in line)
    _, _, _, _, _, p, p_hc3, *_ = line.split("|")
    assert 0 <= float(p) <= 1
    assert not any(c.isdigit() for c in p_hc3)
