"""What is sent to a tracker that only tests know: each missing run once, whatever goes wrong."""

import sys
from pathlib import Path

import pytest

from ablation.errors import UsageError
from ablation.results import open_store
from ablation.trackers import check_installed, read_trackers, result_line, send_missing
from ablation.trackers.logged_runs import logged_runs
from ablation.trackers.tracker import Tracker
from tests.trackers.planted import DIVERGED, FAILED, plant, row


class Fake:
    """A tracker in memory; `fails_at` is the number of a run that it refuses, `forgets` keeps none."""

    place, fails_at, forgets = "memory", None, False

    def __init__(self):
        self.there, self.order = {}, []

    def sent(self, keys):
        return {key: run.is_failed for key, run in self.there.items() if key in keys}

    def send(self, run):
        if len(self.order) == self.fails_at:
            raise ConnectionError("no route\nto host")
        self.order.append(run.key)
        if not self.forgets:
            self.there[run.key] = run

    def close(self):
        pass


@pytest.fixture
def fake(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = Fake()
    tracker = Tracker("fake", "json", "nowhere", lambda *_: found)
    monkeypatch.setattr("ablation.trackers.send.known", lambda: {"fake": tracker})
    plant(Path("runs/mine"))
    return found


def send():
    return send_missing("fake", None, open_store("runs/mine").scan(), "runs/mine")


def test_each_run_is_sent_once_and_new_ones_later(fake):
    assert (send().sent, send().sent) == (12, 0)
    done = row(FAILED, status="ok", responses={"loss": 0.5}, error=None)
    store = open_store("runs/mine")
    with store.claim(done.key) as claim:
        assert [run.key for run in logged_runs(store.scan(), Path("runs/mine"))].count(done.key) == 0
        store.commit(done, claim)
    assert (send().sent, send().sent) == (1, 0)
    assert [run.is_failed for run in fake.there.values()] == [False] * 12


def test_a_tracker_that_is_down_costs_a_sentence_and_the_rest_is_sent_later(fake):
    fake.fails_at = 5
    sent = send()
    assert (sent.sent, sent.there, sent.missing) == (5, 0, 7)
    assert result_line(sent, "runs/mine") == (
        "Warning: fake (memory): 7 runs not logged. ConnectionError: no route. The rows are kept; send what "
        "is missing later: ablation export runs/mine --to fake"
    )
    fake.fails_at = None
    assert result_line(send(), "runs/mine") == "fake (memory): 7 runs logged, 5 were there."
    assert len(fake.order) == len(set(fake.order)) == 12


def test_a_password_is_never_told(fake):
    fake.place, fake.fails_at = "http://me:secret@host/x", 0
    snapshot = open_store("runs/mine").scan()
    sent = send_missing("fake", "http://me:secret@host", snapshot, "runs/mine")
    assert "secret" not in f"{sent} {result_line(sent, 'runs/mine')}"
    assert "--uri http://me:***@host" in result_line(sent, "runs/mine")


def test_what_a_tracker_drops_without_an_error_is_noticed(fake):
    fake.forgets = True
    sent = send()
    assert (sent.sent, sent.missing) == (0, 12)
    assert "has not kept them" in sent.problem


def test_a_run_is_shown_with_its_flags_numbers_and_notes(fake):
    send()
    diverged, failed = fake.there[row(DIVERGED).key], fake.there[row(FAILED).key]
    assert diverged.name == "norm=false act=null seed=1"
    assert diverged.flags == {
        "norm": False, "model.act": None, "lr": 0.001, "units": [8, 4], "steps": 100, "note=@": "x, y",
        "seed": 1,
    }  # fmt: skip
    assert str(diverged.responses) == "{'seconds': 30.0, 'loss': nan, 'acc': 0.5}"
    assert str(diverged.history) == "{'history/loss': [2.0, nan]}"
    assert (diverged.is_failed, failed.is_failed) == (False, True)
    assert failed.notes["error"] == "RuntimeError: out of luck"
    assert failed.notes["report"] == Path("runs/mine/report/index.html").absolute().as_uri()


def test_keys_that_this_package_has_put_beside_the_apps_own_are_no_flags(fake):
    config = {
        "results.url": "here",
        "results.folder": "here",
        "name": "x",
        "seeds": [0],
        "analysis.alpha": 0.05,
    }
    store, added = open_store("runs/mine"), row(0, key="0" * 64)
    added = row(0, key="0" * 64, config={**added.config, **config})
    with store.claim(added.key) as claim:
        store.commit(added, claim)
    send()
    assert fake.there["0" * 64].flags.keys() == fake.there[row(0).key].flags.keys()


@pytest.mark.parametrize(
    ("setting", "found"),
    [
        (None, {}),
        ("mlflow", {"mlflow": None}),
        (["mlflow", "wandb"], {"mlflow": None, "wandb": None}),
        ({"mlflow": "http://here", "wandb": None}, {"mlflow": "http://here", "wandb": None}),
    ],
)
def test_a_setting_is_a_name_a_list_or_names_with_their_places(setting, found):
    assert read_trackers(setting, "results.log") == found


@pytest.mark.parametrize("setting", [["nonsense"], 5, [5], {"mlflow": 5}, "mlflow,wandb"])
def test_what_is_no_tracker_is_refused(setting):
    with pytest.raises(UsageError, match=r"^results.log: expected .*tensorboard.*Received: "):
        read_trackers(setting, "results.log")


def test_a_package_that_is_absent_is_named_with_what_installs_it(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "wandb", raising=False)
    (tmp_path / "wandb").mkdir()  # as W&B leaves one in the folder of its user
    with pytest.raises(UsageError, match=r"--to: expected wandb, .* pip install 'ablation-study\[wandb\]'"):
        check_installed(["wandb"], "--to")
