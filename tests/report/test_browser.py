"""The page in a real browser: no error, no request, no sideways scroll, nothing that keeps a reader out."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from ablation.report.__main__ import main
from tests.report.conftest import FACTORS, make_study

pytestmark = pytest.mark.slow

WIDTHS = (360, 900, 1600)
AXE = "axe-core@4.10.3"


@pytest.fixture(scope="module")
def browser():
    webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium (in the extra dev)")
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(executable_path=driver)
    started = webdriver.Chrome(options=options, service=service)
    yield started
    started.quit()


@pytest.fixture(scope="module")
def axe():
    """The source of axe-core, kept in the user's cache; npm fetches it once."""
    place = Path.home() / ".cache/ablation-tests/axe"
    source = place / "node_modules/axe-core/axe.min.js"
    if not source.exists():
        if shutil.which("npm") is None:
            pytest.skip("needs npm, which fetches axe-core")
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(place), AXE]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180)
        if done.returncode:
            pytest.skip(f"npm could not fetch {AXE}: {done.stderr[-300:]}")
    return source.read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=["a study", "long names", "nothing yet"])
def page(tmp_path_factory, request):
    cases = {
        "a study": {
            "factors": {**FACTORS, "flags.act": ["relu", "elu", "selu"]},
            "margin": 1.0,
            "measured": lambda c, s: {"train_seconds": 1.0 + s + c["flags.batch_norm"]},
            "responses": ["loss", "train_seconds"],
        },
        "long names": {"factors": {"x" * 300: ["a" * 300, "b" * 300], "y": ["<script>", "\"'&", "z"]}},
        "nothing yet": {"keep": lambda *_: False},
    }
    folder = make_study(tmp_path_factory.mktemp("page") / "study", **cases[request.param])
    main([str(folder)])
    return (folder / "report/index.html").resolve().as_uri()


def at(browser, page, width, scheme="light"):
    """Open the page; forget what was logged before."""
    browser.get("about:blank")
    for kind in ("browser", "performance"):
        browser.get_log(kind)
    scheme = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(page)


def test_it_opens_without_error_request_or_sideways_scroll(browser, page):
    for width in WIDTHS:
        at(browser, page, width)
        wide = browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1] == width
        assert browser.get_log("browser") == []
        events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
        asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
        assert {url for url in asked if not url.startswith("data:")} == {page}
    assert not browser.execute_script("return [...document.images].filter(i => !i.alt).length")
    drawn = "[...document.querySelectorAll('main svg')]"
    assert not browser.execute_script(
        f"return {drawn}.filter(s => !s.closest('[role=img][aria-label]')).length"
    )


def test_axe_finds_no_serious_violation(browser, page, axe):
    for width, scheme in ((360, "light"), (900, "light"), (900, "dark")):
        at(browser, page, width, scheme)
        browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
        browser.execute_script(axe)
        found = browser.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
        serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
        told = [(v["id"], v["help"], [n["target"] for n in v["nodes"]][:3]) for v in serious]
        assert told == [], f"{width} px, {scheme}"
        assert len(found["passes"]) > 10


def test_buttons_copy_where_there_is_a_script(browser, page):
    at(browser, page, 900)
    buttons = browser.execute_script("return document.querySelectorAll('button[data-copy]').length")
    hidden = browser.execute_script("return document.querySelectorAll('button[hidden]').length")
    assert hidden == 0
    tables = browser.execute_script("return document.querySelectorAll('table').length")
    assert bool(buttons) == bool(tables)
    if buttons:
        browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
        browser.execute_script("document.querySelector('button[data-copy]').click()")
        chosen = browser.execute_script("return getSelection().toString()")
        assert chosen.startswith("%")
        assert r"\begin{tabular}" in chosen
