"""Hydra's grammar as real apps use it, in a sweep of an app that knows nothing of this package."""

import os
import uuid
from pathlib import Path

import pytest
from hydra.core.hydra_config import HydraConfig
from hydra.experimental.callback import Callback
from omegaconf import OmegaConf

from ablation.results import open_store, read
from ablation.sweep import Outcome, main

BASE = "seed: 1\nlr: 0.1\n"


def first_defaults(*lines):
    """A main file with these defaults before its own keys."""
    return "defaults:\n" + "".join(f"  - {line}\n" for line in (*lines, "_self_")) + BASE


@pytest.fixture
def levels(plain_app, record, tmp_path):
    """Sweep twice; the factors, and the configuration that each run had."""

    def sweep(config, *arguments):
        seen = []

        def task(cfg):
            seen.append(OmegaConf.to_container(cfg, resolve=True))
            return len(seen) + cfg.lr

        code, shown = plain_app(task, config, *arguments)
        assert code == 0, shown
        n = len(seen)
        code, shown = plain_app(task, config, *arguments)
        assert (code, len(seen)) == (0, n), "found again"
        table = read(tmp_path / "runs/test_grammar", design_only=True)
        for name, levels in record("test_grammar").factors.items():
            assert table[name].nunique() == len(levels)
            assert table[name].notna().all()
        return record("test_grammar").factors, seen

    return sweep


def test_a_nested_group_is_named_by_the_choice(levels):
    choices = {"model/encoder/cnn": "filters: 8", "model/encoder/mlp": "hidden: 16"}
    files = {"config": first_defaults("model/encoder: cnn"), **choices}
    factors, seen = levels(files, "model/encoder=cnn,mlp")
    assert factors == {"model/encoder": ["cnn", "mlp"]}
    assert sorted(str(cfg["model"]["encoder"]) for cfg in seen) == ["{'filters': 8}", "{'hidden': 16}"]


def test_a_group_in_a_package_is_a_factor_of_its_own(levels):
    files = {
        "config": first_defaults("data@train_data: a", "data@test_data: a"),
        "data/a": "n: 1",
        "data/b": "n: 2",
    }
    factors, seen = levels(files, "data@train_data=a,b", "data@test_data=b,a")
    assert factors == {"data@train_data": ["a", "b"], "data@test_data": ["b", "a"]}
    assert {(cfg["train_data"]["n"], cfg["test_data"]["n"]) for cfg in seen} == {
        (1, 1),
        (1, 2),
        (2, 1),
        (2, 2),
    }


def test_a_group_of_targets_has_the_choice_as_its_level(levels):
    files = {
        "config": first_defaults("optimizer: adam"),
        "optimizer/adam": "_target_: collections.Counter\nname: same\n",
        "optimizer/sgd": "_target_: collections.OrderedDict\nname: same\nmomentum: 0.9\n",
    }
    factors, _ = levels(files, "optimizer=adam,sgd", "+optimizer.nesterov=false,true")
    assert factors == {"optimizer": ["adam", "sgd"], "optimizer.nesterov": [False, True]}


def test_an_experiment_changes_many_keys_at_once(levels):
    files = {
        "config": "defaults: [{net: small}, _self_, {experiment: none}]\n" + BASE,
        "net/small": "width: 8",
        "net/wide": "width: 64",
        "experiment/none": "",
        "experiment/wide": "# @package _global_\ndefaults:\n  - override /net: wide\nlr: 0.5\n",
        "experiment/fast": "# @package _global_\nlr: 2.0\n",
    }
    factors, seen = levels(files, "experiment=none,wide,fast")
    assert factors == {"experiment": ["none", "wide", "fast"]}
    assert sorted((cfg["lr"], cfg["net"]["width"]) for cfg in seen) == [(0.1, 8), (0.5, 64), (2.0, 8)]
    factors, _ = levels(
        {"config": "defaults: [{net: small}, _self_]\n" + BASE}, "+experiment=wide,fast", "+more=1"
    )
    assert factors == {"experiment": ["wide", "fast"]}


def test_a_level_may_be_a_mapping_or_a_list(levels):
    factors, seen = levels(
        BASE + "opt: null\nunits: [8]\n", "opt=null,{name:adam,lr:0.1},{name:sgd}", "units=[8],[64,32]"
    )
    assert factors == {"opt": ["null", "{name:adam,lr:0.1}", "{name:sgd}"], "units": [[8], [64, 32]]}
    assert len(seen) == 6


def test_keys_may_be_added_forced_or_removed(levels):
    factors, seen = levels(BASE + "old: 1\n", "+new=1,2", "++lr=0.1,0.2", "~old", "++forced.key=x")
    assert factors == {"new": [1, 2], "lr": [0.1, 0.2]}
    assert all("old" not in cfg and cfg["forced"] == {"key": "x"} for cfg in seen)


def test_ranges_and_globs_are_lists_of_levels(levels):
    files = {"config": first_defaults("net: a"), "net/a": "n: 1", "net/b": "n: 2"}
    factors, _ = levels(files, "net=glob(*)", "lr=range(1,4)", "+x=choice(1,2)")
    assert factors == {"net": ["a", "b"], "lr": [1, 2, 3], "x": [1, 2]}


def test_what_hydra_cannot_compose_is_a_sentence(plain_app):
    files = {"config": first_defaults("net: a"), "net/a": "n: 1"}
    code, shown = plain_app(lambda _: pytest.fail("nothing may be trained"), files, "net=null,a")
    assert code == 2
    assert "Config group override must be a string or a list" in shown
    assert "Received: net=null" in shown
    assert "Traceback" not in shown


def test_what_is_missing_is_the_apps_business_unless_it_is_a_factor(plain_app, rows):
    config = BASE + "path: ???\nwidth: ???\nbranch: ${oc.env:NOBODY_HAS_SET_THIS}\ncopy: ${path}\n"
    code, shown = plain_app(lambda cfg: cfg.width + cfg.lr, config, "width=1,2")
    assert code == 0, shown
    assert {row.config["width"]: row.config["path"] for row in rows("test_grammar")} == {1: "???", 2: "???"}


def test_the_file_may_say_that_it_is_a_sweep_and_list_levels(plain_app, rows, record):
    config = """\
defaults: [_self_, {override hydra/sweeper: ablation}]
seed: 1
lr: 0.1
sched: null
on: 1
hydra:
  mode: MULTIRUN
  sweeper:
    response: loss
    params:
      sched: [cosine, "step, 2", true, null, "it's", {a: b}]
      lr: 0.1,0.2
"""
    code, shown = plain_app(lambda cfg: cfg.lr, config, mode=())
    assert code == 0, shown
    factors = record("test_grammar").factors
    assert factors["lr"] == [0.1, 0.2]
    assert factors["sched"] == ["cosine", "'step, 2'", "True", "null", "'it\\'s'", "{a:b}"]
    assert {row.config.get("sched", "(mapping)") for row in rows("test_grammar")} == {
        "cosine", "step, 2", True, None, "it's", "(mapping)"
    }  # fmt: skip


def test_the_file_of_an_app_for_other_sweepers_is_read(plain_app, record):
    """As in Hydra's examples for Nevergrad and Optuna: their keys, and spaces that the command replaces."""
    config = (
        BASE
        + """\
hydra:
  sweeper:
    direction: maximize
    study_name: x
    n_trials: 20
    sampler: {seed: 1}
    optim: {budget: 100}
    ax_config: {max_trials: 20}
    params:
      seed: int(interval(4, 16))
      lr: {init: 0.02, log: true}
      more: interval(0, 1)
      width: choice(8, 16)
"""
    )
    command = ("lr=0.1,0.2", "+more=1,2", "seed=1,2", "+width=1")
    code, shown = plain_app(lambda cfg: cfg.lr, config.replace("width: choice", "+units: choice"), *command)
    assert code == 0, shown
    assert (
        "Of another sweeper, and without meaning here: study_name, n_trials, sampler, optim, ax_config."
        in shown
    )
    assert record("test_grammar").factors == {"lr": [0.1, 0.2], "more": [1, 2], "units": [8, 16]}
    assert record("test_grammar").direction == "higher"
    code, shown = plain_app(lambda cfg: cfg.lr, config, "+more=1", "seed=1")
    assert code == 2
    assert "hydra.sweeper.params.lr: expected levels, such as a,b. Received: {'init': 0.02" in shown
    code, shown = plain_app(lambda cfg: cfg.lr, BASE + "hydra: {sweeper: {replicats: 3}}", "lr=1,2")
    assert code == 2
    assert "hydra.sweeper.replicats: no such key. Valid keys of hydra.sweeper: alpha, " in shown


def test_what_differs_by_job_and_hour_changes_no_key(levels):
    config = BASE + (
        "run_name: run_${now:%H-%M-%S-%f}\nout: ${hydra:runtime.output_dir}/ckpt\nnum: ${hydra:job.num}\n"
        "nested: {deep: [\"${out}\", \"${hydra:job.name}\"]}\nall: ${hydra:overrides.task}\n"
        "cwd: ${hydra:runtime.cwd}\n"
    )  # fmt: skip
    factors, seen = levels(config, "lr=0.1,0.2")
    assert factors == {"lr": [0.1, 0.2]}
    assert {Path(cfg["out"]).parent.parent.parent.name for cfg in seen} == {"jobs"}
    assert all(cfg["run_name"].startswith("run_") and ":" not in cfg["run_name"] for cfg in seen)
    assert {cfg["cwd"] for cfg in seen} == {os.getcwd()}  # noqa: PTH109  # as Hydra writes it


def test_a_choice_in_a_resolver_of_hydra_counts(levels):
    files = {
        "config": first_defaults("net: a") + "tag: ${hydra:runtime.choices.net}\n",
        "net/a": "n: 1",
        "net/b": "n: 1",
    }
    factors, _ = levels(files, "net=a,b")
    assert factors == {"net": ["a", "b"]}


def test_a_working_directory_for_each_run_loses_nothing(plain_app, rows, tmp_path):
    def task(cfg):
        Path("metrics.json").write_text(f'{{"loss": {cfg.lr}}}')

    metrics = ("hydra.sweeper.metrics=metrics.json", "hydra.sweeper.response=loss")
    code, shown = plain_app(task, BASE, "lr=0.1,0.2", "hydra.job.chdir=true", *metrics)
    assert code == 0, shown
    assert sorted(row.responses["loss"] for row in rows("test_grammar")) == [0.1, 0.2]
    assert {path.name for path in tmp_path.iterdir()} == {"conf", "runs"}


class Told(Callback):
    """Writes down what Hydra tells it."""

    told: list[object] = []  # noqa: RUF012

    def on_job_end(self, job_return, **_):
        self.told.append(job_return.return_value)

    def on_multirun_end(self, **_):
        self.told.append("end")


def test_callbacks_are_called_with_what_the_app_returned(plain_app):
    Told.told.clear()
    callback = "+hydra.callbacks.told={_target_: tests.sweep.test_grammar.Told}"
    code, shown = plain_app(lambda cfg: cfg.lr, BASE, "lr=0.1,0.2", callback)
    assert code == 0, shown
    assert sorted(Told.told[:2]) == [0.1, 0.2]
    assert Told.told[2:] == ["end"]


@pytest.fixture
def resolvers():
    """Resolvers of an app's own."""
    OmegaConf.register_new_resolver("double", lambda x: 2 * x, replace=True)
    OmegaConf.register_new_resolver("random", lambda: uuid.uuid4().hex, replace=True)
    OmegaConf.register_new_resolver("kept", lambda: uuid.uuid4().hex, replace=True, use_cache=True)
    yield
    for name in ("double", "random", "kept"):
        OmegaConf.clear_resolver(name)


@pytest.mark.usefixtures("resolvers")
def test_resolvers_of_the_app_are_resolved(levels):
    _, seen = levels(BASE + "twice: ${double:${lr}}\nseeded: ${double:${seed}}\n", "lr=0.1,0.2", "seed=3,4")
    assert {(cfg["lr"], cfg["twice"], cfg["seeded"]) for cfg in seen} == {
        (0.1, 0.2, 6), (0.1, 0.2, 8), (0.2, 0.4, 6), (0.2, 0.4, 8)
    }  # fmt: skip


@pytest.mark.usefixtures("resolvers")
@pytest.mark.parametrize("resolver", ["random", "kept"])
def test_a_configuration_that_is_another_each_time_is_refused_before_training(plain_app, tmp_path, resolver):
    config = BASE + f"model: {{tag: '${{{resolver}:}}'}}\n"
    code, shown = plain_app(lambda _: pytest.fail("nothing may be trained"), config, "lr=0.1,0.2")
    assert code == 2
    assert "model.tag: expected the same value whenever the configuration is composed. Received: " in shown
    assert "If it changes no result: hydra.sweeper.unkeyed=[model.tag]" in shown
    assert not (tmp_path / "runs").exists()
    code, shown = plain_app(lambda cfg: cfg.lr, config, "lr=0.1,0.2", "hydra.sweeper.unkeyed=[model.tag]")
    assert code == 0, shown
    code, shown = plain_app(lambda _: 1 / 0, config, "lr=0.1,0.2", "hydra.sweeper.unkeyed=[model.tag]")
    assert "2 runs, 2 done" in shown


@pytest.mark.usefixtures("resolvers")
def test_a_level_alone_that_is_another_each_time_is_found_too(plain_app):
    files = {"config": first_defaults("net: a"), "net/a": "n: 1", "net/b": "n: '${random:}'"}
    code, shown = plain_app(lambda _: pytest.fail("nothing may be trained"), files, "net=a,b")
    assert (code, "net.n: expected the same value" in shown) == (2, True)


def test_a_configuration_that_is_another_in_the_job_is_refused_there(plain_app, monkeypatch, rows):
    """A machine with another environment: its row would count nowhere."""
    config = BASE + "host: ${oc.env:SOME_HOST}\n"
    monkeypatch.setenv("SOME_HOST", "here")
    elsewhere = "+hydra.job.env_set={SOME_HOST: there}"
    code, shown = plain_app(lambda _: pytest.fail("nothing may be trained"), config, "lr=0.1,0.2", elsewhere)
    assert code == 2
    assert (
        "host: expected the same value whenever the configuration is composed. Received: here and there"
        in shown
    )
    assert "hydra.sweeper.unkeyed=[host]" in shown
    assert rows("test_grammar") == []


DECORATED = """\
name: mine
seeds: [0]
results:
  folder: {folder}
  url: ${{results.folder}}
analysis: {{response: loss, direction: lower}}
lr: 0.1
{more}
"""


@pytest.fixture
def decorated(run_toy, tmp_path, monkeypatch):
    """Sweep an app with the decorator and no schema: its arguments and files → code, shown, trained."""
    monkeypatch.setattr("ablation.sweep.study_sweep.publish", lambda *_: None)

    def run(*arguments, more="", folder="runs/${name}", defaults="", files=()):
        config = f"defaults: [{defaults}_self_, {{override hydra/sweeper: ablation}}]\n"
        (tmp_path / "config.yaml").write_text(config + DECORATED.format(folder=folder, more=more))
        for name, text in dict(files).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        trained = []

        def train(cfg, seeds):
            trained.append((cfg, HydraConfig.get().runtime.output_dir))
            yield from (Outcome(seed, {"loss": 1.0}) for seed in seeds)

        code, shown = run_toy(*arguments, entry=main(config_path=tmp_path)(train))
        return code, shown, trained

    return run


@pytest.mark.parametrize(
    "setting",
    [
        {"more": "run_name: run_${now:%H-%M-%S-%f}"},
        {"more": "output_dir: ${hydra:runtime.output_dir}"},
        {"more": "hydra: {job: {chdir: true}}"},
    ],
    ids=str,
)
def test_a_decorated_app_finds_its_runs_again_whatever_the_hour_and_the_job(decorated, tmp_path, setting):
    code, shown, trained = decorated("-m", "lr=0.1,0.2", **setting)
    assert (code, len(trained)) == (0, 2), shown
    assert len(open_store(tmp_path / "runs/mine").scan().rows) == 2
    code, shown, trained = decorated("-m", "lr=0.1,0.2", **setting)
    assert (code, len(trained)) == (0, 0), shown


def test_a_folder_named_by_the_hour_holds_its_sweep(decorated, tmp_path):
    code, shown, trained = decorated("-m", "lr=0.1,0.2", folder="runs/${now:%H-%M-%S-%f}")
    assert (code, len(trained)) == (0, 2), shown
    (folder,) = (tmp_path / "runs").iterdir()
    assert len(open_store(folder).scan().rows) == 2


def test_a_decorated_app_may_sweep_a_nested_group(decorated, tmp_path):
    files = {
        "model/encoder/cnn.yaml": "name: cnn\nfilters: 8",
        "model/encoder/mlp.yaml": "name: mlp\nhidden: 16",
    }
    code, shown, trained = decorated(
        "-m", "model/encoder=cnn,mlp", defaults="{model/encoder: cnn}, ", files=files
    )
    assert (code, len(trained)) == (0, 2), shown
    assert open_store(tmp_path / "runs/mine").load_record().factors == {"model.encoder.name": ["cnn", "mlp"]}


def test_groups_whose_files_set_one_name_are_told_apart_by_the_choice(decorated, tmp_path):
    files = {"net/a.yaml": "name: same\nn: 1", "net/b.yaml": "name: same\nn: 2"}
    code, shown, _ = decorated("-m", "net=a,b", defaults="{net: a}, ", files=files)
    assert code == 0, shown
    assert open_store(tmp_path / "runs/mine").load_record().factors == {"net": ["a", "b"]}
    assert list(read(tmp_path / "runs/mine")["net"].cat.categories) == ["a", "b"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["hydra.sweeper.params={flags.activation:[false,relu]}"], ["Received: False", "off, no and false"]),
        (["hydra.sweeper.params={flags.activation:[8,relu]}"], ["Received: 8", "such as 010"]),
        (["hydra.sweeper.params={flags.activation:false,flags.norm:[true,false]}"], ["Received: False"]),
        (["flags.activation=true,relu"], ["one becomes 'True'"]),
        (["flags.activation=1e3,relu"], ["one becomes '1000.0'"]),
    ],
)
def test_text_that_would_become_another_is_refused_with_the_quoting_that_is_meant(run_toy, words, told):
    code, shown = run_toy("-m", "hydra.sweeper.plan_only=true", *words)
    assert code == 2, shown
    assert "flags.activation: expected text" in shown, shown
    assert "in quotes" in shown
    assert [part for part in told if part not in shown] == []


def test_text_that_stays_what_it_is_is_a_level(run_toy):
    for levels in ("off,'true'", "1,2", "range(8,11)", "relu,1.5"):
        code, shown = run_toy("-m", "hydra.sweeper.plan_only=true", f"flags.activation={levels}")
        assert code == 0, shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["norm=on,off"], ["norm: expected true or false", "Received: on", "Write true"]),
        (["norm=false,'on',yes"], ["norm: expected true or false", "Received: yes", "Write true"]),
        (["lr=0.1,0.2", "norm=off"], ["norm: expected true or false", "Received: off", "Write false"]),
        (["lr=.inf,1"], ["lr: expected a number", "Received: .inf", "Write inf"]),
        (["lr=010,1"], ["lr: expected a number", "Received: 010", "Write 10"]),
    ],
)
def test_text_that_a_file_would_read_as_the_apps_own_kind_of_value_is_refused(decorated, words, told):
    """Hydra's command line takes on and off as text, both true in an if; a file makes booleans of them."""
    code, shown, trained = decorated("-m", *words, more="norm: off")
    assert (code, trained) == (2, []), shown
    assert [part for part in told if part not in shown] == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("norm: off", ["norm='off','yes'"]),
        ("norm: off", ["norm=false,batch"]),
        ("norm: 'off'", ["norm=on,off"]),
        ("norm: null", ["norm=on,010"]),
        ("norm: ???", ["norm=on,off"]),
        ("norm: off", ["+other=on,off"]),
    ],
    ids=str,
)
def test_text_is_a_level_where_it_is_quoted_or_the_app_has_no_boolean_there(decorated, more, words):
    code, shown, trained = decorated("-m", *words, more=more)
    assert (code, len(trained)) == (0, 2), shown
