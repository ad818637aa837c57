"""What the page says of designs that cannot say everything."""

import numpy as np
import pandas as pd
import pytest

from ablation.design import make_design
from ablation.report.__main__ import main


@pytest.fixture
def page(tmp_path):
    """A table of runs → the report in Markdown."""

    def made(table, factors, *settings):
        path = tmp_path / "runs.csv"
        table.to_csv(path, index=False)
        main([f"table={path}", "response=loss", f"factors=[{','.join(factors)}]", "figures=false", *settings])
        return (tmp_path / "runs-report/report.md").read_text()

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
    assert "None of 3 pairs stands out; that shows none to be absent" in text
    assert "one by one" not in text


def test_pairs_that_share_an_estimate_are_named_together(page):
    table = runs(design("abcd", "fractional", runs=8), lambda r: 0.3 * (r["c"] == r["d"]))
    text = page(table, "abcd", "block=seed")
    assert "1 of 3 pairs passed the screen" in text
    assert "Pairs joined by + share one estimate in this design" in text
    assert "a × b + c × d" in text


def test_without_an_error_estimate_interactions_are_unknown(page):
    text = page(runs(design("ab"), n_seeds=1), "ab")
    assert "it is not known whether components change each other's effect" in text
    assert "| unknown |" in text


def test_a_missing_cell_asks_for_the_cell_and_not_for_seeds(page):
    table = runs([{"a": a, "b": b} for a in "xy" for b in "uvw"])
    text = page(table[(table["a"] != "x") | (table["b"] != "u")], "ab", "block=seed")
    assert "Next step: run the cells that are missing" in text
    assert "without replicates" not in text


def test_the_best_cell_owns_up_to_its_failures(page):
    table = runs(design("ab"), lambda r: 0.2 * r["a"] + 0.1 * r["b"], n_seeds=6)
    table.loc[(~table["a"]) & (~table["b"]) & (table["seed"] < 4), "loss"] = np.nan
    assert "over the 2 of its 6 runs that did not fail" in page(table, "ab", "block=seed")


def test_rows_without_a_level_are_no_cells(page):
    table = runs([{"a": a, "b": b} for a in "xy" for b in "uvw"])
    table.loc[[0, 5], "a"] = ""
    assert "6 of 6 cells occur, 4 values of seed as blocks" in page(table, "ab", "block=seed")
