"""Offline runs of W&B 0.31.0, read back from its logs."""

import json
from pathlib import Path

from ablation.sources.wire import fields, leveldb_records, text
from tests.sources.planted import RUNS
from tests.sources.played import played
from tests.sources.test_wandb_server import node
from tests.trackers.conformance import TrackerConformance


class TestWandb(TrackerConformance):
    name, place = "wandb", "wandb"

    def prepare(self, monkeypatch):
        for name, value in {"MODE": "offline", "SILENT": "true", "DIR": str(Path.cwd())}.items():
            monkeypatch.setenv(f"WANDB_{name}", value)
        import wandb

        wandb.teardown()  # it has read its settings in an earlier test

    def history(self):
        """The protobufs of `history` records: field 2 of a record, its items field 1."""
        keys = {self._id(run.key): run.key for run in self.runs()}
        found = {}
        for path in Path(self.place).glob("*/run-*.wandb"):
            values = found.setdefault(keys[path.stem.removeprefix("run-")], {})
            for record in leveldb_records(path.read_bytes(), 7):
                for number, content in fields(record):
                    for n, item in fields(content) if number == 2 else ():
                        parts = list(fields(item)) if n == 1 else []
                        name = ".".join(text(part) for i, part in parts if i in (1, 2))
                        if name:
                            value = json.loads(next(text(part) for i, part in parts if i == 16))
                            values.setdefault(name, []).append(float(value))
        return found

    def _id(self, key):
        from ablation.trackers.wandb import _Group

        return _Group("mine", None)._id(key)

    def test_on_a_server_what_has_ended_is_there(self, monkeypatch):
        import wandb

        from ablation.trackers.wandb import _Group

        runs, asked = self.runs()[:3], []
        nodes = [
            {**node(RUNS[0]), "name": self._id(run.key), "state": state}
            for run, state in zip(runs, ("finished", "failed", "running"), strict=True)
        ]
        page = {
            "edges": [{"node": each, "cursor": "x"} for each in nodes],
            "pageInfo": {"hasNextPage": False},
        }

        def answer(_path, body, _headers):
            query = json.loads(body)
            if "query Runs(" not in query["query"]:
                return 200, b'{"data": {"viewer": {"id": "1", "username": "me", "entity": "me"}}}'
            asked.append(json.loads(query["variables"]["filters"]))
            return 200, json.dumps({"data": {"project": {"internalId": "5", "runs": page}}}).encode()

        with played(answer) as address:
            for name, value in {
                "MODE": "online",
                "BASE_URL": address,
                "API_KEY": f"local-{'0' * 40}",
            }.items():
                monkeypatch.setenv(f"WANDB_{name}", value)
            wandb.teardown()
            found = _Group("mine", "me/planted").sent([run.key for run in runs])
        assert found == {runs[0].key: False, runs[1].key: True}
        assert asked == [{"group": "mine"}]

    def midst(self):
        import wandb

        return wandb.sdk.wandb_run.Run, "log"
