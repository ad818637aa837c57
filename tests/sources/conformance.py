"""What every source promises. The tests of one more inherit `SourceConformance`, as those of all do.

class TestMine(SourceConformance):
    archive, place = "mine", "mine.db"
"""

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from ablation.cli.dispatch import run
from ablation.errors import UsageError
from ablation.report.__main__ import main
from ablation.sources import read, recognised
from tests.sources.planted import RUNS, unpack


class SourceConformance:
    """Inherit it, and say what the real tool has written, and where.

    Attributes:
        archive: name of the file in `written/`; its folder has the tool's files.
        place: the source in this folder.
        kind: its entry in the registry.
        settings: that it needs to be read.
        columns: our name → the tool's, for `act`, `optimizer`, `seed` and `loss`.
        failed: the tool's word for a failed run; empty where it has none.
        tolerance: relative, of numbers that the tool has rounded.
    """

    archive: str
    place: str = ""
    kind: str = ""
    settings: dict[str, str] = {}  # noqa: RUF012
    columns: dict[str, str] = {}  # noqa: RUF012
    failed: str = "FAILED"
    tolerance: float = 0.0

    @pytest.fixture(autouse=True)
    def _unpacked(self, tmp_path, monkeypatch):
        self.folder = unpack(self.archive, tmp_path)
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        monkeypatch.setattr("signal.signal", lambda *_: None)  # the test runner keeps its handlers

    @property
    def source(self) -> str:
        return str(self.folder / self.place)

    def name(self, ours: str) -> str:
        usual = {"optimizer": "opt.name"}
        return self.columns.get(ours, usual.get(ours, ours))

    def expected(self) -> pd.DataFrame:
        rows = [
            {
                self.name("act"): run.act,
                self.name("optimizer"): run.optimizer,
                self.name("seed"): run.seed,
                self.name("loss"): None if run.fails else run.loss,
            }
            for run in RUNS
        ]
        return pd.DataFrame(rows)

    def report(self, *more: str) -> int:
        words = [f"{key}={value}" for key, value in self.settings.items()]
        return main([self.source, *words, *more, "output=page", "figures=false"])

    def asked(self) -> list[str]:
        factors = f"factors=[{self.name('act')},{self.name('optimizer')}]"
        return [f"response={self.name('loss')}", factors, f"block={self.name('seed')}", "direction=lower"]

    def test_it_is_recognised(self):
        assert recognised(self.source).name == (self.kind or self.archive)

    def test_every_run_is_read_with_its_flags_and_its_response(self):
        found = read(self.source, **self.settings)
        keys = [self.name(key) for key in ("act", "optimizer", "seed")]
        expected = self.expected().sort_values(keys).reset_index(drop=True)
        found = found.sort_values(keys).reset_index(drop=True)
        assert found[keys].astype(object).to_dict("list") == expected[keys].to_dict("list")
        losses, planted = found[self.name("loss")], expected[self.name("loss")].astype(float)
        ended = found["status"] != self.failed if self.failed else losses.notna()
        assert (ended == planted.notna()).all()
        assert losses[ended].to_list() == pytest.approx(planted[ended].to_list(), rel=self.tolerance, abs=0)

    def test_one_command_gives_the_report_and_its_numbers_are_those_of_the_table(self):
        assert self.report(f"response={self.name('loss')}", "direction=lower") == 0
        found = json.loads(Path("page/effects.json").read_text())
        self.expected().to_csv("planted.csv", index=False)
        assert main(["table=planted.csv", *self.asked(), "output=planted", "figures=false"]) == 0
        planted = json.loads(Path("planted/effects.json").read_text())
        assert found["design"]["failed"] == planted["design"]["failed"] == 2
        assert found["design"]["block"] == self.name("seed")
        for part in ("effects", "verdicts", "best_cells", "anova"):
            ours, theirs = found["responses"][0][part], planted["responses"][0][part]
            assert len(ours) == len(theirs) > 0
            for one, other in zip(_sorted(ours), _sorted(theirs), strict=True):
                assert one.keys() == other.keys()
                for key in one.keys() - {"sentence"}:
                    value = other[key]
                    is_number = isinstance(value, float)
                    close = pytest.approx(value, rel=self.tolerance * 100 or 1e-9) if is_number else value
                    assert one[key] == close, key

    def test_reading_and_reporting_leave_the_source_as_it_was(self):
        before = _contents(self.folder)
        assert self.report(*self.asked()) == 0
        assert _contents(self.folder) == before

    def test_a_half_written_file_is_a_sentence_and_code_2(self, capsys):
        self.damage()
        before = _contents(self.folder)
        assert self.report(*self.asked()) == 2
        told = capsys.readouterr().err
        assert "xpected" in told
        assert "Received" in told
        assert str(self.folder) in told
        assert not Path("page").exists()
        assert _contents(self.folder) == before

    def damage(self) -> None:
        """Cut a file off, as when a disk is full."""
        path = Path(self.source)
        data = path.read_bytes()
        path.write_bytes(data[: len(data) * 2 // 3])

    def test_an_import_is_a_study_with_the_same_numbers_and_done_again_changes_nothing(self, capsys):
        words = [self.source, *(f"{key}={value}" for key, value in self.settings.items())]
        words += [f"response={self.name('loss')}", "direction=lower", "--to", "runs/it"]
        before = _contents(self.folder)
        assert run(["import", *words]) == 0
        assert _contents(self.folder) == before
        assert ("22 rows, 2 failed" if self.failed else "24 rows.") in capsys.readouterr().out
        first = _contents(Path("runs/it/rows"))
        assert run(["import", *words]) == 0
        assert _contents(Path("runs/it/rows")) == first
        assert run(["status", "it"]) == 0
        told = "22 of 24 runs done, 0 in work" if self.failed else "24 of 24 runs done (2 diverged)"
        assert told in capsys.readouterr().out
        assert main(["runs/it", "figures=false"]) == 0
        assert self.report(f"response={self.name('loss')}", "direction=lower") == 0
        study, source = (
            json.loads(Path(path, "effects.json").read_text()) for path in ("runs/it/report", "page")
        )
        assert _numbers(study, "effects") == pytest.approx(_numbers(source, "effects"))
        assert study["design"]["factors"] == source["design"]["factors"]

    def test_a_setting_that_is_none_is_refused_with_those_that_are(self):
        with pytest.raises(UsageError, match="Received: nonsense"):
            read(self.source, **self.settings, nonsense="1")


def _numbers(effects: dict, part: str) -> list[float]:
    rows = _sorted(effects["responses"][0][part])
    return [row[key] for row in rows for key in ("estimate", "se", "p_adjusted")]


def _sorted(rows: list[dict]) -> list[dict]:
    return sorted(rows, key=lambda row: json.dumps([row.get(k) for k in ("factor", "level", "term", "cell")]))


def _contents(folder: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in sorted(folder.rglob("*"))
    }
