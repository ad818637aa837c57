"""A study whose block is no seed speaks of that block: nowhere does it read of seeds."""

import json
import re
from itertools import product

import numpy as np
import pandas as pd
import pytest

from ablation.report.__main__ import main

ASKED = ["response=cycles", "factors=[inline,vectorize,level]", "block=program", "direction=lower"]


def compiled(seed, gain=0.05, noise=0.01):
    """Cycles of five programs by compiler flags, with a run that failed and one that stands out."""
    rng, programs = np.random.default_rng(seed), ["gcc", "sqlite", "lua", "zlib", "redis"]
    levels = {"inline": [False, True], "vectorize": [False, True], "level": ["O1", "O2", "O3"]}
    table = pd.DataFrame(list(product(*levels.values(), programs)), columns=[*levels, "program"])
    log = table["program"].map(len) / 9 - gain * table["inline"] + rng.normal(0, noise, len(table))
    table["cycles"] = np.exp(10 + log)
    table.loc[3, "cycles"] *= 1.3
    table.loc[7, "cycles"] = np.nan
    return table


@pytest.fixture
def folder(tmp_path):
    compiled(0).to_csv(tmp_path / "before.csv", index=False)
    compiled(1, gain=0.01, noise=0.03).to_csv(tmp_path / "after.csv", index=False)
    return tmp_path


def read(report, numbers):
    """All that people read of a report: the page without its script and attributes, Markdown, sentences."""
    page = re.sub(r"<(script|style).*?</\1>", "", (report / "index.html").read_text(), flags=re.DOTALL)
    labels = " ".join(re.findall(r'(?:aria-label|data-t|data-title|title|alt)="([^"]*)"', page))
    told = re.findall(
        r'"(?:sentence|text)": "([^"]*)"', json.dumps(json.loads((report / numbers).read_text()))
    )
    links = re.sub(r"\]\([^)]*\)", "", (report / "report.md").read_text())
    return {
        "page": re.sub(r"<[^>]*>", " ", page),
        "labels": labels,
        "markdown": links,
        "numbers": " ".join(told),
    }


@pytest.mark.parametrize("settings", [["margin=1"], ["interactions=1"]])
def test_a_report_speaks_of_its_block(folder, capsys, settings):
    assert main([str(folder / "before.csv"), *ASKED, *settings]) == 0
    found = read(folder / "before-report", "effects.json") | {"terminal": capsys.readouterr().out}
    for name, text in found.items():
        assert "program" in text, name
        assert re.findall(r".{30}\bseed\w*.{30}", text, flags=re.IGNORECASE | re.DOTALL) == [], name
    assert "program-adjusted" in found["page"]


def test_a_comparison_speaks_of_its_block(folder, capsys):
    assert (
        main([str(folder / "before.csv"), str(folder / "after.csv"), *ASKED, "output=" + str(folder / "out")])
        == 0
    )
    found = read(folder / "out", "changes.json") | {"terminal": capsys.readouterr().out}
    assert "59 runs of both studies have the same cell and the same program" in found["page"]
    for name, text in found.items():
        assert re.findall(r".{30}\bseed\w*.{30}", text, flags=re.IGNORECASE | re.DOTALL) == [], name


def test_a_loss_that_only_the_seed_determines_is_not_laid_on_the_factors(tmp_path, capsys):
    table = pd.DataFrame(list(product(["off", "on"], range(5))), columns=["norm", "seed"])
    table.assign(loss=0.5 + 0.01 * table["seed"]).to_csv(tmp_path / "tie.csv", index=False)
    asked = ["response=loss", "factors=norm", "direction=lower", "figures=false"]
    assert main([str(tmp_path / "tie.csv"), *asked, "block=seed"]) == 0
    assert "The factors and seed determine loss exactly." in capsys.readouterr().out.replace("\n", " ")
