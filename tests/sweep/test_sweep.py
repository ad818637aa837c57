"""A sweep of somebody else's app, from the command line to the report."""

import json
from dataclasses import dataclass, field, make_dataclass
from pathlib import Path

import pandas as pd
import pytest
from omegaconf import MISSING

from ablation.errors import UsageError
from ablation.results import open_store, read
from ablation.sweep import Outcome, main
from tests.sweep import toy

TOY_CONF = Path(toy.__file__).parent / "conf"


def test_a_sweep_trains_every_cell_with_every_seed_and_reports(run_toy, trainings, tmp_path):
    code, shown = run_toy("-m")

    assert code == 0
    assert len(trainings()) == 8
    assert "4 cells × 2 seeds = 8 runs, 0 done" in shown
    table = read(tmp_path / "runs/toy")
    assert len(table) == 8
    assert set(table["status"]) == {"ok"}
    assert list(table["flags.norm"].cat.categories) == [False, True]
    assert list(table["flags.activation"].cat.categories) == ["relu", "elu"]
    assert {"commit", "python", "device", "started", "seconds", "loss"} <= set(table.columns)
    for name in ("results.csv", "results.parquet", "report/index.html"):
        assert (tmp_path / "runs/toy" / name).stat().st_size > 0


def test_the_report_finds_the_effects_that_the_app_planted(run_toy, tmp_path):
    run_toy("-m", "seeds=[0,1,2,3]", "rate=0.0")

    effects = pd.read_csv(tmp_path / "runs/toy/report/tables/effects.csv").set_index("factor")
    for factor, planted in (("flags.norm", -20.0), ("flags.activation", -10.0)):
        assert effects.loc[factor, "percent_low"] < planted < effects.loc[factor, "percent_high"]
        assert effects.loc[factor, "p_adjusted"] < 0.001


def test_running_again_trains_nothing(run_toy, trainings):
    run_toy("-m")
    code, shown = run_toy("-m")

    assert code == 0
    assert "8 done" in shown
    assert len(trainings()) == 8


def test_a_new_level_a_new_seed_and_a_new_factor_repeat_no_finished_run(run_toy, trainings):
    run_toy("-m")
    run_toy("-m", "flags.activation=relu,elu,selu")
    assert len(trainings()) == 12
    run_toy("-m", "seeds=[0,1,2]")
    assert len(trainings()) == 16
    run_toy("-m", "rate=0.1,0.2")
    assert len(trainings()) == 24
    assert len(set(trainings())) == 24


def test_a_single_run_counts_in_the_sweep(run_toy, trainings):
    code, shown = run_toy("flags.norm=true", "flags.activation=elu", "seeds=[1]")
    assert code == 0
    assert "seed 1: ok, loss" in shown
    run_toy("-m")
    assert len(trainings()) == 8


def test_the_report_is_about_the_last_design_alone(run_toy, tmp_path):
    run_toy("-m", "rate=0.5")
    run_toy("-m")

    record = json.loads((tmp_path / "runs/toy/study.json").read_text())
    assert len(record["keys"]) == 8
    assert len(read(tmp_path / "runs/toy")) == 16
    assert "= 8 runs; 8 finite" in (tmp_path / "runs/toy/report/report.md").read_text()


def test_a_failed_run_costs_itself_alone_and_is_tried_again(run_toy, tmp_path):
    code, shown = run_toy("-m", "fault=elu:raise", "name=ill")

    assert code == 1
    assert shown.count("failed: ") == 2 * 4 + 4, "every attempt at once, every failed run at the end"
    assert "RuntimeError: out of luck (log: runs/ill/jobs/" in shown
    log = shown.partition("(log: ")[2].partition(")")[0]
    assert "out of luck" in (tmp_path / log).read_text()
    assert len(read(tmp_path / "runs/ill")) == 4
    attempts = open_store(tmp_path / "runs/ill").scan().attempts
    assert [[a.status for a in each] for each in attempts.values()] == [["error"] * 2] * 4, (
        "both seeds, tried twice"
    )
    assert "4 finite, 4 missing" in (tmp_path / "runs/ill/report/report.md").read_text()

    code, _ = run_toy("-m", "name=ill")
    assert code == 0
    assert len(read(tmp_path / "runs/ill")) == 8


def test_an_app_that_is_silent_on_a_seed_has_failed(run_toy):
    def silent(_, seeds):
        yield Outcome(seeds[0], {"loss": 1.0})

    code, shown = run_toy(
        "-m", "hydra.sweeper.retries=0", entry=main(config_path=TOY_CONF, schema=toy.Toy)(silent)
    )
    assert code == 1
    assert "Expected an outcome for each seed. Received none for [1]" in shown


def test_a_diverged_run_is_a_row_without_a_number_and_final(run_toy, trainings, tmp_path):
    code, _ = run_toy("-m", "fault=elu:diverge")

    assert code == 0
    table = read(tmp_path / "runs/toy")
    assert sorted(table["status"]) == ["diverged"] * 4 + ["ok"] * 4
    assert table.loc[table["status"] == "diverged", "loss"].isna().all()
    before = len(trainings())
    run_toy("-m")
    assert len(trainings()) == before
    assert "4 finite, 4 diverged" in (tmp_path / "runs/toy/report/report.md").read_text()


def test_a_changed_default_that_rows_relied_on_is_refused(run_toy, trainings):
    run_toy("-m")
    n_before = len(trainings())

    @dataclass
    class Later(toy.Toy):
        rate: float = 0.3

    code, shown = run_toy("-m", entry=main(config_path="conf", schema=Later, unkeyed=toy.UNKEYED)(toy.run))
    assert code == 2
    assert "rate was 0.1 and is now 0.3" in shown
    assert len(trainings()) == n_before


def test_a_new_key_with_a_default_repeats_no_finished_run(run_toy, trainings):
    run_toy("-m")

    @dataclass
    class Grown(toy.Toy):
        residual: bool = False

    grown = main(config_path="conf", schema=Grown, unkeyed=toy.UNKEYED)(toy.run)
    run_toy("-m", "residual=false,true", entry=grown)
    assert len(trainings()) == 16


def test_a_default_that_changed_after_older_rows_is_refused(run_toy, trainings):
    def app(default):
        @dataclass
        class Grown(toy.Toy):
            residual: bool = default

        return main(config_path="conf", schema=Grown, unkeyed=toy.UNKEYED)(toy.run)

    run_toy("-m")
    run_toy("-m", entry=app(False))  # nothing is trained; the study knows the entry now
    code, shown = run_toy("-m", entry=app(True))
    assert code == 2
    assert "residual was false and is now true" in shown
    code, shown = run_toy(entry=app(True))
    assert code == 2, "a single run is refused as well"
    assert len(trainings()) == 8


def test_a_removed_entry_is_another_run(run_toy, trainings):
    @dataclass
    class Augmented(toy.Toy):
        augment: dict[str, float] = field(default_factory=lambda: {"flip": 0.5, "crop": 1.0})

    app = main(config_path="conf", schema=Augmented, unkeyed=toy.UNKEYED)(toy.run)
    assert run_toy("seeds=[0]", entry=app)[0] == 0
    assert run_toy("seeds=[0]", "~augment.flip", entry=app)[0] == 0
    assert len(trainings()) == 2
    assert run_toy("seeds=[0]", "~augment.flip", entry=app)[0] == 0
    assert len(trainings()) == 2


def test_a_schema_may_leave_an_entry_to_the_user(run_toy, trainings):
    @dataclass
    class Open(toy.Toy):
        width: int = MISSING

    app = main(config_path="conf", schema=Open, unkeyed=toy.UNKEYED)(toy.run)
    assert run_toy("-m", "width=3", entry=app)[0] == 0
    assert len(trainings()) == 8
    assert run_toy("-m", entry=app)[0] == 2


def test_signs_before_a_key_change_neither_the_key_nor_the_seeds(run_toy, trainings):
    assert run_toy("-m", "++flags.norm=true", "++seeds=[7]", "++rate=0.1,0.2")[0] == 0
    assert sorted(trainings()) == [
        f"True {activation} {rate} 7" for activation in ("elu", "relu") for rate in (0.1, 0.2)
    ]


def test_a_response_that_no_run_has_stops_a_sweep_that_has_runs(run_toy, trainings, tmp_path):
    run_toy("-m")
    page = tmp_path / "runs/toy/report/index.html"
    before = page.read_bytes()
    code, shown = run_toy("-m", "analysis.response=los", "seeds=[0,1,2]")
    assert (code, len(trainings())) == (2, 8)
    assert "analysis.response: expected one of loss. Received: los" in shown
    assert page.read_bytes() == before


def test_a_cell_that_the_app_refuses_costs_itself_alone(run_toy, tmp_path):
    def refusing(config, seeds):
        if config.flags.activation == "elu":
            raise UsageError("elu: expected another. Received: elu")
        yield from toy.run(config, seeds)

    app = main(config_path="conf", schema=toy.Toy, unkeyed=toy.UNKEYED)(refusing)
    code, shown = run_toy("-m", entry=app)
    assert code == 1
    assert "UsageError: elu: expected another" in shown
    assert len(read(tmp_path / "runs/toy")) == 4
    assert (tmp_path / "runs/toy/report/index.html").exists()
    code, shown = run_toy("-m", "flags.activation=elu", entry=app)
    assert code == 2, "all cells, and for one reason"


def test_a_row_that_came_after_the_table_is_reported_whatever_its_date(run_toy, tmp_path):
    run_toy("-m")
    table = tmp_path / "runs/toy/results.parquet"
    pd.read_parquet(table).iloc[1:].to_parquet(table, index=False)
    for view in ("results.csv", "report/report.md", "report/index.html"):
        (tmp_path / "runs/toy" / view).touch()
    _, shown = run_toy("-m")
    assert "Nothing is left to do" not in shown
    assert len(pd.read_parquet(table)) == 8
    _, shown = run_toy("-m")
    assert "Nothing is left to do" in shown


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-m", "flags.foo=true,false"], "flags.foo: no such key. Valid keys of flags: activation, norm"),
        (["flags.foo=true"], "flags.foo: no such key. Valid keys of flags: activation, norm"),
        (["foo=1"], "foo: no such key. Valid keys: analysis, fault, flags, name"),
        (["-m", "flags.norm=true,true"], "flags.norm: expected each level once"),
        (["-m", "flags.norm=true,True"], "flags.norm: expected each level once"),
        (["-m", "flags.norm=maybe,true"], "flags.norm: expected true or false. Received: 'maybe'"),
        (["-m", "+hydra.sweeper.params.rate="], "hydra.sweeper.params.rate: expected levels"),
        (["-m", "rate=choice()"], "rate"),
        (["-m", "hydra.sweeper.replicates=0"], "hydra.sweeper.replicates: expected at least 1"),
        (["-m", "seeds=[-1]"], "seeds: expected different integers from 0"),
        (["-m", "seeds=[]"], "seeds: expected different integers from 0"),
        (["-m", "seeds=[1,1]"], "seeds: expected different integers from 0"),
        (["-m", "seeds=0,1"], "seeds: expected one list, such as seeds=[0,1,2]"),
        (["seeds=[0.5]"], "seeds"),
        (["-m", "seconds=0,1"], "Expected factors that change what a run gives. Received: seconds"),
        (["-m", "rate=interval(0,1)"], "rate: expected a list of levels"),
        (["-m", "hydra.sweeper.replicates=1,2"], "Sweeping over Hydra's configuration is not supported"),
        (["-m", "hydra/launcher=nope"], "nope"),
        (["-m", "rate=["], "Expected KEY=VALUE, with quotes around a text"),
        (["-m", "analysis.direction=up"], "analysis.direction: expected lower or higher. Received: up"),
        (["-m", "+analysis.directions.seconds=up"], "analysis.directions.seconds: expected lower or higher"),
        (["-m", "++analysis.margin=-1"], "analysis.margin: expected a number above 0"),
        (["-m", "hydra.sweeper.order=-1"], "hydra.sweeper.order: expected 0 or more"),
        (
            ["-m", "hydra.sweeper.design=fractional", "hydra.sweeper.resolution=[3]"],
            "resolution: expected III, IV or V",
        ),
    ],
)
def test_a_mistake_is_a_sentence_before_anything_is_trained(run_toy, trainings, arguments, expected):
    code, shown = run_toy(*arguments)

    assert code == 2
    assert expected in shown
    assert "Traceback" not in shown
    assert trainings() == []


@pytest.mark.parametrize("level", ["<script>", "None", "NA", "=1+1", "../x", "é😀", "x" * 300, "__import__"])
def test_unusual_levels_come_back_as_they_are(run_toy, tmp_path, level):
    quoted = level.replace("'", "\\'")
    code, _ = run_toy("-m", f"flags.activation=relu,'{quoted}'")

    assert code == 0
    table = read(tmp_path / "runs/toy")
    assert list(table["flags.activation"].cat.categories) == ["relu", level]
    assert {p.name for p in tmp_path.iterdir()} == {"runs", "trained.txt"}


def test_seeds_of_a_file_are_those_of_a_sweep(run_toy, tmp_path):
    @dataclass
    class Told(toy.Toy):
        seeds: list[int] = field(default_factory=lambda: [5, 6])

    told = main(config_path="conf", schema=Told, unkeyed=toy.UNKEYED)(toy.run)
    assert run_toy("-m", "hydra.sweeper.replicates=1", entry=told)[0] == 0
    assert set(read(tmp_path / "runs/toy")["seed"]) == {5, 6}
    code, shown = run_toy("-m", "hydra.sweeper.replicates=3", entry=told)
    assert code == 2
    assert "Remove one of them" in shown


def test_a_level_that_is_a_group_is_refused_with_a_sentence(run_toy):
    code, shown = run_toy("-m", "flags={norm:true},{norm:false}")
    assert code == 2, shown
    assert "Traceback" not in shown


@pytest.mark.parametrize("name", ["cell", "key", "status"])
def test_a_factor_called_as_a_column_of_every_table_is_refused(run_toy, trainings, name):
    named = make_dataclass("Named", [(name, str, field(default="a"))], bases=(toy.Toy,))
    entry = main(config_path="conf", schema=named, unkeyed=toy.UNKEYED)(toy.run)
    code, shown = run_toy("-m", f"{name}=a,b", entry=entry)
    assert code == 2
    assert f"Received: {name}. Call the key otherwise" in shown
    assert trainings() == []
