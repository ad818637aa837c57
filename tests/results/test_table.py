import os
from dataclasses import replace

import pandas as pd
import pyarrow.parquet as pq
import pytest

from ablation.errors import UsageError
from ablation.results import StudyRecord, gather, open_store, read
from tests.results.stand_in import DEFAULTS, IDENTITY, make_row

FACTORS = {"flags.batch_norm": [False, True], "flags.attention": [False, "spatial", "None", "NA"]}


@pytest.fixture
def study(tmp_path):
    store, keys = open_store(tmp_path / "quick"), []
    for batch_norm in FACTORS["flags.batch_norm"]:
        for attention in FACTORS["flags.attention"]:
            for seed in (0, 1):
                row = make_row({"flags.batch_norm": batch_norm, "flags.attention": attention}, seed)
                store.commit(row)
                keys.append(row.key)
    store.save_record(StudyRecord("quick", FACTORS, (), tuple(keys), DEFAULTS))
    return tmp_path / "quick"


def test_one_line_per_run_with_proper_types(study):
    frame = read(study)
    assert len(frame) == 16
    assert list(frame.columns) == [
        *(
            "study",
            "cell",
            "seed",
            "key",
            "status",
            "flags.batch_norm",
            "flags.attention",
            "loss",
            "n_parameters",
        ),
        *("commit", "device", "python", "identity.data", "started", "finished", "seconds"),
    ]
    assert list(frame["flags.attention"].cat.categories) == [False, "spatial", "None", "NA"]
    assert frame["flags.attention"].cat.ordered
    assert list(frame["flags.batch_norm"].cat.categories) == [False, True]
    assert frame["flags.attention"].value_counts().to_dict() == {False: 4, "spatial": 4, "None": 4, "NA": 4}
    assert frame["loss"].dtype == frame["n_parameters"].dtype == frame["seconds"].dtype == "float64"
    assert frame["seed"].dtype == "int64"
    assert str(frame["started"].dt.tz) == "UTC"
    assert frame["identity.data"].unique().tolist() == [IDENTITY["data"]]
    assert frame.attrs == {"excluded": [], "missing": []}


def test_lines_follow_the_design(study):
    frame = read(study)
    expected = [
        (b, a) for b in FACTORS["flags.batch_norm"] for a in FACTORS["flags.attention"] for _ in range(2)
    ]
    assert list(zip(frame["flags.batch_norm"], frame["flags.attention"], strict=True)) == expected
    assert list(frame["seed"]) == [0, 1] * 8


def test_only_the_present_design_and_what_it_lacks(study):
    store, extra = open_store(study), make_row({"flags.attention": "old"}, 5)
    store.commit(extra)
    record = store.load_record()
    store.save_record(replace(record, keys=(*record.keys[:3], "f" * 64)))
    assert len(read(study)) == 17
    assert read(study)["flags.attention"].cat.categories[-1] == "old"
    frame = read(study, design_only=True)
    assert list(frame["key"]) == list(record.keys[:3])
    assert frame.attrs["missing"] == ["f" * 64]


def test_rows_older_than_a_flag_carry_its_default(study):
    store = open_store(study)
    store.commit(make_row({"flags.residual": True}, 9))
    record = store.load_record()
    factors = record.factors | {"flags.residual": [False, True]}
    store.save_record(replace(record, factors=factors, defaults={**DEFAULTS, "flags.residual": False}))
    assert read(study)["flags.residual"].value_counts().to_dict() == {False: 16, True: 1}
    store.save_record(replace(record, factors=factors))
    assert read(study)["flags.residual"].isna().sum() == 16


def test_other_entries_that_vary_get_a_column(study):
    open_store(study).commit(make_row({"training.rate": 0.1, "units": [3, 2]}, 9))
    frame = read(study)
    assert frame["training.rate"].tolist() == [0.005] * 16 + [0.1]
    assert frame["units"].iloc[-1] == "[3,2]"


def test_levels_that_python_calls_equal_stay_apart(tmp_path):
    store = open_store(tmp_path)
    for seed, level in enumerate([True, 1, None, [1, 2], 0.0, -0.0]):
        store.commit(make_row({"a": level}, seed))
    store.save_record(StudyRecord(factors={"a": [True, 1, None, [1, 2], 0.0, -0.0]}))
    assert list(read(tmp_path)["a"].cat.categories) == ["true", "1", "null", "[1,2]", "0.0", "-0.0"]
    assert read(tmp_path)["a"].value_counts().tolist() == [1] * 6


def test_a_taken_name_gets_its_kind(tmp_path):
    open_store(tmp_path).commit(make_row(responses={"seconds": 7, "seed": 8, "flags.x": 9}))
    frame = read(tmp_path)
    assert frame[["response.seconds", "response.seed", "seconds"]].iloc[0].tolist() == [7.0, 8.0, 1.0]


def test_no_rows_yet_is_an_empty_table_and_no_folder_is_an_error(tmp_path):
    assert read(tmp_path).empty
    with pytest.raises(UsageError, match="absent"):
        read(tmp_path / "absent")


def test_gather_writes_both_views(study):
    frame = gather(study)
    assert pq.read_table(study / "results.parquet").num_rows == 16
    parquet = pd.read_parquet(study / "results.parquet")
    assert list(parquet["flags.attention"].cat.categories) == ["false", "spatial", "None", "NA"]
    assert parquet["flags.attention"].cat.ordered
    assert parquet["flags.batch_norm"].tolist() == frame["flags.batch_norm"].tolist()
    text = pd.read_csv(study / "results.csv", keep_default_na=False)
    assert text["flags.attention"].tolist() == [str(level) for level in frame["flags.attention"]]
    assert not list(study.glob(".tmp-*"))


def test_gathering_sweeps_what_crashes_left_long_ago(study):
    old, young = study / "rows" / ".tmp-1-old", study / "rows" / ".tmp-1-young"
    for path in (old, young):
        path.write_text("half a row")
    os.utime(old, (0, 0))
    gather(study)
    assert not old.exists()
    assert young.exists(), "its writer may still be at it"
