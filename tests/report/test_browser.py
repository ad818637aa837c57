"""The page in a real browser: no error, no request, no sideways scroll, nothing that keeps a reader out."""

import json

import pytest

from ablation.report.__main__ import main
from tests.report.conftest import AXE_RUN, FACTORS, at, make_study

pytestmark = pytest.mark.slow

WIDTHS = (360, 900, 1600)


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
        f"return {drawn}.filter(s => !s.closest('[role=img][aria-label], [aria-hidden=true]')).length"
    )


def test_axe_finds_no_serious_violation(browser, page, axe):
    for width, scheme in ((360, "light"), (900, "dark")):
        at(browser, page, width, scheme)
        browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
        browser.execute_script(axe)
        found = browser.execute_async_script(AXE_RUN)
        serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
        told = [(v["id"], v["help"], [n["target"] for n in v["nodes"]][:3]) for v in serious]
        assert told == [], f"{width} px, {scheme}"
        assert len(found["passes"]) > 10
