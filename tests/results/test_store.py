"""The promises of every store, kept in a folder and in a database."""

from functools import partial

import pytest

from ablation.results import open_store
from tests.results.conformance import StoreConformance
from tests.results.stores import age_claim


class _Opened(StoreConformance):
    """Studies that `open_store` opens, at the `place` of a subclass."""

    @pytest.fixture
    def open_study(self, place):
        return partial(open_store, place)

    @pytest.fixture
    def age(self, place):
        return partial(age_claim, place)


class TestFolder(_Opened):
    @pytest.fixture
    def place(self, tmp_path):
        return str(tmp_path / "quick")


class TestPostgres(_Opened):
    @pytest.fixture
    def place(self, postgres):
        return f"{postgres}#quick"
