"""A study's folder, its Parquet file and its CSV give one report, whatever kind its levels are of."""

import json
import shutil

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from ablation.analysis import analyze
from ablation.analysis.data.reading import read_table
from ablation.results import StudyRecord, gather, open_store, read
from tests.analysis.compare import noted
from tests.results.stand_in import make_row

KINDS = {
    "bool": [True, False],
    "int": [3, 1, 2],
    "float": [0.1, 1e-05, 2.0],
    "whole floats": [2.0, 1.0],
    "text": ["selu", "elu", "relu"],
    "None-like text": ["nan", "None", "NA", "null"],
    "text of numbers": ["10", "9", "1e1x"],
    "mixed": [False, "spatial", "None", 3, 0.5],
    "equal in Python": [True, 1, "x"],
    "null and lists": [None, [3, 2], "a"],
    "beyond 64 bits": [10**30, 1],
    "like formulas": ["=1+1", "-x", "'=", "plain"],
    "negative": [-1, -2],
}


@pytest.fixture(params=list(KINDS))
def levels(request):
    return KINDS[request.param]


@pytest.fixture
def study(levels, tmp_path):
    store, rng = open_store(tmp_path / "s"), np.random.default_rng(1)
    for i, level in enumerate(levels):
        for seed in range(4):
            loss = float(np.exp(0.3 * i + 0.05 * seed + rng.normal(0, 0.02)))
            assert store.commit(make_row({"flags.x": level}, seed, responses={"loss": loss}))
    store.save_record(StudyRecord(study="s", factors={"flags.x": levels}))
    gather(tmp_path / "s")
    return tmp_path / "s"


def results_of(table):
    found = analyze(table, "loss", ["flags.x"], block="seed")
    return pd.concat([found.effects, found.marginal_means]), found.verdicts


def test_folder_parquet_and_csv_are_the_same(study, levels):
    wanted, verdicts = results_of(study)
    for name in ("results.parquet", "results.csv"):
        effects, judged = results_of(study / name)
        pd.testing.assert_frame_equal(effects, wanted)
        pd.testing.assert_frame_equal(judged, verdicts)
    assert len(wanted) == 2 * len(levels) - 1


def test_levels_and_their_types_come_back(study):
    parquet, folder = read_table(study / "results.parquet"), read(study)
    assert [*map(repr, parquet["flags.x"].cat.categories)] == [*map(repr, folder["flags.x"].cat.categories)]
    assert parquet["flags.x"].cat.ordered
    assert parquet["flags.x"].cat.codes.tolist() == folder["flags.x"].cat.codes.tolist()


def test_a_copy_of_the_parquet_file_alone_is_enough(study, tmp_path):
    shutil.copy(study / "results.parquet", tmp_path / "else.parquet")
    pd.testing.assert_frame_equal(results_of(tmp_path / "else.parquet")[0], results_of(study)[0])


def test_a_csv_alone_says_which_reference_it_took(tmp_path):
    store = open_store(tmp_path / "s")
    for level in (3, 1, 2):
        for seed in range(3):
            store.commit(make_row({"flags.x": level}, seed, responses={"loss": 1.0 + level + 0.1 * seed}))
    store.save_record(StudyRecord(factors={"flags.x": [3, 1, 2]}))
    gather(tmp_path / "s")
    shutil.copy(tmp_path / "s" / "results.csv", tmp_path / "else.csv")
    found = analyze(tmp_path / "else.csv", "loss", ["flags.x"], block="seed")
    assert set(found.effects["reference"]) == {"1"}
    assert "flags.x=1" in noted(found, "reference")
    named = analyze(tmp_path / "else.csv", "loss", ["flags.x"], block="seed", reference={"flags.x": 3})
    assert set(named.effects["reference"]) == {"3"}


def test_a_csv_that_has_other_levels_than_its_parquet_file_is_read_alone(tmp_path):
    store = open_store(tmp_path)
    for level in (1, 3):
        for seed in range(3):
            store.commit(make_row({"flags.x": level}, seed, responses={"loss": 1.0 + level + 0.1 * seed}))
    store.save_record(StudyRecord(factors={"flags.x": [1, 3]}))
    gather(tmp_path)
    frame = pd.read_csv(tmp_path / "results.csv", dtype=str)
    frame.assign(**{"flags.x": frame["flags.x"].replace("3", "7")}).to_csv(
        tmp_path / "results.csv", index=False
    )
    assert set(read_table(tmp_path / "results.csv")["flags.x"]) == {"1", "7"}


def test_the_levels_stand_in_the_files_metadata(study, levels):
    metadata = pq.read_schema(study / "results.parquet").metadata
    found = json.loads(metadata[b"ablation.levels"])
    names = read(study)["flags.x"].cat.categories.tolist()
    assert found == {"flags.x": names}
    assert len(names) == len(levels)


@pytest.mark.parametrize("levels", [[1, "1"], [True, "true", "x"], ["", "a", "a "]])
def test_parquet_keeps_levels_apart_that_look_alike(levels, tmp_path):
    store = open_store(tmp_path)
    for level in levels:
        store.commit(make_row({"flags.x": level}, 0))
    store.save_record(StudyRecord(factors={"flags.x": levels}))
    gather(tmp_path)
    found = read_table(tmp_path / "results.parquet")["flags.x"]
    assert [*map(repr, found.cat.categories)] == [*map(repr, levels)]
