"""What every tracker promises. The tests of one more inherit `TrackerConformance`, as those of all do.

class TestMine(TrackerConformance):
    name = "mine"
"""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from ablation.results import open_store
from ablation.sources import read
from ablation.trackers import registry, send_missing
from ablation.trackers.logged_runs import logged_runs
from ablation.trackers.tracker import as_texts
from tests.trackers.planted import FAILED, plant, row


class TrackerConformance:
    """Inherit it, and say where the real package keeps runs. `history` reads them with the package itself.

    Attributes:
        name: of the tracker.
        uri: where it is to log; in the folder of the test.
        place: what `ablation.sources` reads of it.
        settings: for that.
        failed: the source's word for a failed run; empty where it has none.
        tolerance: relative, where the tracker keeps 32-bit floats.
        renamed: our name → the tracker's, where it cannot be the same.
    """

    name: str
    uri: str | None = None
    place: str
    settings: dict[str, str] = {}  # noqa: RUF012
    failed: str = "failed"
    tolerance: float = 0.0
    renamed: dict[str, str] = {}  # noqa: RUF012

    @pytest.fixture(autouse=True)
    def _study(self, tmp_path, monkeypatch):
        package = registry.known()[self.name].package
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed: nox -s trackers has it")
        monkeypatch.chdir(tmp_path)
        self.home = tmp_path
        self.prepare(monkeypatch)
        plant(Path("runs/mine"))

    def prepare(self, monkeypatch):
        """Settings of the package, before it is imported."""

    def send(self):
        return send_missing(self.name, self.uri, open_store("runs/mine").scan(), "runs/mine")

    def runs(self):
        return logged_runs(open_store("runs/mine").scan(), Path("runs/mine"))

    def history(self) -> dict[str, dict[str, list[float]]]:
        """Key → name → the values in the order of their steps, read by the real package."""
        raise NotImplementedError

    def test_what_was_logged_is_read_back_and_equals_the_rows(self):
        sent = self.send()
        assert (sent.problem, sent.sent, sent.there, sent.missing) == ("", 12, 0, 0)
        table = read(self.place, **self.settings)
        assert len(table) == 12
        for run in self.runs():
            own = {self.renamed.get(k, k): v for k, v in run.flags.items()}
            columns = {k: f"response.{k}" if k in own else k for k in run.responses}
            found = table[_same(table, "norm", own["norm"]) & _same(table, "model.act", own["model.act"])]
            (found,) = found[found["seed"] == own["seed"]].to_dict("records")
            for name, value in own.items():
                assert _text(found[name]) == _text(value), name
            for name, value in run.responses.items():
                assert found[columns[name]] == pytest.approx(value, rel=self.tolerance, abs=0, nan_ok=True)
            if self.failed:
                assert (found["status"] == self.failed) == run.is_failed

    def test_histories_are_there_step_by_step(self):
        self.send()
        found = self.history()
        for run in self.runs():
            for name, values in run.history.items():
                got = found[run.key][name]
                assert got == pytest.approx(list(values), rel=self.tolerance, abs=0, nan_ok=True)

    def test_nothing_is_sent_twice_and_a_run_that_succeeds_replaces_its_failure(self):
        assert self.send().sent == 12
        before = self.contents()
        again = self.send()
        assert (again.sent, again.there, again.problem) == (0, 12, "")
        assert self.contents() == before
        store, done = open_store("runs/mine"), row(FAILED, status="ok", responses={"loss": 0.5}, error=None)
        with store.claim(done.key) as claim:
            store.commit(done, claim)
        assert (self.send().sent, self.send().sent) == (1, 0)
        table = read(self.place, **self.settings)
        assert len(table) == 12
        assert table["loss"].min() == 0.5
        assert "status" not in table or (table["status"] != self.failed).all()

    def test_what_a_kill_left_half_sent_is_sent_again(self, monkeypatch):
        session = registry.known()[self.name].open("mine", Path("runs/mine"), self.uri)
        runs = self.runs()
        session.sent([run.key for run in runs])
        for run in runs[:3]:
            session.send(run)
        with monkeypatch.context() as patched:
            patched.setattr(*self.midst(), _interrupted)
            with pytest.raises(KeyboardInterrupt):
                session.send(runs[3])
        sent = self.send()
        assert (sent.sent, sent.there, sent.problem) == (9, 3, "")
        assert len(read(self.place, **self.settings)) == 12

    def midst(self) -> tuple[type, str]:
        """A class of the real package, and its method that is called while a run is being sent."""
        raise NotImplementedError

    def contents(self) -> object:
        """What must not change when nothing is sent."""
        return read(self.place, **self.settings).to_json()


def _interrupted(*_args, **_more):
    raise KeyboardInterrupt


def _same(table, column, value):
    return table[column].map(_text) == _text(value)


def _text(value: object) -> str:
    """A flag as a text, whether a source gives it as it was or as JSON has it."""
    (text,) = as_texts({"": value.item() if hasattr(value, "item") else value}).values()
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return json.dumps(int(found) if isinstance(found, float) and found.is_integer() else found)
