"""Apps of `@hydra.main` that know nothing of this package: how they become a study."""

import json
import sys
from pathlib import Path

import hydra
import numpy as np
import pytest
from omegaconf import DictConfig, OmegaConf

from ablation.results import open_store, read
from ablation.sweep import main
from ablation.sweep.status import main as show_status

NORM = "norm=false,true"


CONFIG = "seed: null\nnorm: false\nlr: 0.1\n"
GROUP = {"config": "defaults: [{net: a}, _self_]\n" + CONFIG, "net/a": "x: 1", "net/b": "x: 2"}


def train(cfg):
    return 1 - 0.2 * cfg.norm + 0.01 * (cfg.seed or 0) + cfg.lr


def test_a_number_is_the_response_and_each_seed_a_job(plain_app, rows):
    seen = []

    def task(cfg):
        seen.append((type(cfg), cfg.seed, hydra.core.hydra_config.HydraConfig.get().runtime.output_dir))
        return train(cfg)

    code, shown = plain_app(task, CONFIG, NORM, "lr=0.1,0.2", "hydra.sweeper.replicates=3")
    assert code == 0, shown
    assert "4 cells × 3 seeds = 12 runs, 0 done" in shown
    found = {(row.config["norm"], row.config["lr"], row.seed): row.responses["objective"] for row in rows()}
    assert len(found) == 12
    assert found[True, 0.2, 3] == pytest.approx(1 - 0.2 + 0.03 + 0.2)
    assert {kind for kind, *_ in seen} == {DictConfig}
    assert {seed for _, seed, *_ in seen} == {1, 2, 3}, "many apps take 0 for no seed"
    assert len({place for *_, place in seen}) == 12, "each run has a folder of its own"
    assert all("seed" not in row.config for row in rows())


def test_the_same_command_trains_nothing_and_a_longer_one_what_is_missing(plain_app, rows):
    trained = []
    plain_app(lambda cfg: trained.append(cfg.seed) or train(cfg), CONFIG, NORM)
    assert trained == [1, 1]
    plain_app(lambda cfg: trained.append(cfg.seed) or train(cfg), CONFIG, NORM, "hydra.sweeper.replicates=2")
    assert trained == [1, 1, 2, 2]
    assert len(rows()) == 4


def test_seeds_begin_with_that_of_the_configuration_and_may_be_swept(plain_app, rows):
    plain_app(train, "seed: 42\nnorm: false\nlr: 0.1\n", NORM, "hydra.sweeper.replicates=2")
    assert {row.seed for row in rows()} == {42, 43}
    plain_app(train, CONFIG, NORM, "seed=3,5")
    assert {row.seed for row in rows()} == {42, 43, 3, 5}
    plain_app(train, CONFIG, NORM, "seed=range(7,9)")
    assert {row.seed for row in rows()} == {42, 43, 3, 5, 7, 8}
    code, shown = plain_app(train, CONFIG, NORM, "seed=a,b")
    assert (code, "seed: expected integers" in shown) == (2, True)


def test_a_key_of_another_name_seeds_where_it_is_said_and_what_follows_it_is_in_no_key(plain_app, rows):
    config = "training: {rng: 0}\nnorm: false\nname: run_${training.rng}\n"
    seen = []

    def task(cfg):
        seen.append(cfg.name)
        return float(cfg.training.rng)

    code, shown = plain_app(
        task, config, NORM, "hydra.sweeper.replicates=2", "hydra.sweeper.seed_key=training.rng"
    )
    assert code == 0, shown
    assert sorted(seen) == ["run_0", "run_0", "run_1", "run_1"]
    assert len({row.cell for row in rows()}) == 2
    assert all("name" not in row.config for row in rows())
    code, shown = plain_app(task, config, NORM, "hydra.sweeper.seed_key=seed")
    assert code == 2
    assert "hydra.sweeper.seed_key: expected a key of the app. Received: seed" in shown


def test_one_nested_seed_is_found_and_several_are_asked_for(plain_app, rows):
    plain_app(lambda cfg: float(cfg.data.seed), "data: {seed: 4}\nnorm: false\n", NORM)
    assert {row.seed for row in rows()} == {4}
    code, shown = plain_app(train, "data: {seed: 4}\nmodel: {seed: 5}\nnorm: false\n", NORM)
    assert code == 2
    assert "the app has data.seed, model.seed. Name one" in shown


def test_without_a_seed_replicates_are_repetitions_and_must_differ(plain_app, rows):
    config = "norm: false\n"
    rng = np.random.default_rng(0)
    code, shown = plain_app(lambda cfg: cfg.norm + rng.normal(), config, NORM, "hydra.sweeper.replicates=2")
    assert code == 0, shown
    assert "No key seeds this app" in shown
    assert len(rows()) == 4
    code, shown = plain_app(lambda cfg: cfg.norm + 0.5, config, NORM, "+lr=1", "hydra.sweeper.replicates=3")
    assert code == 2
    assert "the same numbers twice" in shown
    assert len(rows()) < 4 + 6, "the sweep has stopped"


def test_a_mapping_gives_several_responses(plain_app, rows, record):
    def task(cfg):
        return {"val": {"loss": np.float32(0.5)}, "acc": 0.25 + cfg.norm, "note": "x"}

    chosen = ("hydra.sweeper.response=acc", "hydra.sweeper.direction=higher", "hydra.sweeper.margin=3")
    code, shown = plain_app(task, CONFIG, NORM, *chosen)
    assert code == 0, shown
    assert sorted(row.responses["acc"] for row in rows()) == [0.25, 1.25]
    assert {row.responses["val.loss"] for row in rows()} == {0.5}
    assert (record().response, record().direction, record().margin) == ("acc", "higher", 3)


@pytest.mark.parametrize(("line", "loss"), [("last", 2), ("best", 1)])
def test_a_file_in_the_folder_of_the_run_gives_them(plain_app, rows, line, loss):
    def task(_cfg):
        folder = Path(hydra.core.hydra_config.HydraConfig.get().runtime.output_dir)
        (folder / "metrics.csv").write_text("loss\n3\n1\n2\n")

    metrics = ("hydra.sweeper.metrics=metrics.csv", f"hydra.sweeper.metrics_line={line}")
    code, shown = plain_app(task, CONFIG, NORM, *metrics, "hydra.sweeper.response=loss")
    assert code == 0, shown
    assert [row.responses for row in rows()] == [{"loss": loss}] * 2


METRICS = ("hydra.sweeper.metrics=m.json", "hydra.sweeper.response=x")


@pytest.mark.parametrize(
    ("returned", "arguments", "sentence"),
    [
        ("good", (), "returns a number, or a mapping of names to numbers. Received: 'good' (str)"),
        (None, (), "name the file of the run: hydra.sweeper.metrics=metrics.json"),
        (0.5, METRICS, "hydra.sweeper.metrics: expected a file"),
    ],
)
def test_a_broken_contract_stops_the_sweep_at_the_first_run(
    plain_app, rows, tmp_path, returned, arguments, sentence
):
    trained = []
    code, shown = plain_app(lambda cfg: trained.append(cfg) or returned, CONFIG, "norm=0,1,2,3", *arguments)
    assert code == 2
    assert sentence in shown
    assert "Traceback" not in shown
    assert len(trained) == 1
    assert rows() == []
    attempts = open_store(tmp_path / "runs/test_plain").scan().attempts
    assert [row.status for each in attempts.values() for row in each] == ["error"]


def test_a_response_that_the_first_run_lacks_stops_the_sweep_and_the_run_counts(plain_app, rows):
    trained = []

    def task(cfg):
        trained.append(cfg.norm)
        return {"loss": 0.5 + cfg.norm}

    code, shown = plain_app(task, CONFIG, "norm=0,1,2,3")
    assert code == 2
    assert "hydra.sweeper.response: expected one of loss. Received: objective" in shown
    assert len(trained) == len(rows()) == 1
    code, shown = plain_app(task, CONFIG, "norm=0,1,2,3", "hydra.sweeper.response=loss")
    assert code == 0, shown
    assert len(trained) == len(rows()) == 4


def test_a_run_without_a_number_among_others_fails_alone(plain_app, rows):
    once = ("hydra.sweeper.order=null", "hydra.sweeper.retries=0")
    code, shown = plain_app(lambda cfg: None if cfg.norm == 2 else cfg.norm, CONFIG, "norm=0,1,2", *once)
    assert code == 1
    assert "failed: norm=2 seed=1: ContractError: Expected a training that returns" in shown
    log = shown.partition("(log: ")[2].partition(")")[0]
    assert Path(log).read_text()
    assert len(rows()) == 2


def test_a_failing_run_names_a_log_that_exists_or_none(plain_app):
    def task(_cfg):
        raise RuntimeError("out of luck")

    code, shown = plain_app(task, CONFIG, NORM, "hydra.sweeper.retries=0", "hydra/job_logging=stdout")
    assert code == 1
    assert "failed: norm=false seed=1: RuntimeError: out of luck" in shown
    assert "(log: " not in shown
    code, shown = plain_app(task, CONFIG, NORM, "hydra.sweeper.retries=0", "hydra.job.name=other")
    assert Path(shown.partition("(log: ")[2].partition(")")[0]).read_text().count("out of luck")


def test_a_training_that_ends_its_process_has_failed(plain_app, rows):
    code, shown = plain_app(
        lambda cfg: sys.exit(3) if cfg.norm else 0.5, CONFIG, NORM, "hydra.sweeper.retries=0"
    )
    assert code == 1
    assert "The training ended its process with exit code 3" in shown
    assert len(rows()) == 1


def test_study_folder_and_rows_have_the_places_that_are_said(plain_app, tmp_path):
    places = ("hydra.sweeper.study=mine", "hydra.sweeper.folder=out/here", "hydra.sweeper.url=out/rows")
    code, shown = plain_app(train, CONFIG, NORM, *places)
    assert code == 0, shown
    assert "Study mine: 2 cells" in shown
    assert len(open_store(tmp_path / "out/rows").scan().rows) == 2
    assert len(list((tmp_path / "out/here/jobs").glob("*/1/.hydra/config.yaml"))) == 2
    assert not (tmp_path / "multirun").exists()


def test_a_key_of_decorated_apps_that_is_added_here_is_told(plain_app):
    plan = "hydra.sweeper.plan_only=true"
    code, shown = plain_app(train, CONFIG, NORM, "+results.log=[mlflow]", "+results.note=x", plan)
    assert code == 0, shown
    assert "results.log is a key of the app alone; the study's is hydra.sweeper.log." in shown
    assert "results.note" not in shown


def test_designs_and_plans_are_those_of_any_study(plain_app, rows, record):
    design = ("hydra.sweeper.design=leave_one_out", "+hydra.sweeper.reference={norm: true}")
    code, shown = plain_app(train, CONFIG, NORM, "lr=0.1,0.2", *design, "hydra.sweeper.plan_only=true")
    assert code == 0, shown
    assert "Nothing was trained" in shown
    code, shown = plain_app(train, CONFIG, NORM, "lr=0.1,0.2", *design)
    assert (code, len(rows())) == (0, 3), shown
    assert record().design.name == "leave_one_out"


def test_an_adaptive_study_adds_seeds(plain_app, rows):
    noise = np.random.default_rng(3)

    def task(cfg):
        return float(np.exp(-0.2 * cfg.norm + 0.002 * noise.normal()))

    adaptive = ("hydra.sweeper.until=settled", "hydra.sweeper.margin=5", "hydra.sweeper.replicates=2")
    code, shown = plain_app(task, CONFIG, NORM, *adaptive)
    assert code == 0, shown
    assert "Every verdict is settled." in shown
    assert {row.seed for row in rows()} >= {1, 2}


def test_a_single_run_is_the_apps_own(plain_app, tmp_path):
    seen = []
    config = "defaults: [_self_, {override hydra/sweeper: ablation}]\n" + CONFIG
    code, _ = plain_app(lambda cfg: seen.append(cfg.norm), config, "norm=true", mode=())
    assert (code, seen) == (0, [True])
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["hydra.sweeper.metrics=m.json"], "hydra.sweeper.response: expected the name of a number in m.json"),
        (["hydra.sweeper.metrics_line=first"], "hydra.sweeper.metrics_line: expected last or best"),
        (["hydra.sweeper.direction=up"], "hydra.sweeper.direction: expected lower or higher"),
        (["hydra.sweeper.response=accuracy"], "hydra.sweeper.direction=higher"),
        (["hydra.sweeper.margin=-1"], "hydra.sweeper.margin: expected"),
        (
            ["hydra.sweeper.numeric=[norm]"],
            "hydra.sweeper.numeric: expected a factor whose levels are numbers",
        ),
        (["hydra.sweeper.until=settled"], "hydra.sweeper.margin"),
        (["lr=1,1"], "lr: expected each level once"),
        (["lrr=1,2"], "lrr"),
        (["hydra.sweeper.replicates=0"], "hydra.sweeper.replicates: expected at least 1"),
        (["seed=abc"], "seed: expected an integer from 0. Received: abc"),
        (["hydra.sweeper.study=../up"], "name: expected the study's name"),
    ],
)
def test_a_setting_that_means_nothing_is_told_before_anything_is_trained(
    plain_app, tmp_path, arguments, sentence
):
    code, shown = plain_app(lambda _cfg: pytest.fail("nothing may be trained"), CONFIG, NORM, *arguments)
    assert code == 2
    assert sentence in shown
    assert "Traceback" not in shown
    assert not (tmp_path / "runs").exists()


def test_settings_of_plain_apps_are_refused_for_decorated_ones(run_toy):
    for setting, place in (
        ("response=loss", "analysis.response"),
        ("study=x", "name"),
        ("metrics=m", "yields"),
    ):
        code, shown = run_toy("-m", f"hydra.sweeper.{setting}")
        assert code == 2
        assert place in shown


def test_a_decorated_app_under_another_sweeper_is_refused(run_toy, tmp_path):
    (tmp_path / "config.yaml").write_text(
        "{name: x, seeds: [0], a: 1, results: {folder: runs, url: runs}, analysis: {response: loss}}"
    )
    entry = main(config_path=tmp_path)(lambda *_: pytest.fail("nothing may be trained"))
    code, shown = run_toy("-m", "a=1,2", entry=entry)
    assert code == 2
    assert "hydra/sweeper: expected ablation, for a sweep of this app. Received: basic" in shown


def test_the_status_names_the_choices_of_groups(plain_app, capfd):
    plain_app(train, GROUP, "net=a,b")
    assert show_status(["runs/test_plain"]) == 0
    shown = capfd.readouterr().out
    assert "Study test_plain: 2 of 2 runs done" in shown
    assert "net=a" in shown or "net=b" in shown


def test_levels_of_groups_are_columns_of_the_table(plain_app, tmp_path):
    plain_app(train, GROUP, "net=a,b", NORM)
    table = read(tmp_path / "runs/test_plain")
    assert list(table["net"].cat.categories) == ["a", "b"]
    assert set(zip(table["net"], table["net.x"], strict=True)) == {("a", 1), ("b", 2)}
    folder = next((tmp_path / "runs/test_plain/jobs").iterdir())
    assert OmegaConf.load(folder / "1/.hydra/config.yaml").seed == 1
    assert json.loads((tmp_path / "runs/test_plain/study.json").read_text())["cell_levels"]["net"]


def test_seeds_for_a_key_that_the_app_has_not_are_refused_and_may_be_added(plain_app, rows):
    without = "norm: false\nlr: 0.1\n"
    code, shown = plain_app(lambda _cfg: pytest.fail("nothing may be trained"), without, NORM, "seed=1,2")
    assert (code, "+seed=0,1" in shown) == (2, True), shown
    code, shown = plain_app(train, without, NORM, "+seed=1,2")
    assert (code, len(rows())) == (0, 4), shown
