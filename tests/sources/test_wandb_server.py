"""A project on W&B's server, played by one on this machine.

Nobody here has an account, so the answers were written by hand: the fields of `RunFragment` and the pages of
`query Runs` in `wandb/apis/public/runs.py` of wandb 0.31.0, and what its `_load_from_attrs` makes of them.
Where wandb is installed, its own client reads the same answers and finds the same runs.
"""

import json
from types import SimpleNamespace

import pytest

from ablation.cli.dispatch import run
from ablation.errors import UsageError
from ablation.sources import read, recognised
from tests.sources.planted import RUNS
from tests.sources.played import played

PAGE = 10
KEY = "local-" + "0" * 40


def node(planted):
    """A run as the server gives it: what was set and measured are texts of JSON."""
    config = {name: {"desc": None, "value": value} for name, value in planted.config.items()}
    config["_wandb"] = {"desc": None, "value": {"cli_version": "0.31.0", "python_version": "3.11.7"}}
    summary = {"_step": 1, "_runtime": 2.5, "_timestamp": 1764500000.0, "_wandb": {"runtime": 2}}
    summary |= {"grad": "NaN", "val": {"acc": 0.5}, "curve": {"_type": "image-file", "size": 7}}
    summary |= {} if planted.fails else {"loss": planted.loss}
    return {
        "projectId": "5", "id": f"UnVuOnYxOmFiYzAw{planted.number:02}", "name": f"abc{planted.number:02}",
        "displayName": f"run-{planted.number}", "state": "crashed" if planted.fails else "finished",
        "config": json.dumps(config), "summaryMetrics": json.dumps(summary), "systemMetrics": "{}",
        "createdAt": f"2026-11-30T10:00:{planted.number:02}Z", "heartbeatAt": "2026-11-30T10:01:00Z",
        "tags": [], "sweepName": None, "group": "one", "jobType": None, "commit": None, "readOnly": False,
        "description": "", "notes": None, "historyLineCount": 2, "historyKeys": None,
        "user": {"name": "me", "username": "me"},
    }  # fmt: skip


@pytest.fixture
def server(monkeypatch, tmp_path):
    """Its `address`; `asked` has the variables of the queries for runs, `denied` makes it ask for a key."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the test runner keeps its handlers
    found = SimpleNamespace(asked=[], seen=[], denied=False)

    def answer(path, body, headers):
        asked = json.loads(body)
        found.seen.append(headers["Authorization"])
        if found.denied and not headers["Authorization"]:
            return 401, b""
        if path != "/graphql" or "query Runs(" not in asked["query"]:
            return 200, b'{"data": {"viewer": {"id": "1", "username": "me", "entity": "me"}}}'
        variables = asked["variables"]
        found.asked.append(variables)
        if variables["entity"] != "me" or variables["project"] != "planted":
            return 200, b'{"data": {"project": null}}'
        wanted = [one for one in RUNS if json.loads(variables["filters"]).get("group", "one") == "one"]
        start = int(variables.get("cursor") or 0)
        edges = [
            {"node": node(one), "cursor": str(i + 1)}
            for i, one in enumerate(wanted)
            if start <= i < start + PAGE
        ]
        page = {"endCursor": str(start + len(edges)), "hasNextPage": start + PAGE < len(wanted)}
        project = {"internalId": "5", "runCount": len(wanted), "readOnly": True}
        project["runs"] = {"edges": edges, "pageInfo": page}
        return 200, json.dumps({"data": {"project": project}}).encode()

    with played(answer) as found.address:
        monkeypatch.setenv("WANDB_BASE_URL", found.address)
        yield found


def test_every_run_is_read_page_by_page(server):
    found = read("wandb://me/planted")
    assert [asked.get("cursor") for asked in server.asked] == [None, "10", "20"]
    assert found["run"].to_list() == [f"run-{one.number}" for one in RUNS]
    assert found["act"].to_list() == [one.act for one in RUNS]
    assert found["opt.name"].to_list() == [one.optimizer for one in RUNS]
    assert found["seed"].to_list() == [one.seed for one in RUNS]
    losses = found["loss"][found["status"] == "finished"].to_list()
    assert losses == [one.loss for one in RUNS if not one.fails]
    assert found["status"].to_list() == ["crashed" if one.fails else "finished" for one in RUNS]
    assert (found["val.acc"].eq(0.5).all(), found["seconds"].eq(2.5).all()) == (True, True)
    assert [name for name in found if name.startswith(("_", "curve", "wandb"))] == []


@pytest.mark.usefixtures("server")
def test_one_command_gives_the_report(capsys):
    assert run(["report", "wandb://me/planted", "response=loss", "direction=lower", "figures=false"]) == 0
    assert "24 runs" in capsys.readouterr().out
    assert run(["import", "wandb://me/planted", "response=loss", "direction=lower", "--to", "runs/it"]) == 0
    assert "22 rows, 2 failed" in capsys.readouterr().out


@pytest.mark.usefixtures("server")
def test_a_group_alone_is_read():
    assert len(read("wandb://me/planted", group="one")) == 24
    with pytest.raises(UsageError, match=r"expected runs. Received: none"):
        read("wandb://me/planted", group="other")


@pytest.mark.usefixtures("server")
def test_the_address_of_a_page_is_a_project_too():
    page = "https://wandb.ai/me/planted/groups/one?nw=x"
    assert recognised(page).name == "wandb"
    assert len(read(page)) == 24


def test_a_key_is_taken_from_where_the_client_has_it(server, monkeypatch, tmp_path):
    server.denied = True
    with pytest.raises(
        UsageError, match=r"401 Unauthorized; set WANDB_API_KEY, or log in with `wandb login`"
    ):
        read("wandb://me/planted")
    (tmp_path / "netrc").write_text("machine 127.0.0.1\nlogin user\npassword secret\n")
    assert len(read("wandb://me/planted")) == 24
    monkeypatch.setenv("WANDB_API_KEY", "other")
    read("wandb://me/planted")
    assert server.seen[-4:-2] == ["Basic YXBpOnNlY3JldA==", "Basic YXBpOm90aGVy"], "api:secret, api:other"


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("wandb://me", "expected a W&B project, wandb://ENTITY/PROJECT"),
        ("wandb://me/none", "knows none of this name. If it is not public, set WANDB_API_KEY"),
    ],
)
@pytest.mark.usefixtures("server")
def test_what_is_no_project_is_a_sentence(place, message):
    with pytest.raises(UsageError, match=message):
        read(place)


def test_a_server_that_is_not_there_is_a_sentence(monkeypatch):
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:1")
    with pytest.raises(UsageError, match=r"expected an answer from a server of W&B. Received: "):
        read("wandb://me/planted")


def test_the_real_client_reads_the_same_answers(server, monkeypatch):
    wandb = pytest.importorskip("wandb", reason="nox -s trackers has it")
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    found = read("wandb://me/planted")
    theirs = list(wandb.Api(overrides={"base_url": server.address}).runs("me/planted", lazy=False))
    assert [one.name for one in theirs] == found["run"].to_list()
    assert [one.state for one in theirs] == found["status"].to_list()
    assert [one.config for one in theirs] == [one.config for one in RUNS]
    assert [one.summary.get("loss") for one in theirs] == [None if one.fails else one.loss for one in RUNS]
