"""Names that fit, and ticks that read."""

import math
from itertools import pairwise

import numpy as np
import pytest

from ablation.naming import cell_label, plain
from ablation.report.figures.short_text import (
    columns,
    contrast_name,
    short,
    stem,
    told_apart,
)
from ablation.report.figures.ticks import around, relative_ticks, tick


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("a\nb\tc", "a b c"),
        ("\x00\x1b[31mred", "[31mred"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("\uffff", "\ufffd"),
        (" much   space ", "much space"),
        ("👩\u200d🔬", "👩\u200d🔬"),
    ],
)
def test_plain_text_is_one_line_that_xml_can_hold(typed, expected):
    assert plain(typed) == expected


@pytest.mark.parametrize(
    "text", ["x" * 300, "日本語の活性化関数" * 9, "batch_normalization · spatial_attention · selu"]
)
@pytest.mark.parametrize("limit", [8, 20, 28])
def test_short_names_fit(text, limit):
    assert columns(short(text, limit)) <= limit
    assert "…" in short(text, limit)


def test_long_names_that_end_in_numbers_stay_apart():
    names = [f"augmentation_strength_of_the_second_stage_{x}" for x in (0.1, 0.15, 0.2)]
    cut = [short(name, 20) for name in names]
    assert len(set(cut)) == 3
    assert all(columns(name) <= 20 and "…" in name for name in cut)


CELL = "batch_norm · dropout · residual · attention"


@pytest.mark.parametrize(
    ("names", "limit"),
    [
        ([f"{CELL} · augment · warmup · mixup · ema", f"{CELL} · clip · decay · bias · tied"], 40),
        (["resnet50_pretrained_imagenet", "resnet50_pretrained_places"], 14),
        (["活性化関数の種類についての実験一", "活性化関数の種類についての実験二"], 14),
        (["x" * 300, "x" * 299, "x" * 298 + "y"], 20),
        (["strength_0.25001", "strength_0.25002", "strength_0.5"], 12),
        (["same", "same", ""], 12),
        ([1.0, 2.0], 12),
    ],
)  # fmt: skip
def test_no_two_names_of_a_list_are_cut_alike(names, limit):
    cut = told_apart(names, limit)
    assert len(set(cut)) == len(names)
    assert all(columns(name) <= limit for name in cut)
    assert [len(name) > 0 for name in cut] == [str(name) != "" for name in names]


def test_names_that_begin_alike_show_where_they_part():
    assert told_apart(["resnet50_pretrained_imagenet", "resnet50_pretrained_places"], 18) == [
        "resnet50…_imagenet",
        "resnet50…_places",
    ]


def test_of_a_cells_name_the_longest_words_are_cut():
    assert short("bn · SpatialAttention · selu", 22) == "bn · SpatialAt… · selu"
    assert short("bn · selu", 22) == "bn · selu"


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (("False", "none", "relu", "2"), "relu · depth=2"),
        (("True", "spatial", "elu", "4"), "bn · spatial · elu · depth=4"),
        (("True", "none", "relu", "2"), "bn · relu · depth=2"),
    ],
)
def test_a_cell_is_named_by_what_is_on(levels, expected):
    every = {"bn": ["False", "True"], "att": ["none", "spatial"], "act": ["relu", "elu"], "depth": ["2", "4"]}
    assert (
        cell_label(dict(zip(every, levels, strict=True)), every, {name: name for name in every}) == expected
    )


def test_a_cell_with_everything_off_is_the_reference():
    assert cell_label({"bn": "off"}, {"bn": ["off", "on"]}, {"bn": "bn"}) == "reference"


@pytest.mark.parametrize(
    ("contrast", "expected"),
    [
        (("dropout", "True", "False", 2), "dropout"),
        (("attention", "spatial", "none", 2), "attention=spatial"),
        (("activation", "selu", "elu", 3), "activation: selu − elu"),
        (("depth", "3", "1", 0), "depth: 3 − 1"),
        (("a" * 99, "b" * 99, "c" * 99, 3), "aaaaaa…: bbbbbb… − ccccccc…"),
    ],
)
def test_a_contrast_says_what_it_compares(contrast, expected):
    found = contrast_name(*contrast)
    assert columns(found) <= 28
    assert found == expected or len(contrast[0]) == 99


def test_stems_differ_where_names_do():
    names = [
        "batch_norm",
        "batch norm",
        "batch-norm",
        "日本",
        "日本語",
        "x" * 60 + "a",
        "x" * 60 + "b",
        "$",
        "",
        "a/../b",
    ]
    stems = [stem(name) for name in names]
    assert len(set(stems)) == len(names)
    assert all(s.replace("_", "").isalnum() and s.isascii() for s in stems if s)


def test_ticks_of_a_wide_range_are_factors():
    ticks, unit = relative_ticks(math.log(1e-3), math.log(1e3))
    assert unit == " by a factor"
    assert dict(ticks)[0.0] == "same"
    assert [x for x, text in ticks if text == "×100"] == pytest.approx([math.log(100)])


@pytest.mark.parametrize("low", [-0.001, -0.1, -1.0])
@pytest.mark.parametrize("high", [0.001, 0.1, 1.2])
def test_relative_ticks_stay_inside_and_apart(low, high):
    ticks, _ = relative_ticks(low, high)
    xs = [x for x, _ in ticks]
    assert 0.0 in xs
    assert len(ticks) >= 2
    assert all(low <= x <= high for x in xs)
    assert all(b - a > (high - low) / 20 for a, b in pairwise(xs))


@pytest.mark.parametrize(
    "values",
    [
        [1, 1 + 1e-9], [1e-12, 2e-12], [1e300, 2e300], [5.0], [0.0], [np.nan], [1e-300, 1e300], [-1, 1e6],
        [0.041, 0.063], [10, 200000],
    ],
)  # fmt: skip
def test_ticks_of_an_axis_differ_and_are_few(values):
    axis = around(np.array(values, dtype=float))
    assert all(axis.low < v < axis.high for v in values if not np.isnan(v))
    assert all(axis.low <= t <= axis.high for t, _ in axis.ticks)
    assert all(0 <= share <= 1 for share in axis.share(np.array([t for t, _ in axis.ticks])))
    written = [text for _, text in axis.ticks]
    assert 1 <= len(set(written)) == len(written) <= 12


def test_ticks_read_like_numbers():
    assert [tick(v) for v in (0.0, -2.5, 30_000.0, 1e-5, 2e6)] == ["0", "−2.5", "30k", "1e−5", "2e6"]
