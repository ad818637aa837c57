"""Levels of plain columns: their spelling, their order, their reference."""

import numpy as np
import pandas as pd
import pytest

from ablation.adaptive.adaptive_study import level_texts
from ablation.analysis import analyze
from ablation.analysis.data.factors import read_factor
from ablation.errors import UsageError
from tests.analysis.compare import noted


@pytest.mark.parametrize(
    ("given", "levels"),
    [
        (["w128", "w32", "w64"], ["w32", "w64", "w128"]),
        (["128", "64", "1e-3"], ["1e-3", "64", "128"]),
        (["no_crop", "avg", "baseline"], ["baseline", "avg", "no_crop"]),
        (["sgd", "Vanilla", "adam"], ["Vanilla", "adam", "sgd"]),
        (["relu", "None", "elu"], ["None", "elu", "relu"]),
        (["1e-3", "auto", "off", "1e-4"], ["off", "1e-4", "1e-3", "auto"]),
        (["True", "False"], ["False", "True"]),
        (["10M", "2M", "1G"], ["1G", "2M", "10M"]),
        (["inf", "1.5"], ["1.5", "inf"]),
    ],
)
def test_levels_without_an_order_stand_in_their_natural_one(given, levels):
    assert list(read_factor(pd.Series(given), "x").levels) == levels


@pytest.mark.parametrize(
    ("given", "levels"),
    [
        (["1e-2", "0.01", "0.010", "1E-02"], ["1e-2"]),
        (["64", "64.0", "6.4e1", "+64"], ["64"]),
        (["True", "true", "TRUE", "False"], ["False", "True"]),
        (["9007199254740993", "9007199254740992"], ["9007199254740992", "9007199254740993"]),
        (["0", "-0", "0.0"], ["-0", "0"]),
        (["1", "true", "True"], ["1", "true"]),
        (["Relu", "relu"], ["Relu", "relu"]),
        (["1_000", "1000"], ["1000", "1_000"]),
        ([0.1, "0.10", 0.2], ["0.1", "0.2"]),
    ],
)
def test_spellings_of_one_number_are_one_level_and_nothing_else_is(given, levels):
    assert list(read_factor(pd.Series(given, dtype=object), "x").levels) == levels


def test_categories_keep_their_order_and_their_spelling():
    column = pd.Series(pd.Categorical(["1", "1.0", "x"], categories=["x", "1.0", "1"]))
    assert read_factor(column, "x").levels == ("x", "1.0", "1")


def test_whole_floats_among_categories_keep_their_point():
    column = pd.Series(pd.Categorical([1.0, 2.0], categories=[2.0, 1.0]))
    assert read_factor(column, "x").levels == ("2.0", "1.0")
    assert read_factor(pd.Series([1.0, np.nan, 2.0]), "x").levels == ("1", "2")


@pytest.mark.parametrize("wanted", ["0.1", 0.1, "1e-1", ".10"])
def test_a_reference_is_found_in_any_spelling(wanted):
    factor = read_factor(pd.Series(["0.1", "0.01", "1"]), "lr")
    assert factor.with_reference(wanted).levels == ("0.1", "0.01", "1")
    assert factor.with_reference(wanted).texts(np.arange(3)) == ["0.1", "0.01", "1"]


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        (
            {"Activation": "gelu"},
            "a level of 'Activation': 'elu', 'relu', 'selu' and 'sigmoid'. Received: gelu",
        ),
        ({"Dropuot": "1"}, "factors with levels, 'Dropout' and 'Activation'. Received: 'Dropuot'"),
    ],
)
def test_a_reference_that_is_none_is_a_sentence(c03, reference, told):
    with pytest.raises(UsageError, match=told):
        analyze(c03.table, "loss", ["Dropout", "Activation"], reference=reference)


def test_the_reference_changes_the_sign_and_nothing_else(c03):
    plain = analyze(c03.table, "loss", ["Dropout"], block="seed").effects
    turned = analyze(c03.table, "loss", ["Dropout"], block="seed", reference={"Dropout": 1}).effects
    assert turned["estimate"].iloc[0] == pytest.approx(-plain["estimate"].iloc[0], rel=1e-9)
    assert turned["se"].iloc[0] == pytest.approx(plain["se"].iloc[0], rel=1e-9)


def test_a_reference_that_nobody_named_is_told(c03):
    one = c03.table.assign(
        Activation=pd.Categorical(c03.table["Activation"], ["selu", "elu", "relu", "sigmoid"], ordered=True)
    )
    other = one.assign(
        Activation=one["Activation"].cat.reorder_categories(["elu", "selu", "relu", "sigmoid"])
    )
    both = pd.concat([one, other.assign(seed=other["seed"] + 10)])  # pandas gives up the categories
    assert "is taken: Activation=elu." in noted(
        analyze(both, "loss", ["Activation"], block="seed"), "reference"
    )
    codes = {w.code for w in analyze(one, "loss", ["Activation"], block="seed").warnings}
    assert "reference" not in codes


@pytest.mark.parametrize(
    "levels",
    [
        ["", "a"],
        ["", " "],
        ["a", "a ", " a"],
        [True, "True"],
        [1, "1", "1.0", 1.0],
        ['""', ""],
        [None, "null"],
    ],
)
def test_levels_of_a_study_that_look_alike_stay_apart(levels):
    assert len(set(level_texts({"x": levels})["x"].values())) == len(levels)
