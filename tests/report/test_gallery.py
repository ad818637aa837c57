"""The pages of six studies in a real browser: three widths, light and dark, and everything within reach.

Layout is held by measures, and by kept pictures that are so reduced that only layout is left in them.
"""

import base64
import re

import pytest

from ablation.report.write import write_report
from tests.report import kept
from tests.report.conftest import AXE_RUN, at
from tests.report.gallery import STUDIES
from tests.report.test_latex import compile_latex

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    made = {}
    for name, make in STUDIES.items():
        folder = make(tmp_path_factory.mktemp("gallery") / name)
        write_report(str(folder))
        made[name] = (folder / "report/index.html").resolve().as_uri()
    return made


@pytest.fixture(params=STUDIES)
def page(request, pages):
    return pages[request.param]


@pytest.fixture
def quick(browser, pages):
    at(browser, pages["quick"], 1600)
    return browser.execute_script


MEASURES = """
const shown = (e) => e.offsetParent !== null || e.getClientRects().length;
const texts = [...document.querySelectorAll('svg.fig text')].filter(shown);
const scale = ({a, b}) => Math.hypot(a, b);
const scroller = (e) => e.closest('.scroll, .plot, .paper');
return {
  wide: document.documentElement.scrollWidth,
  small: texts.filter((t) => parseFloat(getComputedStyle(t).fontSize) * scale(t.getScreenCTM()) < 11).length,
  texts: texts.length,
  clipped: [...document.querySelectorAll('table, svg.fig')].filter((e) => shown(e) && !scroller(e)).length,
  cut: [...document.querySelectorAll('.plot')].filter((e) => e.scrollWidth > e.clientWidth).length,
  bottom: document.querySelector('.board').getBoundingClientRect().bottom,
  answer: document.querySelector('.answer').getBoundingClientRect().bottom,
  verdicts: [...document.querySelectorAll('.board .tag')].map((t) => t.getBoundingClientRect().right),
  ground: getComputedStyle(document.body).backgroundColor,
  ink: getComputedStyle(document.querySelector('svg.fig text')).fill,
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_clipped_or_too_small_at_any_width(browser, page, scheme):
    for width in kept.WIDTHS:
        at(browser, page, width, scheme)
        assert browser.get_log("browser") == []
        found = browser.execute_script(MEASURES)
        assert found["wide"] <= width
        assert found["texts"] > 20
        assert found["small"] == found["clipped"] == 0
        assert width == 390 or found["cut"] == 0, "figures fit their frames"
        assert all(right <= width for right in found["verdicts"]), "every verdict is on the screen"
        dark = [sum(map(int, found[of].strip("rgb()").split(", "))) for of in ("ground", "ink")]
        assert (dark[0] < dark[1]) == (scheme == "dark")
        if kept.has_font():
            picture = kept.load(kept.place(page.split("/")[-3], width, scheme))
            changed = kept.differences(picture, kept.taken(browser, width))
            assert changed == [], "if it should look so: python -m tests.report.kept"


RULES = (
    ".beside {",
    ".grid {",
    "body { display: grid",
    "figure {",
    "table {",
    "th, td {",
    ".contents ul {",
    ".head {",
    ".facts {",
)
DROP = """
let n = 0;
const drop = (list) => [...list.cssRules].reverse().forEach((rule) => {
  const i = [...list.cssRules].indexOf(rule);
  if (rule.media) drop(rule);
  else if (rule.cssText.includes(arguments[0])) { list.deleteRule(i); n += 1; }
});
[...document.styleSheets].forEach(drop);
return n;
"""


@pytest.fixture
def picture():
    if not kept.has_font():
        pytest.skip(f"needs the font {kept.FONT} (Debian: fonts-dejavu-core)")
    return kept.load(kept.place("quick", 1600, "light"))


@pytest.mark.parametrize("rule", RULES)
def test_a_kept_picture_shows_that_a_style_rule_is_gone(browser, quick, picture, rule):
    assert quick(DROP, rule) >= 1
    assert kept.differences(picture, kept.taken(browser, 1600)) != []


@pytest.mark.parametrize("harmless", ["* { letter-spacing: .006em }", "html { font-size: 101% }"])
def test_a_kept_picture_allows_for_other_letters(browser, quick, picture, harmless):
    quick("document.styleSheets[0].insertRule(arguments[0], 0)", harmless)
    assert kept.differences(picture, kept.taken(browser, 1600)) == []


def test_the_answer_and_every_verdict_are_on_the_first_screen(browser, page):
    at(browser, page, 1600)
    found = browser.execute_script(MEASURES)
    assert found["answer"] < 200
    assert found["bottom"] < 1000


@pytest.mark.parametrize("width", [1280, 1366, 1440, 1536])
def test_the_verdicts_fit_a_laptop_with_their_p_values(browser, page, width):
    at(browser, page, width)
    frame = browser.find_element("css selector", ".board").find_element("xpath", "..")
    assert frame.get_property("scrollWidth") <= frame.get_property("clientWidth")


def test_axe_finds_nothing(browser, page, axe):
    dark = page.split("/")[-3] in ("accuracy", "failures")  # one more view of those with most parts
    for width, scheme in ((390, "light"), (1600, "dark"))[: 1 + dark]:
        at(browser, page, width, scheme)
        browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
        browser.execute_script(axe)
        found = browser.execute_async_script(AXE_RUN)
        told = [(v["id"], v["help"], [n["target"] for n in v["nodes"]][:3]) for v in found["violations"]]
        assert told == [], f"{width} px, {scheme}"


def test_a_point_tells_its_run_and_a_click_pins_it_everywhere(quick):
    told = quick("""
        const mark = document.querySelector('[data-name="seeds"] [data-r]'), run = data.runs[mark.dataset.r];
        mark.dispatchEvent(new PointerEvent('pointerover', {bubbles: true}));
        const shown = tip.hidden ? '' : tip.textContent;
        mark.dispatchEvent(new MouseEvent('click', {bubbles: true}));
        const pins = [...document.querySelectorAll('.pin')];
        return [shown, data.cells[run[0]][0], run[1], run[4], pins.length,
                pins.every((p) => p.dataset.r === mark.dataset.r || +p.dataset.c === run[0])];
    """)
    shown, cell, seed, value, pins, same = told
    assert shown.split("\n")[:2] == [cell, f"seed {seed}"]
    assert f"{value:.4g}" in shown
    assert pins >= 6, "in the strip, in four figures of means and in the table"
    assert same
    left = quick("""
        dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}));
        return [document.querySelectorAll('.pin').length, tip.hidden];
    """)
    assert left == [0, True]


def test_of_very_many_points_the_nearest_tells_its_run(browser, tmp_path, monkeypatch):
    for module in ("draw", "strokes"):
        monkeypatch.setattr(f"ablation.report.figures.{module}.MAX_POINTS", 50)
    write_report(str(STUDIES["quick"](tmp_path / "quick")))
    at(browser, (tmp_path / "quick/report/index.html").resolve().as_uri(), 1600)
    told = browser.execute_script("""
        const svg = document.querySelector('[data-name="seeds"] svg');
        const isFirst = (place) => place[2] === 0;
        const path = [...svg.querySelectorAll('[data-steps]')].find((p) => placesOf(p).some(isFirst));
        svg.scrollIntoView();
        const [x, y, run] = placesOf(path).find(isFirst);
        const at = new DOMPoint(x + 2, y + 1).matrixTransform(svg.getScreenCTM());
        const move = (clientX, clientY) =>
            svg.dispatchEvent(new PointerEvent('pointermove', {clientX, clientY, bubbles: true}));
        move(at.x, at.y);
        const shown = tip.hidden ? '' : tip.textContent;
        move(at.x, at.y - 4000);
        const [cell, seed, , , value] = data.runs[run];
        return [shown, data.cells[cell][0], seed, value, tip.hidden];
    """)
    shown, cell, seed, value, is_gone = told
    assert shown.split("\n")[:2] == [cell, f"seed {seed}"]
    assert f"{value:.4g}" in shown
    assert is_gone


def test_arrow_keys_go_through_the_points_of_a_figure(quick):
    told = quick("""
        const plot = document.querySelector('[data-name="seeds"]'), marks = plot.querySelectorAll('[data-r]');
        plot.focus();
        const key = (key) => plot.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
        key('ArrowRight'); key('ArrowRight'); key('ArrowLeft');
        const said = document.getElementById('status').textContent;
        key('Enter');
        return [document.activeElement === plot, marks[0].classList.contains('pin'), said, tip.textContent];
    """)
    assert told[:2] == [True, True]
    assert told[2] == told[3]


ROWS = """
const table = document.querySelector('table[data-ties]');
const rows = [...table.tBodies[0].rows].filter((r) => !r.hidden);
return rows.map((r) => [r.cells[0].textContent, r.cells[1].textContent]);
"""


def test_chips_dim_other_runs_and_leave_the_verdicts(quick):
    before = quick("return document.querySelector('.board').innerHTML")
    told = quick("""
        const chip = [...document.querySelectorAll('.chip')].find((c) => c.textContent === 'sigmoid');
        chip.click();
        const marks = [...document.querySelectorAll('[data-name="seeds"] [data-r]')];
        const lit = marks.filter((m) => !m.classList.contains('dim'));
        const cell = (m) => data.cells[data.runs[m.dataset.r][0]][0];
        return [marks.length, lit.length, lit.every((m) => cell(m).includes('sigmoid')),
                document.getElementById('filtered').textContent];
    """)
    assert told[:3] == [96, 24, True]
    assert told[3] == "24 of 96 runs. Exploring, not testing: verdicts stay."
    assert quick("return document.querySelector('.board').innerHTML") == before
    named = [name for name, _ in quick(ROWS)]
    assert len(named) == 8
    assert all("sigmoid" in name for name in named), "the table of cells shows these alone"
    undone = quick(
        "document.getElementById('unfilter').click(); return document.querySelectorAll('.dim').length"
    )
    assert undone == 0
    assert len(quick(ROWS)) == 32


def test_the_table_of_cells_sorts_searches_and_shows_ties_alone(quick):
    every = quick(ROWS)
    assert len(every) == 32
    by_mean = "document.querySelectorAll('table[data-ties] thead button')[1].click()"
    quick(by_mean)
    up = [float(mean) for _, mean in quick(ROWS)]
    quick(by_mean)
    down = [float(mean) for _, mean in quick(ROWS)]
    assert up == sorted(up) == down[::-1]
    head = quick("return document.querySelectorAll('table[data-ties] th')[1].getAttribute('aria-sort')")
    assert head == "descending"
    search = "const s = document.querySelector('.tools input[type=search]'); s.value = arguments[0];"
    search += "s.dispatchEvent(new Event('input'))"
    quick(search, "dropout relu")
    found = [name for name, _ in quick(ROWS)]
    assert len(found) == 4
    assert all("dropout" in name and "relu" in name for name in found)
    quick(search, "")
    quick("document.querySelector('.tools input[type=checkbox]').click()")
    assert sorted(name for name, _ in quick(ROWS)) == sorted(name for name, _ in every[:4])


def test_the_first_column_stays_where_a_table_scrolls(browser, pages):
    at(browser, pages["quick"], 390)
    moved = browser.execute_script("""
        const table = document.querySelector('table[data-ties]'), box = table.closest('.scroll');
        box.scrollLeft = 200;
        return [box.scrollLeft, box.getBoundingClientRect().left,
                table.querySelector('tbody th').getBoundingClientRect().left];
    """)
    assert moved[0] > 50
    assert abs(moved[1] - moved[2]) < 2


def test_on_a_phone_every_verdict_has_its_bar_and_p_and_is_still_a_row(browser, page):
    at(browser, page, 390)
    told = browser.execute_script("""
        const box = document.querySelector('.board').closest('.scroll');
        return [box.scrollWidth - box.clientWidth,
                [...box.querySelectorAll('.effect')].map((bar) => bar.getBoundingClientRect().right)];
    """)
    assert told[0] == 0
    assert max(told[1]) <= 390
    nodes = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = [node["role"]["value"] for node in nodes if not node.get("ignored")]
    rows = browser.execute_script("return document.querySelectorAll('.board tr').length")
    assert roles.count("row") >= rows
    assert {"table", "rowheader", "columnheader", "cell"} <= set(roles)


def test_a_pair_of_the_matrix_opens_its_figure(browser, pages):
    at(browser, pages["switches"], 900)
    at(browser, pages["quick"], 900)
    told = browser.execute_script("""
        const hidden = document.querySelector('.extra');
        const before = getComputedStyle(hidden).display;
        const link = document.querySelector(`.matrix a[href="#${hidden.id}"]`);
        link.click();
        return [before, getComputedStyle(hidden).display, hidden.querySelectorAll('.bars').length];
    """)
    assert told[0] == "none"
    assert told[1] == "block"
    assert told[2] >= 2, "its means have intervals"


def test_two_cells_are_compared_seed_by_seed(quick):
    told = quick("""
        const [a, b] = document.querySelectorAll('.compare select');
        a.value = 3; b.value = 7;
        b.dispatchEvent(new Event('change'));
        const of = (cell) => data.runs.filter((r) => r[0] === cell).map((r) => r[4]);
        const rows = [...document.querySelectorAll('.compare tbody tr')].map((r) => r.lastChild.textContent);
        return [of(3), of(7), rows, document.querySelector('.compare p').textContent];
    """)
    expected = [100 * (a / b - 1) for a, b in zip(told[0], told[1], strict=True)]
    assert [float(r.replace("−", "-").rstrip(" %")) for r in told[2]] == pytest.approx(expected, rel=1e-3)
    assert f"median {sorted(expected)[1]:+.4g}".replace("-", "−")[:12] in told[3]
    assert "Exploring, not testing" in told[3]


SAVED = """
window.saved = [];
HTMLAnchorElement.prototype.click = function () {
  saved.push([this.download, decodeURIComponent(this.href)]);
};
"""


def test_figures_and_tables_are_saved_with_their_captions(quick, tmp_path):
    quick(SAVED)
    svg = quick("""
        document.querySelector('[data-name="seeds"]').parentElement.querySelector('.save button').click();
        return saved.pop();
    """)
    assert svg[0] == "seeds.svg"
    body = svg[1].partition(",")[2]
    assert body.startswith("<svg")
    assert "Every run: loss by cell, the best on top." in " ".join(body.split())
    assert "var(" not in body
    kinds = {}
    for i, kind in enumerate(("csv", "md", "tex")):
        kinds[kind] = quick(f"""
            const box = document.querySelector('table[data-name="best_cells"]').closest('.scroll');
            box.nextElementSibling.querySelectorAll('button')[{i}].click();
            return saved.pop()[1].split(',').slice(1).join(',');
        """)
    assert kinds["csv"].splitlines()[0].startswith("cell,geometric mean")
    assert len(kinds["csv"].splitlines()) == 33
    assert kinds["md"].splitlines()[1] == "| --- | --- | --- | --- | --- |"
    assert r"\begin{tabular}{lrrrl}" in kinds["tex"]
    assert r"batch\_norm $\cdot$" in kinds["tex"]
    assert r"\caption{Cells by loss, lower is better." in kinds["tex"]
    (tmp_path / "saved.tex").write_text(kinds["tex"])
    assert "Overfull" not in compile_latex(tmp_path, ["saved"])


ENTER, CONTROL = "\ue007", "\ue009"
"""Keys, as WebDriver names them."""

PASTE = """
document.getElementById('paste')?.remove();
const made = document.createElement(arguments[0]);
document.body.append(Object.assign(made, {id: 'paste', contentEditable: true}));
"""


def test_a_table_is_copied_with_its_formatting(browser, quick):
    quick(
        "document.querySelector('[data-name=best_cells]').closest('.scroll').nextElementSibling.id = 'save'"
    )
    browser.find_element("css selector", "#save button:last-child").send_keys(ENTER)
    assert quick("return document.getElementById('status').textContent") == "Copied best_cells"
    quick(PASTE, "div")
    browser.find_element("id", "paste").send_keys(CONTROL, "v")
    rows = quick("""
        return [...document.querySelectorAll('#paste tr')].map((row) => [...row.cells].map((cell) => [
            cell.textContent, cell.style.textAlign, cell.style.fontWeight, cell.style.borderBottomWidth]));
    """)
    quick(PASTE, "textarea")
    browser.find_element("id", "paste").send_keys(CONTROL, "v")
    plain = quick("return document.getElementById('paste').value").splitlines()
    assert [line.split("\t") for line in plain] == [[text for text, *_ in row] for row in rows]
    assert rows[1][0][0] == "batch_norm · spatial · sigmoid"
    assert rows[0][1][1:] == ["right", "600", "1pt"], "heads are bold"
    assert rows[1][1][1:] == ["right", "", "0pt"]
    ruled = [i for i, row in enumerate(rows) if row[0][3] == "1pt"]
    assert ruled == [0, 32], "rules below the head and the last row"


def test_a_figure_grows_with_the_screen(quick):
    width = "return document.querySelector('[data-name=strongest_interaction] svg').clientWidth"
    before = quick(width)
    press = "document.querySelector('[data-name=strongest_interaction] + figcaption [aria-pressed]').click()"
    quick(press)
    assert quick(width) > 2 * before
    assert quick("return document.documentElement.scrollWidth") <= 1600
    quick(press)
    assert quick(width) == before


@pytest.mark.usefixtures("quick")
def test_a_figure_becomes_a_png_of_twice_its_size(browser):
    browser.execute_script(SAVED)
    size = browser.execute_async_script("""
        const done = arguments[0], plot = document.querySelector('[data-name="seeds"]');
        plot.parentElement.querySelectorAll('.save button')[1].click();
        const wait = () => {
          if (!saved.length) return setTimeout(wait, 20);
          const image = new Image();
          image.onload = () => done([image.width, plot.querySelector('svg').width.baseVal.value]);
          image.src = saved[0][1];
        };
        wait();
    """)
    assert size[0] == 2 * size[1] > 0


def test_without_motion_nothing_scrolls_smoothly(browser, pages):
    reduced = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    at(browser, pages["quick"], 900)
    assert (
        browser.execute_script("return getComputedStyle(document.documentElement).scrollBehavior") == "smooth"
    )
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": reduced})
    assert (
        browser.execute_script("return getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    )


def test_print_opens_what_is_folded_and_has_no_empty_first_page(browser, pages):
    at(browser, pages["quick"], 900)
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    pdf = base64.b64decode(printed["data"])
    assert 2 <= len(re.findall(rb"/Type */Page\b", pdf)) <= 24
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    told = browser.execute_script("""
        const all = (query) => [...document.querySelectorAll(query)];
        const bars = all('.board td .effect').map((bar) => bar.getBoundingClientRect().width);
        return [document.querySelector('h1').getBoundingClientRect().top,
                all('.sort').every((head) => head.getClientRects().length), Math.max(...bars),
                document.querySelector('.contents').getClientRects().length,
                all('th, td').every((cell) => getComputedStyle(cell).position === 'static')];
    """)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert told[0] < 100, "the first page begins with the title"
    assert told[1], "heads of columns are there"
    assert told[2] < 200, "bars are scaled, not cut"
    assert told[3] == 0
    assert told[4], "a column that stays in place would hide what is beside it"


def test_without_a_script_the_page_says_the_same(browser, pages):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        at(browser, pages["quick"], 900)
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    text = browser.find_element("tag name", "main").text
    assert "Best cells" in text
    assert "Every run" in text
    assert not browser.find_elements("css selector", "main button")
