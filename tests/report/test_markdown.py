"""Markdown that shows what was typed, and nothing else."""

import re

from ablation.report.document import Cell, Column, Document, Prose, Section, Table, Verbatim
from ablation.report.formats.markdown import escaped, markdown


def test_text_stays_text():
    assert escaped("a|b <i> *x* [l](u) `c` ~s~ \\") == (r"a\|b &lt;i> \*x\* \[l\](u) \`c\` \~s\~" + " \\\\")
    assert escaped("batch_norm __init__") == r"batch_norm \_\_init\_\_"
    assert escaped("two\nlines") == "two lines"


def test_columns_have_one_width_and_numbers_stand_right():
    rows = [[Cell("a"), Cell("1")], [Cell("long name"), Cell("10")]]
    table = Table("t", "c", [Column("name"), Column("n", True)], rows)
    page = markdown(Document("s", "", [], "", [Section("x", "X", [table])]))
    lines = [line for line in page.splitlines() if line.startswith("|")]
    assert len({len(line) for line in lines}) == 1
    assert lines[1].endswith("--: |")
    assert lines[2] == "| a         |   1 |"


def test_code_with_backticks_stays_inside_of_its_fence():
    text = "a\n```\nb\n````\n"
    page = markdown(Document("s", "", [], "", [Section("x", "X", [Verbatim(text, "Code")])]))
    fence = re.search(r"^(`{3,})text$", page, flags=re.MULTILINE)[1]
    assert len(fence) == 5
    assert page.count(fence) == 2


def test_a_title_cannot_break_the_page():
    page = markdown(Document("a\n# b", "*y*", [], "", [Section("x", "<b>", [Prose("- p")])]))
    assert page.startswith("# Study a # b\n")
    assert "## &lt;b>" in page
