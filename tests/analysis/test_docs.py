"""The page for users shows what the code does."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "statistics.md"


def test_the_page_about_statistics_runs_as_shown():
    result = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert result.attempted > 5
    assert result.failed == 0


def test_the_page_names_only_what_exists():
    from ablation.analysis import Analysis

    section = PAGE.read_text(encoding="utf-8").split("## What else there is")[1].split("## Limits")[0]
    names = [
        word.split("(")[0]
        for word in section.split("`")[1::2]
        if "." not in word and " " not in word and word != "Analysis"
    ]
    assert len(names) > 15
    assert [n for n in names if not hasattr(Analysis, n)] == []
