"""A slip costs nothing that is finished: neither runs, nor the record, nor the report."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ablation.errors import UsageError
from ablation.results import open_store, read
from ablation.results.folder.store import FolderStore
from ablation.sweep import main
from tests.sweep import toy


@pytest.fixture
def n_scans(monkeypatch):
    """How often stores have been read as a whole."""
    scan, seen = FolderStore.scan, []

    def counting(self):
        seen.append(self)
        return scan(self)

    monkeypatch.setattr(FolderStore, "scan", counting)
    return lambda: len(seen)


@pytest.fixture
def published(tmp_path):
    """What a finished study has published: name → content."""
    folder = tmp_path / "runs/toy"
    paths = ("study.json", "results.csv", "report/index.html", "report/effects.json", "report/report.md")
    return lambda: {path: (folder / path).read_bytes() for path in paths}


def hooked(hook):
    """The toy app with a function that is called after a sweep."""
    return main(config_path="conf", schema=toy.Toy, unkeyed=toy.UNKEYED, after=hook)(toy.run)


def test_a_store_is_read_once_before_a_sweep_and_once_after(run_toy, n_scans):
    run_toy("-m")
    assert n_scans() == 2
    run_toy("-m")
    assert n_scans() == 3, "nothing to do"
    run_toy("-m", "analysis.response=loss", "+analysis.responses=[loss]")
    assert n_scans() == 4, "nothing to train, but another record to report by"


def test_what_is_called_after_a_sweep_gets_what_was_read(run_toy, n_scans):
    seen = []
    run_toy("-m", entry=hooked(lambda config, folder: seen.append((config.name, folder))))
    assert seen == [("toy", "runs/toy")]

    def look(_config, _folder, snapshot, study):
        seen.append((len(snapshot.rows), snapshot.record.study, study.main.analysis.n_runs))

    run_toy("-m", "name=other", entry=hooked(look))
    assert seen[1:] == [(8, "other", 8)]
    assert n_scans() == 4


def test_a_response_that_no_run_measures_stops_a_sweep_after_its_first_run(run_toy, trainings, tmp_path):
    code, shown = run_toy("-m", "analysis.response=los")
    assert code == 2
    assert "analysis.response: expected one of loss. Received: los" in shown
    assert "Traceback" not in shown
    assert len(trainings()) == 1
    assert not (tmp_path / "runs/toy/report").exists()
    assert run_toy("-m")[0] == 0
    assert len(trainings()) == 8, "that run was kept"


@pytest.mark.slow
def test_a_wrong_response_stops_processes_after_a_run_each(run_toy, trainings):
    several = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "hydra.launcher.batch_size=1")
    code, shown = run_toy("-m", "analysis.response=los", "rate=0.1,0.2,0.3", *several)
    assert code == 2, shown
    assert "expected one of loss" in shown
    assert len(trainings()) <= 2


def test_a_wrong_response_in_new_cells_leaves_the_record_and_the_report(run_toy, trainings, published):
    run_toy("-m")
    before = published()
    code, _ = run_toy("-m", "analysis.response=los", "rate=0.5")
    assert code == 2
    assert len(trainings()) == 9
    assert published() == before


def test_a_cell_that_lacks_the_response_stops_the_sweep_too(run_toy, trainings, tmp_path):
    def forgetful(config, seeds):
        for outcome in toy.run(config, seeds):
            keep = config.flags.activation != "elu"
            yield outcome if keep else replace(outcome, responses={"mae": 1.0})

    app = main(config_path="conf", schema=toy.Toy, unkeyed=toy.UNKEYED)(forgetful)
    code, shown = run_toy("-m", "hydra.sweeper.order=null", entry=app)
    assert code == 1
    assert "failed: norm=false activation=elu: UsageError: analysis.response: expected one of mae" in shown
    assert len(trainings()) == 3
    assert (tmp_path / "runs/toy/report/index.html").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["hydra/launcher=joblib", "hydra.launcher.n_jobs=0"], "hydra.launcher.n_jobs: expected a number of"),
        (["flags.norm=true", "analysis.numeric=[flags.norm]"], "analysis.numeric: expected factors of this"),
        (["flags.norm=true", "analysis.response=los"], "analysis.response: expected one of loss"),
        (["rate=0.5", "hydra.sweeper.design=fractional", "hydra.sweeper.runs=3"], "runs"),
        (["flags.norm=true", "seeds=[0,0]"], "seeds: expected different integers"),
        (["rate=0.5", "rate=0.1,0.2"], "rate: expected levels, or one value. Received both: rate=0.5 and"),
    ],
)
def test_a_setting_that_means_nothing_is_told_before_anything_is_written(
    run_toy, trainings, published, arguments, expected
):
    run_toy("-m")
    before = published()
    code, shown = run_toy("-m", *arguments)
    assert code == 2
    assert expected in shown
    assert published() == before
    assert len(trainings()) == 8


def test_a_smaller_design_counts_what_it_leaves_out_and_names_the_way_back(run_toy, tmp_path):
    run_toy("-m")
    command = open_store(tmp_path / "runs/toy").load_record().command
    code, shown = run_toy("-m", "flags.norm=true")
    assert code == 0
    assert "4 finished runs of the study not in this design: kept, but not in its report." in shown
    assert f"The report of the design before comes back with: {command}" in shown
    assert len(read(tmp_path / "runs/toy")) == 8
    assert open_store(tmp_path / "runs/toy").load_record().factors == {"flags.activation": ["relu", "elu"]}


def test_a_design_of_one_cell_replaces_no_report(run_toy, published, trainings):
    run_toy("-m")
    before = published()
    code, shown = run_toy("-m", "flags.norm=true", "flags.activation=relu")
    assert code == 0
    assert "allow no analysis" in shown
    assert "The report that was there stays" in shown
    assert published() == before
    assert len(trainings()) == 8
    run_toy("-m", "flags.norm=true", "flags.activation=relu", "seeds=[0,1,2]")
    assert len(trainings()) == 9
    after = published()
    assert {name for name in before if before[name] != after[name]} == {"results.csv"}, "which has every run"


def test_a_design_of_which_every_run_fails_replaces_no_report(run_toy, published, tmp_path):
    run_toy("-m")
    before = published()
    code, shown = run_toy("-m", "flags.activation=selu,gelu", "fault=selu:raise", "seeds=[5]")
    assert code == 1
    published_again = published()
    del before["results.csv"], published_again["results.csv"]
    assert published_again == before or "allow no analysis" not in shown
    run_toy("-m", "flags.activation=a", "flags.norm=true", "fault=a:raise", "seeds=[5]")
    kept = json.loads((tmp_path / "runs/toy/report/effects.json").read_text())
    assert kept["responses"][0]["obstacle"] is None


def test_views_are_not_emptied(run_toy, tmp_path):
    run_toy("-m")
    before = (tmp_path / "runs/toy/results.csv").read_bytes()
    elsewhere = f"results.url={tmp_path}/empty"
    run_toy("-m", elsewhere, "fault=relu:raise", "flags.activation=relu", "hydra.sweeper.retries=0")
    assert (tmp_path / "runs/toy/results.csv").read_bytes() == before
    assert (
        json.loads((tmp_path / "runs/toy/report/effects.json").read_text())["responses"][0]["obstacle"]
        is None
    )


@pytest.mark.parametrize("mode", [(), ("-m",), ("-m", "hydra/launcher=joblib")])
def test_a_folder_that_cannot_be_made_is_a_sentence(run_toy, trainings, tmp_path, mode):
    (tmp_path / "runs").write_text("a file")
    code, shown = run_toy(*mode)
    assert code == 2
    assert "runs" in shown
    assert "Traceback" not in shown
    assert trainings() == []


def test_a_folder_for_views_that_cannot_be_made_is_told_before_anything_is_trained(
    run_toy, trainings, tmp_path
):
    (tmp_path / "file").write_text("")
    code, shown = run_toy("-m", "results.folder=file/x", "results.url=rows")
    assert code == 2
    assert "file" in shown
    assert trainings() == []


def test_a_file_that_an_app_misses_is_no_fault_of_the_folder(run_toy):
    def reading(config, seeds):
        Path("no such file").read_text()
        yield from toy.run(config, seeds)

    app = main(config_path="conf", schema=toy.Toy, unkeyed=toy.UNKEYED)(reading)
    with pytest.raises(FileNotFoundError):
        run_toy("seeds=[0]", entry=app)


def test_a_sweep_stops_itself_alone(run_toy, trainings, tmp_path, monkeypatch):
    """While one sweep is under way, another of the same study fails and stops."""
    from ablation.sweep import study_sweep

    launch, n_launches = study_sweep.launch, []

    def fail_meanwhile(*arguments):
        n_launches.append(1)
        if len(n_launches) == 1:
            stopped = ("hydra.sweeper.on_failure=stop", "hydra.sweeper.order=null")
            code, shown = run_toy("-m", "rate=0.7,0.8", "fault=elu:raise", *stopped)
            assert code == 1
            assert "The first failure stopped the sweep" in shown
        return launch(*arguments)

    monkeypatch.setattr(study_sweep, "launch", fail_meanwhile)
    stop = "hydra.sweeper.on_failure=stop"
    _, shown = run_toy("-m", stop)
    assert "is training" not in shown
    assert "The first failure stopped the sweep" not in shown
    assert sum(" 0.1 " in line for line in trainings()) == 8
    assert len(list((tmp_path / "runs/toy/stops").iterdir())) == 1


def test_a_mistake_while_training_puts_the_record_back(run_toy, published):
    def refusing(_config, _seeds):
        raise UsageError("rate: expected less. Received: 0.5")
        yield

    run_toy("-m")
    before = published()
    app = main(config_path="conf", schema=toy.Toy, unkeyed=toy.UNKEYED)(refusing)
    code, shown = run_toy("-m", "rate=0.5", entry=app)
    assert (code, "rate: expected less" in shown) == (2, True)
    assert published() == before
