"""Reference cases: data as CSV, expected numbers as JSON (made with R); see their README."""

import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

CASES = Path(__file__).parent / "cases"
FACTORS = ["BatchNorm", "Dropout", "SpatialAttention", "Activation"]


def load_case(name: str) -> SimpleNamespace:
    """A case by the start of its file name: its table, its expected numbers and its CSV's path."""
    record = json.loads(next(CASES.glob(f"{name}_*.json")).read_text())
    path = next(iter(CASES.glob(f"{name}_*.csv")), None)
    table = None if path is None else pd.read_csv(path)
    return SimpleNamespace(table=table, path=path, expected=record["expected"])


@pytest.fixture
def c02():
    return load_case("c02")


@pytest.fixture
def c03():
    return load_case("c03")


@pytest.fixture
def c18():
    return load_case("c18")
