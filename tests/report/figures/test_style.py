"""One visual language, on light and on dark ground, and no global state."""

import re
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest

from ablation.report import figures
from ablation.report.figures import draw
from ablation.report.figures.plot import colour, symbol
from ablation.report.formats.html import _source
from tests.report.figures.every import curves, histories, marks, words_of
from tests.report.figures.states import STATES

TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    values = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    """Relative luminance (WCAG 2.1)."""
    return float(TO_XYZ[1] @ linear(colour))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def long(colour):
    return colour if len(colour) == 7 else "#" + "".join(2 * c for c in colour[1:])


@pytest.fixture(scope="module")
def grounds(root):
    """Variables of the page's style on each ground; the figures' own where it has none."""
    text = (root / "ablation/report/formats/templates/style.css").read_text()
    own = dict(re.findall(r"var\(--(\w+), (#[0-9a-f]+)\)", draw.style()))
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    found = re.compile(r"--(\w+): (#[0-9a-f]+);")
    light = own | dict(found.findall(light))
    both = {"light": light, "dark": light | dict(found.findall(dark.partition("\n* {")[0]))}
    return {ground: {name: long(value) for name, value in known.items()} for ground, known in both.items()}


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_words_and_verdicts_have_a_contrast_of_at_least_4_5_and_levels_of_at_least_2(grounds, ground):
    known = grounds[ground]
    for name in ("ink", "quiet", "keep", "hurts"):
        assert contrast(known[name], known["ground"]) >= 4.5, name
    for i in range(10):
        assert contrast(known[f"s{i}"], known["ground"]) >= 2, i


def test_files_have_colours_that_every_program_knows():
    assert "var(" not in draw.file_style()
    assert "#0072b2" in draw.file_style()


def test_ten_levels_differ_in_colour_and_in_symbol_and_a_hundred_in_the_pair():
    assert len({colour(i) for i in range(10)}) == len({symbol(i) for i in range(10)}) == 10
    assert len({(colour(i), symbol(i)) for i in range(100)}) == 100


def test_a_level_has_the_same_colour_everywhere_even_where_another_level_never_finished():
    state = STATES["plain"]()
    gone = state.table["activation"] == "elu"
    table = state.table.assign(
        loss=state.table["loss"].where(~gone), status=["diverged" if g else "ok" for g in gone]
    )
    analysis = type(state)(table, state.factors).analysis
    assert [f.levels for f in analysis.runs.factors if f.name == "activation"] == [("relu", "selu")]
    means = figures.marginal_means(analysis, words_of(analysis))[2]
    assert [m.look for m in marks(means, "run")] == ["run s0", "run s2"]
    drawn = curves(histories(table), table, "activation")
    of = {m.label.split()[0]: m.look for m in marks(drawn)}
    assert (of["relu"], of["selu"]) == ("s0", "s2")


def test_figures_of_numbers_need_no_matplotlib(root):
    code = "import sys, ablation.report.sections; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


BLIND = {
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ],
    "protanopia": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ],
}  # fmt: skip
"""What remains of linear RGB: Machado, Oliveira and Fernandes (2009), table of severity 1."""

WHITE = np.array([0.9505, 1.0, 1.089])


def lab(rgb):
    """CIELAB of linear RGB under D65."""
    x, y, z = np.cbrt(np.maximum(TO_XYZ @ np.clip(rgb, 0, 1) / WHITE, 1e-6))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("blindness", BLIND)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_of_levels_differ_for_the_colour_blind(scheme, blindness):
    source = _source("style.css") if scheme == "dark" else draw.style()
    found = dict(re.findall(r"--(s\d)[:,] (#\w{6})", source.partition("@page")[0]))
    assert sorted(found) == [f"s{i}" for i in range(10)]
    seen = [lab(np.array(BLIND[blindness]) @ linear(colour)) for colour in found.values()]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 12  # 1 or 2 is hardly to be seen
