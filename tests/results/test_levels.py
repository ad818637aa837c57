"""Fault 10: levels that look like markup, nothing, formulas, paths or code are only text."""

import csv

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ablation.results import StudyRecord, gather, open_store
from ablation.results.opening import is_url
from tests.results.stand_in import make_row

LEVELS = [
    *(
        "<script>alert(1)</script>",
        "None",
        "NA",
        "=1+1",
        "../x",
        "x" * 300,
        "🦆 é",
        "__import__('os')._exit(3)",
    ),
    *(
        "",
        " ",
        "nan",
        "null",
        "true",
        "1",
        "1e3",
        "-1+1",
        "@SUM(A1)",
        "a,b",
        'a"b',
        "a\nb",
        "a\rb",
        "\t",
        "\0",
        "C:\\x",
    ),
    *(None, True, False, 0, 1.5, -0.0, 10**30, [1, "a"], []),
]


@pytest.fixture
def study(place):
    store = open_store(place)
    for seed, level in enumerate(LEVELS):
        assert store.commit(make_row({"flags.odd": level}, seed, study=str(level)))
    store.save_record(StudyRecord("../x", {"flags.odd": LEVELS}))
    return place


def test_levels_round_trip_exactly(study):
    scan = open_store(study).scan()
    got = {row.seed: row.config["flags.odd"] for row in scan.rows.values()}
    assert [repr(got[seed]) for seed in range(len(LEVELS))] == [repr(level) for level in LEVELS]
    assert repr(open_store(study).load_record().factors["flags.odd"]) == repr(LEVELS)
    assert scan.quarantined == ()


def test_no_file_outside_the_study_and_no_name_from_a_level(study, tmp_path):
    if is_url(study):
        assert not list(tmp_path.iterdir())
        return
    gather(study)
    files = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.parts[:1] for path in files} == {("quick",)}
    rows = {path.name for path in files if path.parts[1] == "rows"}
    assert len(rows) == len(LEVELS)
    assert all(set(name.removesuffix(".json")) <= set("0123456789abcdef") for name in rows)
    assert {path.parts[1] for path in files} == {"rows", "study.json", "results.csv", "results.parquet"}


def test_the_views_keep_the_levels_apart(study, tmp_path):
    frame = gather(study, folder=tmp_path / "views").sort_values("seed")
    assert not frame["flags.odd"].isna().any()
    assert frame["flags.odd"].nunique() == len(LEVELS)
    texts = list(frame["flags.odd"])
    parquet = pd.read_parquet(tmp_path / "views" / "results.parquet").sort_values("seed")
    assert parquet["flags.odd"].astype(object).tolist() == texts


def test_text_levels_come_back_from_parquet_as_they_were(place, tmp_path):
    levels = [level for level in LEVELS if isinstance(level, str)]
    store = open_store(place)
    for seed, level in enumerate(levels):
        store.commit(make_row({"flags.odd": level}, seed))
    store.save_record(StudyRecord(factors={"flags.odd": levels}))
    frame = gather(place, folder=tmp_path).sort_values("seed")
    assert frame["flags.odd"].tolist() == list(frame["flags.odd"].cat.categories) == levels
    assert pd.read_parquet(tmp_path / "results.parquet").sort_values("seed")["flags.odd"].tolist() == levels


def test_a_spreadsheet_runs_nothing(study, tmp_path):
    gather(study, folder=tmp_path)
    with (tmp_path / "results.csv").open(newline="", encoding="utf-8") as file:
        cells = {cell for line in csv.reader(file) for cell in line}
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXT, min_size=1, max_size=5, unique=True), TEXT)
def test_any_text_is_a_level(tmp_path_factory, levels, name):
    place = tmp_path_factory.mktemp("study")
    store = open_store(place)
    for seed, level in enumerate(levels):
        store.commit(make_row({f"flags.{name}": level}, seed))
    store.save_record(StudyRecord(factors={f"flags.{name}": levels}))
    assert gather(place).sort_values("seed")[f"flags.{name}"].tolist() == levels
