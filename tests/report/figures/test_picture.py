"""SVG of figures, and what images become in it."""

import base64
import re
import xml.etree.ElementTree as ET
from io import BytesIO

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from ablation.analysis import analyze
from ablation.report import figures
from ablation.report.figures.style import drawing
from ablation.report.figures.svg import smaller_png
from tests.report.figures.every import SVG, assert_sound, costs, curves, every_figure, strip, words, words_of
from tests.report.figures.states import STATES


@pytest.fixture(scope="module")
def pictures():
    return [p for each in every_figure(STATES["plain"]()).values() for p in each]


@pytest.fixture(scope="module")
def plane():
    rng = np.random.default_rng(0)
    return figures.latent_scatter("cell", {"latent": rng.normal(size=(90, 2)), "labels": np.arange(90) % 3})


def test_svg_is_the_same_every_time(pictures):
    again = [p for each in every_figure(STATES["plain"]()).values() for p in each]
    assert [figures.as_file(p) for p in pictures] == [figures.as_file(p) for p in again]


@pytest.fixture(scope="module")
def images():
    return pictures_of_images()


def pictures_of_images():
    """One of each kind of picture that matplotlib draws."""
    rng = np.random.default_rng(0)
    given, labels = rng.uniform(0, 1, (4, 6, 6)), np.arange(90) % 3
    both = {"input": given, "reconstruction": given[::-1]}
    return [
        figures.latent_scatter("cell", {"latent": rng.normal(size=(90, 2)), "labels": labels}),
        figures.latent_walk("cell", {"walk": rng.uniform(0, 1, (3, 3, 6, 6)), "walk_limit": np.array(2.0)}),
        figures.reconstructions({"one": both, "two": both}),
        figures.heatmaps({"one": {"heatmap.saliency": given - 0.5, "input": given}}, None),
    ]


def test_pictures_of_images_are_the_same_every_time(images):
    again = pictures_of_images()
    assert [p.svg() for p in images] == [p.svg() for p in again]
    assert images[0].png() == again[0].png()


def test_drawing_leaves_the_users_settings_alone_and_is_not_swayed_by_them(images):
    swaying = {"font.size": 30, "svg.fonttype": "path", "axes.grid": True, "text.parse_math": True}
    swaying |= {"figure.dpi": 30, "image.cmap": "gray", "savefig.facecolor": "red", "lines.linewidth": 9}
    with mpl.rc_context(swaying):
        before = dict(mpl.rcParams)
        swayed = pictures_of_images()
        drawn = [p.svg() for p in swayed], swayed[0].png()
        assert dict(mpl.rcParams) == before
    assert drawn == ([p.svg() for p in images], images[0].png())


def test_ids_are_the_pictures_own_and_every_reference_finds_its_id(images):
    seen = set()
    for picture in images:
        svg = picture.svg()
        ids = re.findall(r' id="([^"]+)"', svg)
        assert len(set(ids)) == len(ids) > 0
        assert {name.partition("-")[0] for name in ids} == {picture.name}
        assert not seen & set(ids)
        seen |= set(ids)
        assert set(re.findall(r'(?:url\(|href=")#([^")]+)', svg)) == set(ids)


def test_nothing_reaches_beyond_the_picture(pictures, plane):
    for svg in [plane.svg(), *map(figures.draw.inline, pictures)]:
        assert svg.startswith("<svg ")
        assert not re.search(r"<(style|metadata|script|!|\?)", svg)
        addresses = set(re.findall(r"https?://[^\"]+", svg))
        assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    for picture in pictures:
        assert not re.search(r' id="|url\(|href=', figures.draw.inline(picture))


def test_letters_are_never_smaller_than_eleven_pixels(pictures):
    assert re.search(r"\.fig \{ font: 12px", figures.draw.style())
    for picture in pictures:
        root = ET.fromstring(figures.as_file(picture))
        assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}", "nothing is scaled"
        assert not [t for t in root.iter(f"{SVG}text") if t.get("style") or t.get("font-size")]


def test_many_points_are_one_path():
    state = STATES["200 cells"]()
    table = state.table.loc[state.table.index.repeat(4)].reset_index(drop=True)
    svg = figures.draw.inline(strip(table, state.factors))
    assert "<circle data-r" not in svg
    assert len(svg) < 60_000
    told = re.findall(r'data-of="r" data-steps="([^"]+)" d="([^"]+)"', svg)
    runs = [np.cumsum([int(step) for step in steps.split()]) for steps, _ in told]
    assert [len(some) for some in runs] == [path.count("M") for _, path in told]
    shown = np.concatenate(runs)
    assert len(set(shown.tolist())) == len(shown) > 500
    assert set(shown.tolist()) <= set(range(len(table)))


def test_what_a_user_typed_stays_text():
    state = STATES["hostile names"]()
    found = figures.marginal_means(state.analysis, words_of(state.analysis))
    written = "\n".join(words(p) for p in found)
    assert "$\\frac{a}{b}$" in written
    assert "<script>alert(1)</script>" in written
    assert "_hidden_" in written
    assert not any("<script" in figures.as_file(p) for p in found)


def test_an_id_in_text_is_not_taken_for_one():
    figure = Figure()
    with drawing():
        figure.text(0, 0, 'id="x" url(#y) href="#z" 1.23456789')
    svg = figures.Picture("p", "t", "a", figure).svg()
    assert "".join(ET.fromstring(svg).itertext()).strip() == 'id="x" url(#y) href="#z" 1.23456789'


def test_png_has_the_asked_size(plane):
    width, height = plane.figure.get_size_inches()
    image = Image.open(BytesIO(plane.png(dpi=100)))
    assert image.size == (int(width * 100), int(height * 100))


@pytest.mark.parametrize("n_colours", [2, 200, 5000])
def test_smaller_images_have_the_same_pixels(n_colours):
    values = np.random.default_rng(0).integers(0, n_colours, (64, 64))
    pixels = np.stack([values % 256, values // 256, values % 7, np.full_like(values, 255)], axis=2).astype(
        np.uint8
    )
    out = BytesIO()
    Image.fromarray(pixels).save(out, "png")
    small = Image.open(BytesIO(base64.b64decode(smaller_png(base64.b64encode(out.getvalue()).decode()))))
    assert np.array_equal(np.asarray(small.convert("RGBA")), pixels)


def test_many_points_become_a_bitmap():
    rng = np.random.default_rng(0)
    few, many = ({"latent": rng.normal(size=(n, 2)), "labels": np.arange(n) % 3} for n in (100, 3000))
    assert "<image" not in figures.latent_scatter("cell", few).svg()
    svg = figures.latent_scatter("cell", many).svg()
    assert "<image" in svg
    assert svg.count("<use") < 100


def test_a_response_may_be_called_anything():
    state = STATES["plain"]()
    name = "$lo_ss$ <b>&\n\x07" + "x" * 300
    table = state.table.rename(columns={"loss": name})
    analysis = analyze(table, name, state.factors, block="seed", margin=2)
    told = {key: {name: [5.0, 4.0, 3.0, 2.0, 1.0]} for key in table["key"]}
    named = words_of(analysis)
    pictures = [
        figures.effects_forest(analysis, named), *figures.marginal_means(analysis, named),
        *figures.interactions(analysis, named), strip(table, state.factors, name, analysis=analysis),
        curves(told, table, "activation", name), costs(table, state.factors, name),
    ]  # fmt: skip
    for picture in pictures:
        assert_sound(picture)
        assert "$lo_ss$ <b>&" in words(picture)
        assert len(picture.title) < 250
