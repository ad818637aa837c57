"""The page: one file, no request, words for every figure, and nothing that a user typed runs."""

import html
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from ablation.report.__main__ import main
from ablation.report.formats.latex import latex
from ablation.report.formats.markdown import table_text as markdown_table
from ablation.report.sections.table_parts import table_of
from tests.report.conftest import make_study
from tests.report.gallery import STUDIES


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = make_study(tmp_path_factory.mktemp("page") / "study", margin=2.0, loss=quiet)
    assert main([str(folder)]) == 0
    return (folder / "report/index.html").read_text(encoding="utf-8")


def quiet(config, seed):
    """Batch norm takes 10 % off, with noise that has no pattern."""
    noise = np.random.default_rng([seed, *map(ord, str(config))]).normal(0, 0.002)
    return float(np.exp(-0.1 * config["flags.batch_norm"] + 0.05 * seed + noise))


class Outline(HTMLParser):
    """What the tests ask of the page's elements; refuses tags that do not match."""

    void = ("meta", "br", "img", "link", "input", "hr")

    def __init__(self, page):
        super().__init__()
        self.open, self.seen = [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self.void and not (self.open and self.open[-1] == "svg" and tag == "style"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_tags_match_and_ids_are_unique(page):
    ids = [a["id"] for _, a in Outline(page).seen if "id" in a]
    assert len(ids) > 20
    assert sorted(ids) == sorted(set(ids))
    targets = {a["href"][1:] for tag, a in Outline(page).seen if tag == "a"}
    assert targets <= set(ids)
    labels = {a["aria-labelledby"] for _, a in Outline(page).seen if "aria-labelledby" in a}
    assert labels <= set(ids)


def test_links_lead_somewhere_without_figures_too(tmp_path):
    folder = STUDIES["quick"](tmp_path / "quick")
    main([str(folder), "figures=false"])
    seen = Outline((folder / "report/index.html").read_text(encoding="utf-8")).seen
    targets = {a["href"][1:] for tag, a in seen if tag == "a"}
    assert "interactions" in targets
    assert targets <= {a["id"] for _, a in seen if "id" in a}


def test_it_asks_the_network_for_nothing(page):
    sources = re.findall(r"""(?:src|href)=["']?([^"'\s>]+)""", page)
    assert all(source.startswith(("#", "data:")) for source in sources)
    assert not re.search(r"@import|url\((?!#|[\"']?#)|<link|<iframe|<object", page)
    assert "default-src 'none'" in page


def test_every_figure_has_words_and_every_table_heads(page):
    seen = Outline(page).seen
    drawings = [a for tag, a in seen if a.get("role") == "img" or tag == "img"]
    assert len(drawings) >= 6
    assert all(len(a.get("aria-label") or a.get("alt") or "") > 30 for a in drawings)
    assert len(re.findall("<table[ >]", page)) == page.count("<caption") == page.count("<thead>")
    assert all("scope" in a for tag, a in seen if tag == "th")
    scrolls = [a for _, a in seen if "scroll" in a.get("class", "").split()]
    assert scrolls
    assert all(a.get("tabindex") == "0" and a.get("role") == "region" for a in scrolls)


def test_a_table_explains_its_abbreviations(page):
    explained = []
    for caption, heads in re.findall(
        r"<table data[^>]*>\s*<caption(.*?)</caption>(.*?)</thead>", page, re.DOTALL
    ):
        for short, long in (
            ("df", "degrees of"),
            ("HC3", "a test that"),
            ("ω²", "share of"),
            ("SD", "standard"),
        ):
            is_used = re.search(rf"(?<!\w){short}(?!\w)(?!:)", caption + heads)
            assert bool(is_used) == (f"{short}: {long}" in caption)
            explained += [short] if is_used else []
    assert {"df", "HC3", "ω²", "SD"} == set(explained)
    whole = table_of("anova", "Analysis", ("term", "#df"), [["dropout", "1"]])
    assert "caption{Analysis. df: degrees of freedom}" in latex(whole)
    assert markdown_table(whole).startswith("Analysis. df: degrees of freedom:")


def test_its_own_script_is_small(page):
    script = re.findall("<script>(.*?)</script>", page, re.DOTALL)
    assert len(script) == 1
    assert len(script[0].encode()) <= 15_400, "docs/report.md says 15 kB"


def test_without_a_script_nothing_is_missing(page):
    assert not any(tag == "button" for tag, _ in Outline(page).seen), "a script makes them"
    for told in ("Keep batch_norm: it lowers", "does nothing that matters", "Analysis of variance of loss"):
        assert told in page.replace("\u00a0", " ")


def test_the_answer_stands_before_the_figure_table_and_that_before_everything_else(page):
    answer, board = page.index("<strong>Use</strong> batch_norm"), page.index('<table class="board">')
    assert answer < board < page.index('id="table-verdicts"') < page.index('id="best-cells"')


def test_each_verdict_is_drawn_with_its_interval_the_margin_and_a_dot_per_seed(page):
    board = page.partition('<table class="board">')[2].partition("</table>")[0]
    bars = re.findall(r'<svg class="fig effect"[^>]*aria-hidden.*?</svg>', board)
    assert len(bars) == 3
    for bar in bars:
        assert bar.count('class="band"') == bar.count("bars ") == 1
        assert re.findall('data-t="(seed \\d): ', bar) == ["seed 0", "seed 1", "seed 2"]


def test_a_warnings_box_appears_only_when_something_triggered_it(page, study, report):
    assert "Before you read on" not in page
    folder = study(loss=quiet, seeds=(0, 1, 2, 3), keep=lambda _, seed: seed < 3)
    main([str(folder), "figures=false"])
    assert "Before you read on" in report(folder, "index.html")


def test_numbers_stay_with_their_units(study):
    folder = study(loss=quiet)
    main([str(folder), "figures=false"])
    page = html.unescape((folder / "report/index.html").read_text(encoding="utf-8"))
    sentence, same = re.findall("Keep batch_norm: .*?[.](?=<)", page)
    assert sentence == same, "in the figure-table and in the list"
    assert not re.search(r"\d %|p [=<]| [=<] \d", sentence)
    assert re.search("\\d\u00a0%.*p\u00a0[=<]\u00a0", sentence)
