"""The files of a report: all there, each whole, and none of an earlier report."""

import json
from dataclasses import replace

import pytest

from ablation.errors import UsageError
from ablation.report import load, write, write_report
from ablation.report.__main__ import main
from ablation.results import open_store


def names(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_all_files_are_there(study):
    folder = study()
    assert write_report(str(folder)) is True
    found = names(folder / "report")
    assert {"index.html", "report.md", "effects.json", "ols.txt"} <= found
    for table in ("verdicts", "effects", "cells", "best_cells", "anova", "robustness"):
        assert {f"tables/{table}.csv", f"tables/{table}.tex"} <= found
    drawn = {name for name in found if name.startswith("figures/")}
    assert {"figures/effects.svg", "figures/seeds.svg", "figures/residuals_fit.svg"} <= drawn
    assert all(name.endswith(".svg") for name in drawn)


def test_what_an_earlier_report_left_goes_and_what_others_left_stays(study):
    folder = study()
    write_report(str(folder))
    (folder / "report/notes.txt").write_text("mine")
    before = names(folder / "report")
    assert any("attention" in name for name in before)

    record = open_store(folder).load_record()
    keys = record.keys[:3] + record.keys[12:15]  # without attention and elu
    factors = {"flags.batch_norm": [False, True]}
    open_store(folder).save_record(replace(record, factors=factors, keys=keys))
    write_report(str(folder))
    after = names(folder / "report")
    assert not any("attention" in name for name in after)
    assert "notes.txt" in after

    write_report(str(folder), figures=False)
    assert not any(name.startswith("figures/") for name in names(folder / "report"))
    assert "notes.txt" in names(folder / "report")


def test_a_crash_in_between_leaves_whole_files_and_no_strays_forever(study, monkeypatch):
    folder = study()
    written = []
    real = write._Files._replace

    def stop(self, path, data):
        if len(written) == 5:
            raise KeyboardInterrupt
        written.append(path)
        real(self, path, data)

    monkeypatch.setattr(write._Files, "_replace", stop)
    with pytest.raises(KeyboardInterrupt):
        write_report(str(folder), figures=False)
    monkeypatch.undo()
    listed = json.loads((folder / "report" / write.MANIFEST).read_text())
    assert {str(path.relative_to(folder / "report")) for path in written} <= set(listed)
    write_report(str(folder), figures=False)
    assert not [name for name in names(folder / "report") if ".tmp-" in name]


def test_a_manifest_cannot_make_it_remove_files_elsewhere(study, tmp_path):
    folder = study()
    write_report(str(folder), figures=False)
    (tmp_path / "mine.txt").write_text("mine")
    manifest = folder / "report" / write.MANIFEST
    manifest.write_text(json.dumps(["../../mine.txt", str(tmp_path / "mine.txt")]))
    write_report(str(folder), figures=False)
    assert (tmp_path / "mine.txt").exists()


def test_a_folder_that_cannot_be_written_to_is_a_sentence(study):
    folder = study()
    (folder / "report").write_text("a file in the way")
    with pytest.raises(UsageError, match="Could not write"):
        write_report(str(folder), figures=False)


def test_a_figure_that_fails_costs_itself_alone(study, monkeypatch, capsys, report):
    from ablation.report import figures

    def broken(*_):
        raise ValueError("out of ink")

    monkeypatch.setattr(figures, "effects_forest", broken)
    folder = study()
    assert write_report(str(folder)) is True
    assert "ValueError: out of ink" in capsys.readouterr().out
    assert "could not be drawn" in report(folder)
    assert "figures/seeds.svg" in report(folder)


@pytest.mark.parametrize("how", [[], ["--json"]])
def test_the_page_of_rows_in_a_database_goes_into_this_folder(study, monkeypatch, tmp_path, how):
    """And no folder is called after the URL, which may have a password."""
    subject = load.load_study(str(study()))
    monkeypatch.setattr(load, "load_study", lambda *_: subject)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert main([*how, "postgresql+psycopg://me:secret@host/database#quick", "figures=false"]) == 0
    assert [path.name for path in here.iterdir()] == ["report"]
    assert (here / "report/index.html").exists()
