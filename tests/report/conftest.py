"""Studies that were never trained: rows made by hand, with effects that are known."""

import shutil
import subprocess
from contextlib import contextmanager
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from ablation.results import Row, open_store, run_key
from ablation.results.record import record_of

FACTORS = {
    "flags.batch_norm": [False, True],
    "flags.attention": ["none", "spatial"],
    "flags.activation": ["relu", "elu"],
}


@pytest.fixture
def study(tmp_path):
    """`make_study` in a folder of the test's own."""
    return partial(make_study, tmp_path / "study")


def make_study(
    folder, factors=FACTORS, seeds=(0, 1, 2), loss=None, keep=lambda *_: True, measured=None, **record
):
    """Write a study: factors, seeds, a loss for each cell and seed, which runs there are, more responses."""
    store = open_store(folder)
    keys = []
    for levels in product(*factors.values()):
        config = dict(zip(factors, levels, strict=True))
        for seed in seeds:
            key = run_key(config, seed, {})
            keys.append(key)
            if keep(config, seed):
                value = (loss or planted)(config, seed)
                more = measured(config, seed) if measured else {}
                store.commit(row(key, config, seed, {"loss": value, **more}))
    made = {"schema": 1, "study": "made", "factors": factors, "seeds": list(seeds), "keys": keys}
    store.save_record(record_of({**made, **record}))
    return folder


def spaced(text):
    """With plain spaces where numbers are tied to their units."""
    return text.replace("\u00a0", " ")


def planted(config, seed):
    """Batch norm takes 10 % off; attention and activation do nothing; seeds shift all cells alike."""
    noise = np.random.default_rng([seed, len(str(config))]).normal(0, 0.002)
    return float(np.exp(np.log(0.9) * bool(config.get("flags.batch_norm")) + 0.05 * seed + noise))


def row(key, config, seed, responses, status=None, error=None):
    loss = responses.get("loss", 1.0)
    return Row(
        key=key,
        study="made",
        cell=run_key(config, 0, {})[:10],
        seed=seed,
        status=status or ("ok" if np.isfinite(loss) else "diverged"),
        config=config,
        responses=responses,
        identity={},
        provenance={"device": "abacus", "commit": "abc"},
        started="2026-01-01T00:00:00+00:00",
        finished="2026-01-01T00:00:01+00:00",
        seconds=1.0,
        history={"train_loss": [2.0, 1.0], "test_loss": [2.5, loss]},
        error=error,
        log="jobs/x/app.log" if error else None,
    )


@pytest.fixture
def report():
    """A function that reads a file of a study's report."""

    def read(folder, name="report.md"):
        return spaced((folder / "report" / name).read_text(encoding="utf-8"))

    return read


AXE = "axe-core@4.10.3"
AXE_RUN = """
const done = arguments[arguments.length - 1];
axe.run({exclude: [['svg.fig > *']]}, {resultTypes: ['violations']}).then(done);
"""
"""A figure is one image to a screen reader: its inside is not looked at."""


@pytest.fixture(scope="package")
def browser():
    with headless() as started:
        yield started


@contextmanager
def headless():
    """Chromium; a test without one is skipped."""
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
    started.set_script_timeout(180)  # a busy machine
    try:
        yield started
    finally:
        started.quit()


@pytest.fixture(scope="package")
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


def at(browser, page, width, scheme="light", height=900):
    """Open the page; forget what was logged before."""
    browser.get("about:blank")
    for kind in ("browser", "performance"):
        browser.get_log(kind)
    scheme = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(page)
