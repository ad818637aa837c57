"""An MLflow server, played by one that gives the answers that a server of MLflow 3.17.2 gave."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ablation.errors import UsageError
from ablation.sources import read
from tests.sources.planted import unpack


@pytest.fixture
def server(tmp_path, monkeypatch):
    """Its address; `asked` has what it was asked, and `status` what it answers with."""
    answers, asked = unpack("mlflow_server", tmp_path), []
    for name in ("TOKEN", "USERNAME", "PASSWORD"):
        monkeypatch.delenv(f"MLFLOW_TRACKING_{name}", raising=False)

    class Handler(BaseHTTPRequestHandler):
        status, token = 200, "Bearer secret"

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            what = self.path.split("/")[-2]
            number = sum(path == what for path, _ in asked) + 1
            asked.append((what, body))
            is_let_in = self.status == 200 or self.headers["Authorization"] == self.token
            self.send_response(200 if is_let_in else self.status)
            self.end_headers()
            self.wfile.write((answers / f"{what}-{number}.json").read_bytes() if is_let_in else b"no")

        def log_message(self, *_):
            pass

    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.asked, found.handler = asked, Handler
    found.address = f"http://127.0.0.1:{found.server_port}"
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


def test_a_server_gives_what_its_database_has(server, tmp_path):
    expected = read(unpack("mlflow_sqlite", tmp_path) / "mlflow.db")
    found = read(server.address, experiment="planted")
    assert found[[*expected]].equals(expected)
    tokens = [body.get("page_token") for what, body in server.asked if what == "runs"]
    assert tokens[0] is None
    assert len(tokens) == 3, "25 runs, ten a page"
    assert all(tokens[1:])


def test_a_server_that_asks_who_one_is_is_told_where_to_say_it(server, monkeypatch):
    server.handler.status = 401
    with pytest.raises(UsageError, match=r"Received: 401 Unauthorized; set MLFLOW_TRACKING_TOKEN"):
        read(server.address)
    server.asked.clear()
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "secret")
    assert len(read(server.address, experiment="planted")) == 24


def test_a_server_that_is_not_there_is_a_sentence():
    with pytest.raises(UsageError, match=r"http://me:\*\*\*@127.0.0.1:1: expected a server of MLflow"):
        read("http://me:secret@127.0.0.1:1")
