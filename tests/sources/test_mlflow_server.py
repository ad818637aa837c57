"""An MLflow server, played by one that gives the answers that a server of MLflow 3.17.2 gave."""

import json
from types import SimpleNamespace

import pytest

from ablation.errors import UsageError
from ablation.sources import read
from tests.sources.planted import unpack
from tests.sources.played import played


@pytest.fixture
def server(tmp_path, monkeypatch):
    """Its `address`; `asked` has what it was asked, and `status` what it answers with."""
    answers = unpack("mlflow_server", tmp_path)
    found = SimpleNamespace(asked=[], status=200)
    for name in ("TOKEN", "USERNAME", "PASSWORD"):
        monkeypatch.delenv(f"MLFLOW_TRACKING_{name}", raising=False)

    def answer(path, body, headers):
        if found.status != 200 and headers["Authorization"] != "Bearer secret":
            return found.status, b"no"
        what = path.split("/")[-2]
        found.asked.append((what, json.loads(body)))
        number = sum(path == what for path, _ in found.asked)
        return 200, (answers / f"{what}-{number}.json").read_bytes()

    with played(answer) as found.address:
        yield found


def test_a_server_gives_what_its_database_has(server, tmp_path):
    expected = read(unpack("mlflow_sqlite", tmp_path) / "mlflow.db")
    found = read(server.address, experiment="planted")
    assert found[[*expected]].equals(expected)
    tokens = [body.get("page_token") for what, body in server.asked if what == "runs"]
    assert tokens[0] is None
    assert len(tokens) == 3, "25 runs, ten a page"
    assert all(tokens[1:])


def test_a_server_that_asks_who_one_is_is_told_where_to_say_it(server, monkeypatch):
    server.status = 401
    with pytest.raises(UsageError, match=r"Received: 401 Unauthorized; set MLFLOW_TRACKING_TOKEN"):
        read(server.address)
    server.asked.clear()
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "secret")
    assert len(read(server.address, experiment="planted")) == 24


def test_a_server_that_is_not_there_is_a_sentence():
    with pytest.raises(
        UsageError, match=r"http://me:\*\*\*@127.0.0.1:1: expected an answer from a server of MLflow"
    ):
        read("http://me:secret@127.0.0.1:1")
