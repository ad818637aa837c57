"""Faults 1 to 4 against a real PostgreSQL server; 8 and 10 are in the tests of both stores."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

from ablation.errors import UsageError
from ablation.results import open_store, read
from ablation.results.encoding import encode
from tests.results.arena import fight
from tests.results.stand_in import make_row
from tests.results.test_state_machine import SETTINGS, Sweeps

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def test_a_thousand_kills_lose_nothing(postgres, tmp_path):
    outcome = fight("kill_storm", "postgres", f"{postgres}#", tmp_path, n_cells=40, n_kills_per_second=250)
    assert outcome.problems == []
    assert outcome.n_kills >= 1000
    assert outcome.n_trainings > outcome.n_keys, "no kill hit a training: the storm was too weak"


def test_64_writers_never_raise_and_never_train_twice(postgres, tmp_path):
    outcome = fight("crowd", "postgres", f"{postgres}#", tmp_path, n_cells=40)
    assert outcome.problems == []
    assert outcome.n_trainings == outcome.n_keys == 80


@pytest.mark.parametrize("scenario", ["two_sweeps", "waiters", "stopped_holder"])
def test_one_training_per_run(scenario, postgres, tmp_path):
    assert fight(scenario, "postgres", f"{postgres}#", tmp_path).problems == []


def test_dying_at_any_statement_loses_nothing(postgres, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.results.statements", f"{postgres}#", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        timeout=120,
        check=True,
    )
    points = json.loads(done.stdout)
    assert len(points) > 40
    assert {point: problems for point, problems in points.items() if problems} == {}


def test_random_orders_against_a_dictionary(postgres_server):
    class InDatabase(Sweeps):
        number_of_studies = 0

        def new_place(self):
            InDatabase.number_of_studies += 1
            place = f"{postgres_server}#machine{InDatabase.number_of_studies}"
            self.store = open_store(place, lease_seconds=3600)
            return place

        def open(self):
            return self.store

        def gather(self):
            return read(self.place)

    case = InDatabase.TestCase
    case.settings = settings(SETTINGS, max_examples=15)
    case("runTest").runTest()


def test_rows_that_were_tampered_with_are_quarantined_and_rerun(postgres):
    import sqlalchemy as sa

    from ablation.results.postgres.schema import ROWS

    store, row = open_store(f"{postgres}#quick"), make_row()
    store.commit(row)
    tampered = encode(row).decode().replace("0.25", "0.20")
    with sa.create_engine(postgres).begin() as connection:
        connection.execute(sa.update(ROWS).values(data=tampered))
    assert store.find(row.key) is None
    ((where, reason),) = read(f"{postgres}#quick").attrs["excluded"]
    assert row.key in where
    assert "checksum" in reason
    with store.claim(row.key) as claim:
        assert store.commit(row, claim)
    assert store.find(row.key) == row


def test_a_server_that_is_not_there_is_named_without_the_password(monkeypatch):
    pytest.importorskip("psycopg")
    monkeypatch.setattr("ablation.results.postgres.store._PAUSES_SECONDS", (0.0,))
    store = open_store("postgresql+psycopg://me:secret@127.0.0.1:9/none#quick")
    for refused in (store.check_writable, store.scan, lambda: store.commit(make_row())):
        with pytest.raises(UsageError, match=r"127\.0\.0\.1:9/none") as error:
            refused()
        assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://h/db",
        "sqlite:///x#quick",
        "mysql://h/d#q",
        "://#q",
        "postgresql+psycopg://h:x/d#q",
    ],
)
def test_a_url_that_cannot_be_right_says_what_was_expected(url):
    pytest.importorskip("psycopg")
    with pytest.raises(UsageError, match="expected"):
        open_store(url)


def test_a_commit_is_tried_again_while_the_server_is_away(postgres, monkeypatch):
    from sqlalchemy.exc import OperationalError

    store, row, n_tries = open_store(f"{postgres}#quick"), make_row(), []
    whole = store.server.statements

    @contextmanager
    def away_once(action):
        with whole(action) as connection:
            n_tries.append(1)
            if len(n_tries) == 1:
                raise OperationalError("INSERT", {}, Exception("server closed the connection unexpectedly"))
            yield connection

    monkeypatch.setattr("ablation.results.postgres.store._PAUSES_SECONDS", (0.0,))
    monkeypatch.setattr(store.server, "statements", away_once)
    assert store.commit(row)
    assert len(n_tries) == 2
