"""Reconstructions, heatmaps and the latent plane, pixel by pixel."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.text import Text

from ablation.report.figures import heatmaps, latent_scatter, latent_walk, reconstructions
from ablation.report.figures.map_grid import is_flat, scale_of
from ablation.report.figures.tiles import GAP, as_images, tiled
from tests.report.figures.every import SVG

SIZE = 6
RNG = np.random.default_rng(0)
INPUT = RNG.uniform(0, 1, (4, SIZE, SIZE)).astype(np.float16)


def words(picture):
    """What is written in the SVG."""
    return "\n".join("".join(t.itertext()) for t in ET.fromstring(picture.svg()).iter(f"{SVG}text"))


def assert_sound(picture):
    """Words, marks, well-formed SVG, no formula, no number that is none."""
    assert ET.fromstring(picture.svg()).tag == f"{SVG}svg"
    assert any(axes.get_lines() or axes.images for axes in picture.figure.axes)
    assert not any(text.get_parse_math() for text in picture.figure.findobj(Text) if text.get_text())
    assert re.fullmatch(r"\w+", picture.name)
    for told in (picture.title, picture.alt):
        assert 5 < len(told) < 2500
        assert not re.search(r"\b(nan|None|inf)\b", told.replace(" none", ""))


def cells(n, channels=None):
    shape = (4, SIZE, SIZE) if channels is None else (4, SIZE, SIZE, channels)
    given = RNG.uniform(0, 1, shape)
    return {f"cell {i}": {"input": given, "reconstruction": np.clip(given + 0.1 * i, 0, 1)} for i in range(n)}


def tile(axes, row, column, size=SIZE):
    image = np.ma.filled(axes.images[0].get_array(), np.nan)
    return image[row * (size + GAP) :, column * (size + GAP) :][:size, :size]


def test_three_bands_show_inputs_outputs_and_their_difference():
    given = cells(3)
    picture = reconstructions(given)
    top, middle, bottom = picture.figure.axes[:3]
    for i, arrays in enumerate(given.values()):
        for j in range(4):
            assert tile(top, 0, j) == pytest.approx(arrays["input"][j], abs=1e-6)
            assert tile(middle, i, j) == pytest.approx(arrays["reconstruction"][j], abs=1e-6)
            difference = arrays["reconstruction"][j] - arrays["input"][j]
            assert tile(bottom, i, j) == pytest.approx(difference, abs=1e-6)
    assert [t.get_text() for t in bottom.get_yticklabels()] == list(given)


def test_residuals_share_one_scale_that_is_symmetric():
    given = cells(3)
    worst = max(np.abs(a["reconstruction"] - a["input"]).max() for a in given.values())
    low, high = reconstructions(given).figure.axes[2].images[0].get_clim()
    assert (low, high) == pytest.approx((-worst, worst), abs=1e-6)


def test_the_alt_text_has_the_mean_absolute_residual():
    flat = np.full((2, SIZE, SIZE), 0.5)
    given = {
        "exact": {"input": flat, "reconstruction": flat},
        "bright": {"input": flat, "reconstruction": flat + 0.25},
    }
    assert "exact 0; bright 0.25" in reconstructions(given).alt


@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.float32])
@pytest.mark.parametrize("channels", [None, 1, 3])
def test_bytes_floats_and_colours_are_shown(dtype, channels):
    scale = 255 if dtype is np.uint8 else 1
    given = {
        name: {k: (scale * v).astype(dtype) for k, v in arrays.items()}
        for name, arrays in cells(2, channels).items()
    }
    assert_sound(reconstructions(given))


def test_many_cells_show_fewer_test_images():
    few, many = (reconstructions(cells(n)) for n in (3, 40))
    assert "of 4 test images by 3 cells" in few.title
    assert "of 2 test images by 40 cells" in many.title


@pytest.mark.parametrize("arrays", [{}, {"reconstruction": np.zeros(3)}, {"input": INPUT}])
def test_without_reconstructions_there_is_no_picture(arrays):
    assert reconstructions({"cell": arrays}) is None


def test_without_inputs_there_are_no_residuals():
    picture = reconstructions({"cell": {"reconstruction": INPUT}})
    assert_sound(picture)
    assert "residual" not in picture.alt


def test_a_run_that_is_not_a_number_is_white_not_an_error():
    assert_sound(reconstructions({"broken": {"input": INPUT, "reconstruction": np.full_like(INPUT, np.nan)}}))


def maps(n, kind="heatmap.saliency", **special):
    return {
        f"cell {i}": {"input": INPUT, kind: special.get(f"cell_{i}", RNG.normal(size=INPUT.shape))}
        for i in range(n)
    }


def test_a_map_without_contrast_is_called_constant_and_not_stretched():
    given = maps(3, cell_1=np.zeros_like(INPUT), cell_2=np.full_like(INPUT, np.nan))
    picture = heatmaps(given, None)
    assert words(picture).count("constant") == 4
    assert words(picture).count("unknown") == 4
    assert np.isnan(tile(picture.figure.axes[0], 0, 2)).all()
    assert "(constant: cell 1; cell 2)" in picture.alt


def test_cells_share_one_scale_signed_if_any_map_is():
    given = maps(2, cell_0=np.full_like(INPUT, 3.0), cell_1=-np.abs(RNG.normal(size=INPUT.shape)).clip(0, 2))
    low, high = heatmaps(given, None).figure.axes[0].images[0].get_clim()
    assert (low, high) == (-3, 3)
    assert scale_of({"a": np.array([[[0.0, 2.0]]])}) == ((0, 2), False)


def test_rows_are_test_images_and_columns_the_input_and_the_cells():
    given = maps(2)
    axes = heatmaps(given, None).figure.axes[0]
    for column, arrays in enumerate(given.values(), start=1):
        for row in range(4):
            assert tile(axes, row, column) == pytest.approx(
                arrays["heatmap.saliency"][row].astype(np.float32)
            )
    assert [t.get_text() for t in axes.get_xticklabels()] == ["input", "cell 0", "cell 1"]


def test_one_of_several_inputs_is_chosen():
    given = {
        "cell": {
            "input.clean": INPUT, "input.noisy": 1 - INPUT,
            "heatmap.clean.saliency": INPUT, "heatmap.noisy.saliency": 2 * INPUT,
        }
    }  # fmt: skip
    clean, noisy = heatmaps(given, "clean"), heatmaps(given, "noisy")
    assert (clean.name, noisy.name) == ("heatmaps_clean", "heatmaps_noisy")
    assert noisy.figure.axes[0].images[0].get_clim()[1] == pytest.approx(2 * float(INPUT.max()), rel=1e-3)
    assert heatmaps(given, None) is None
    assert heatmaps(given, "blurred") is None


def test_many_cells_stand_in_several_strips():
    picture = heatmaps(maps(20), None)
    assert_sound(picture)
    named = {t.get_text() for axes in picture.figure.axes for t in axes.get_xticklabels()}
    assert {f"cell {i}" for i in range(20)} <= named


def test_flat_is_constant_up_to_rounding():
    assert is_flat(np.full((2, 2), 1.0))
    assert is_flat(np.array([[1.0, 1 + 1e-8]]))
    assert not is_flat(np.array([[0.0, 1e-12]]))


def test_the_walk_shows_its_first_row_on_top():
    walk = np.zeros((2, 3, SIZE, SIZE))
    walk[0, 2] = 1.0
    picture = latent_walk("cell", {"walk": walk, "walk_limit": np.array(5.0)})
    sheet = picture.figure.axes[0].images[0].get_array()
    assert (sheet[:SIZE, 2 * SIZE :] == 1).all()
    assert sheet.sum() == SIZE * SIZE
    labels = [t.get_text() for t in picture.figure.axes[0].get_yticklabels()]
    assert labels == ["5", "0", "−5"]  # ticks from the first row down
    assert latent_walk("cell", {}) is None


def test_the_scatter_has_every_image_with_its_labels_look():
    points = RNG.normal(size=(50, 2))
    labels = np.arange(50) % 3
    picture = latent_scatter("cell", {"latent": points, "labels": labels})
    lines = [line for line in picture.figure.axes[0].get_lines() if line.get_marker() != "None"]
    for label, line in enumerate(lines):
        assert np.array_equal(line.get_xydata(), points[labels == label])
    median = np.median(points[labels == 1], axis=0)
    assert f"1 at ({median[0]:.3g}, {median[1]:.3g})".replace("-", "−") in picture.alt
    assert {"0", "1", "2"} <= set(words(picture).split("\n"))


@pytest.mark.parametrize("latent", [np.zeros((0, 2)), np.zeros((5, 3)), np.full((5, 2), np.nan)])
def test_no_plane_no_scatter(latent):
    assert latent_scatter("cell", {"latent": latent}) is None


def test_labels_are_not_needed():
    assert_sound(latent_scatter("cell", {"latent": RNG.normal(size=(9, 2))}))


def test_tiles_stand_where_they_belong_with_gaps_unknown():
    one, two = np.ones((2, 3), np.float32), np.full((2, 3), 2, np.float32)
    sheet = tiled([[one, two], [two, one]])
    assert sheet.shape == (2 * 2 + GAP, 2 * 3 + GAP)
    assert (sheet[:2, 3 + GAP :] == 2).all()
    assert np.nansum(sheet) == 2 * (6 + 12)
    assert np.isnan(sheet[:, 3 : 3 + GAP]).all()


@pytest.mark.parametrize(
    "bad", [np.zeros((2, 2)), np.zeros((0, 3, 3)), np.array(["a"]), np.zeros((1, 1, 1, 1, 1))]
)
def test_what_is_no_image_is_none(bad):
    assert as_images(bad) is None
