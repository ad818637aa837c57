"""Mistakes that people make, over all subcommands: a sentence, the right exit code, and nothing lost.

Each case is a command line and what its sentence must say: what was expected, what was received, what to do.
"""

import re
import sys

import numpy as np
import pandas as pd
import pytest

from ablation.cli.commands import COMMANDS
from ablation.results import StudyRecord, open_store
from tests.results.stand_in import make_row

STUDY = "# @package _global_\nname: {}\n"
SWEPT = STUDY + "hydra: {{sweeper: {{params: {{flags.dropout: '{}'}}}}}}\n"
COMMAND = f"command: {sys.executable} train.py {{lr}} {{seed}}\nfactors: {{lr: [0.1, 0.01]}}\nseeds: 2\n"
BASIC = "hydra/launcher=basic"
IMPORT = ("response=loss", "factors=[norm]", "block=seed", "--to", "runs/mine")
ARMS = ("--baseline", "true {seed}", "--candidate", "false {seed}", "--session", "s.jsonl")
UNSEEDED = ("--baseline", "true", "--candidate", "false", "--session", "s.jsonl")
TABLE = ("report", "table=runs.csv", "response=loss", "factors=[norm]")

MISTAKES = [
    # the command itself
    (["sweap", "quick"], ["one of init, plan, sweep", "Received: sweap", "Did you mean sweep?"]),
    (["frobnicate"], ["Received: frobnicate", "`ablation --help`"]),
    (["--frobnicate"], ["Expected: ablation COMMAND", "Received: --frobnicate", "`ablation --help`"]),
    (["help"], ["Received: help", "`ablation --help`"]),
    (["Sweep", "quick"], ["Received: Sweep", "Did you mean sweep?"]),
    ([""], ["Expected one of init, plan, sweep", "Received: nothing"]),
    # init
    (["init"], ["ablation init mine", "Received: nothing"]),
    (["init", "a", "b"], ["one name", "Received: a b"]),
    (["init", "3d"], ["starts with a letter", "Received: 3d"]),
    (["init", "../mine"], ["letters, digits", "Received: ../mine"]),
    (["init", "null"], ["no YAML word", "Received: null"]),
    (["init", "quick"], ["a new name", "study/quick.yaml", "Choose another"]),
    (["init", "kept"], ["a new name", "conf/study/kept.yaml", "edit that file"]),
    (["init", "--force", "kept"], ["ablation init NAME", "Received: --force"]),
    (["init", "mine.yaml"], ["letters, digits", "Received: mine.yaml"]),
    (["init", ""], ["letters, digits", "Received: nothing"]),
    # sweep and plan: the study
    (["sweep"], ["a study as the first word", "one of article", "Received: nothing"]),
    (["sweep", "flags.dropout=true"], ["a study as the first word", "Received: flags.dropout=true"]),
    (["sweep", "quikc"], ["one of article", "Received: quikc", "Did you mean quick?"]),
    (["sweep", ""], ["Expected a study", "Received: nothing"]),
    (["plan", "quick.yaml"], ["a study by its name", "Received: quick.yaml", "Did you mean quick?"]),
    (["sweep", "conf/study/swept.yaml"], ["a study by its name", "Did you mean swept?"]),
    (["plan", "Quick"], ["Received: Quick", "Did you mean quick?"]),
    (["plan", "quick", "article"], ["settings after the study", "Received: article"]),
    (["plan", "quick", "--dry-run"], ["the options --json", "Received: --dry-run"]),
    (["plan", "quick", "--flags.dropout=true"], ["the options --json", "Received: --flags.dropout=true"]),
    (["plan", "quick", "flags.dropout:true"], ["settings after the study", "Received: flags.dropout:true"]),
    (["plan", "quick", "flags.dropout==true"], ["Expected KEY=VALUE", "flags.dropout==true"]),
    (["plan", "runs/swept"], ["Received: runs/swept", "Did you mean swept?"]),
    (["sweep", "zebra"], ["Received: zebra", "ablation init zebra"]),
    (["sweep", "quick", "dropout"], ["training.epochs=5", "Received: dropout", "ablation sweep --help"]),
    (["sweep", "quick", "--cfg", "job"], ["ablation sweep STUDY", "Received: --cfg"]),
    (["sweep", "quick", "study=article"], ["one study", "Received: study=article"]),
    (["plan", "broken"], ["conf/study/broken.yaml, line 4", "Mend the file"]),
    (["plan", "latin"], ["latin.yaml", "UTF-8"]),
    (["plan", "unknown_key"], ["trainings: no such key", "Valid keys"]),
    (["plan", "group"], ["'model/nope'", "small"]),
    # settings of the app
    (["plan", "quick", "flags.foo=true"], ["flags.foo", "activation, attention, batch_norm, dropout"]),
    (["plan", "quick", "flags.dropout=maybe"], ["flags.dropout: expected true or false", "maybe"]),
    (["plan", "quick", "flags.activation=relu,gelu"], ["flags.activation", "relu, elu", "'gelu'"]),
    (["plan", "quick", "flags.activation=relu,relu"], ["flags.activation", "relu"]),
    (["plan", "quick", "flags.dropout="], ["flags.dropout: expected true or false", "''"]),
    (["plan", "quick", "training.epochs=many"], ["training.epochs: expected a whole number", "many"]),
    (["plan", "quick", "training.epochs=1.5"], ["training.epochs: expected a whole number", "1.5"]),
    (["plan", "quick", "training.epochs=0"], ["training.epochs: expected a number above 0", "Received: 0"]),
    (["plan", "quick", "training.learning_rate=-1"], ["training.learning_rate", "-1"]),
    (["plan", "quick", "training.epochs=[1,2"], ["Expected KEY=VALUE", "Received: training.epochs=[1,2"]),
    (["plan", "quick", "name=a#b"], ["quotes around a text", "name=a#b"]),
    (["plan", "quick", "training.epochs=interval(1,4)"], ["a list of levels", "training.epochs=a,b"]),
    (["plan", "quick", "+flags.new=true,false"], ["factors that change what a run gives", "flags.new"]),
    (["plan", "quick", "~flags"], ["flags"]),
    (["plan", "quick", "training=long"], ["'training/long'", "short"]),
    (["plan", "quick", "data=cifar"], ["'data/cifar'", "fashion_mnist"]),
    (["plan", "quick", "data.name=cifar"], ["data.name: expected one of mnist_sample", "'cifar'"]),
    (["plan", "quick", "model.name=resnet"], ["model.name: expected one of variational", "'resnet'"]),
    (["plan", "quick", "model=density"], ["model.name=density learns from", "Say data=synthetic_density"]),
    (["plan", "density", "data=npz"], ["data.path: expected an .npz file", "Received: none"]),
    (["plan", "density", "data=npz", "data.path=no.npz"], ["data.path", "no.npz, which is not there"]),
    (["plan", "quick", "plugins=[none.py]"], ["plugins: expected Python files", "none.py: No such file"]),
    (["plan", "quick", "plugins=[wrong.py]"], ["wrong.py, line 2: NameError: name 'oops'"]),
    (["plan", "quick", "plugins=5"], ["plugins: expected a list", "int"]),
    (["plan", "quick", "trainig.epochs=3"], ["trainig: no such key", "Did you mean training?"]),
    (["plan", "quick", "training.epoch=3"], ["no such key", "Did you mean training.epochs?"]),
    (["plan", "quick", "seed=3"], ["seed: no such key", "Did you mean seeds?"]),
    (["plan", "quick", "replicates=5"], ["no such key", "Did you mean hydra.sweeper.replicates?"]),
    (["plan", "quick", "training.epochs=1e99"], ["training.epochs: expected a whole number", "1e+99"]),
    (["plan", "quick", "training.learning_rate=0,001"], ["training.learning_rate", "Received: 0.0"]),
    (["plan", "quick", "training.learning_rate=nan"], ["a number above 0", "Received: nan"]),
    (["plan", "quick", "model.units=8,8"], ["model.units: expected each level once", "'8' 2 times"]),
    (["plan", "quick", "model.units=[8,a]"], ["model.units[1]: expected a whole number", "'a'"]),
    (["plan", "quick", "model.dropout_rate=20"], ["0 ≤ rate < 1", "Received: 20.0"]),
    (["plan", "quick", "flags.attention=[none,spatial]"], ["flags.attention: expected a text"]),
    (["plan", "quick", "flags.dropout={true,false}"], ["Expected KEY=VALUE"]),
    (["plan", "quick", "data.n_train=0"], ["data.n_train: expected a number above 0", "Received: 0"]),
    (["plan", "quick", "data.n_test=-5"], ["data.n_test: expected a number above 0", "Received: -5"]),
    (["plan", "quick", "data=mnist_clutter", "data.size=10"], ["data.size: expected 28 or more", "10"]),
    (
        ["plan", "density", "data=npz", "data.path=runs.csv"],
        ["an .npz file", "runs.csv, which cannot be read"],
    ),
    (["plan", "density", "data=npz", "data.test_share=20"], ["data.test_share: expected 0 < share < 1"]),
    (["plan", "quick", "name=../up"], ["name: expected the study's name", "../up"]),
    (["plan", "quick", "name="], ["name: expected the study's name"]),
    (["plan", "quick", "seeds=0,1"], ["seeds: expected one list", "seeds=[0,1,2]"]),
    (["plan", "quick", "seeds=0-4"], ["seeds: expected a list, such as [a,b]", "a single text"]),
    (["plan", "quick", "seeds=[0,0]"], ["seeds: expected different integers", "[0, 0]"]),
    (["plan", "quick", "seeds=[-1]"], ["seeds: expected different integers from 0", "[-1]"]),
    (["plan", "quick", "seeds=[]"], ["seeds: expected different integers", "[]"]),
    (["plan", "quick", "seeds=3"], ["seeds: expected a list"]),
    # settings of the sweep and of the analysis
    (["plan", "quick", "hydra.sweeper.replicates=0"], ["replicates: expected at least 1", "Received: 0"]),
    (["plan", "quick", "hydra.sweeper.replicates=three"], ["replicates: expected a whole number", "three"]),
    (["plan", "quick", "hydra.sweeper.retries=-1"], ["retries: expected 0 or more", "Received: -1"]),
    (["plan", "quick", "hydra.sweeper.on_failure=skip"], ["continue or stop", "Received: skip"]),
    (["plan", "quick", "hydra.sweeper.design=latin"], ["latin", "full_factorial"]),
    (["plan", "quick", "hydra.sweeper.nope=1"], ["hydra.sweeper.nope", "replicates"]),
    (["plan", "quick", "hydra.sweeper.design=fractional", "hydra.sweeper.runs=3"], ["3"]),
    (
        ["plan", "quick", "hydra.sweeper.exclude=[{nope: 1}]"],
        ["exclude: expected one of the factors", "'nope'"],
    ),
    (["plan", "quick", "hydra.sweeper.params=5"], ["hydra.sweeper.params: expected a mapping", "int"]),
    (["plan", "quick", "hydra.sweeper.replicates=1,2"], ["not supported", "hydra.sweeper.replicates=1,2"]),
    (["plan", "quick", "hydra/launcher=nope"], ["'hydra/launcher/nope'", "local"]),
    (["plan", "no_levels"], ["hydra.sweeper.params.flags.dropout: expected levels", "Received: none"]),
    (["plan", "quick", "hydra.sweeper.design=full"], ["expected one of full_factorial", "'full'"]),
    (["plan", "quick", "hydra.sweeper.until=done"], ["until: expected settled, or null", "done"]),
    (["plan", "quick", "hydra.sweeper.gpus=0"], ["expected CUDA_VISIBLE_DEVICES", "Received: 0"]),
    (["plan", "quick", "hydra.launcher.n_jobs=0"], ["n_jobs: expected a number of processes", "0"]),
    (["plan", "quick", "hydra.sweeper.when={dropout:1}"], ["when.dropout: expected one factor", "1"]),
    (["plan", "quick", "hydra.sweeper.zip={a:[b,c]}"], ["zip.a: expected one of the factors", "'b'"]),
    (["plan", "quick", "results.log=[mlfow]"], ["results.log: expected some of tensorboard", "mlfow"]),
    (["plan", "quick", "analysis.alpha=5"], ["0 < alpha < 1", "5.0"]),
    (["plan", "quick", "analysis.response="], ["analysis.response: expected the name", "Received: none"]),
    (["plan", "quick", "analysis.direction=up"], ["lower or higher", "Received: up"]),
    (["plan", "quick", "analysis.margin=-1"], ["analysis.margin: expected a number above 0", "-1"]),
    (["plan", "quick", "analysis.numeric=[flags.dropout]"], ["levels are numbers", "flags.dropout"]),
    (["plan", "quick", "results.url='mysql://host/db#quick'"], ["postgresql", "mysql"]),
    (["sweep", "quick", "results.folder=notes.txt", BASIC], ["notes.txt"]),
    # status
    (["status", "swep"], ["swep: expected the folder of a study", "no such folder"]),
    (["status", "notes.txt"], ["notes.txt: expected the folder of a study"]),
    (["status", "empty"], ["empty: expected a study that has been planned"]),
    (["status", "runs/damaged"], ["runs/damaged/study.json"]),
    (["status", "runs/swept/study.json"], ["expected the folder of a study", "Received: a file"]),
    (["status", "postgresql://h/d"], ["postgresql+psycopg://", "postgresql://h/d"]),
    (["status", "--all"], ["ablation status [STUDY …]", "Received: --all"]),
    # report
    (["report"], ["Received: nothing", "ablation report runs/swept", "ablation report table=runs.csv"]),
    (["report", "swep"], ["swep: expected the folder of a study", "no such folder"]),
    (["report", "empty"], ["empty: expected a study that has been swept"]),
    (["report", "notes.txt"], ["Received the file notes.txt", "ablation report --help"]),
    (["report", ""], ["Received: nothing", "ablation report runs/swept"]),
    (["report", "swept", "margin=1"], ["A study knows its own design", "results.parquet"]),
    (["report", "swept", "kept"], ["kept: expected the folder of a study"]),
    (["report", "swept", "figures=maybe"], ["figures: expected true or false", "maybe"]),
    (["report", "runs.csv", "loss"], ["loss: expected the folder of a study", "no such folder"]),
    (["report", "*.csv"], ["*.csv: expected the folder of a study"]),
    (["report", "swept", "swept"], ["two studies", "runs/swept twice"]),
    (["report", "--no-figures"], ["ablation report STUDY", "Received: --no-figures"]),
    (["report", "table=none.csv", "response=loss", "factors=[norm]"], ["none.csv", "does not exist"]),
    (["report", "table=empty", "response=loss", "factors=[norm]"], ["empty"]),
    (["report", "table=notes.txt", "response=loss", "factors=[norm]"], ["notes.txt"]),
    (["report", "table=zero.csv", "response=loss", "factors=[norm]"], ["zero.csv", "a table of runs"]),
    (["report", "table=semicolons.csv", "response=loss", "factors=[norm]"], ["Expected columns loss"]),
    (["report", "table=runs.csv", "response=loss"], ["factors: expected the columns"]),
    (["report", "table=runs.csv", "factors=[norm]"], ["response: expected the column"]),
    (["report", "table=runs.csv", "response=loss", "factors=[nrom]"], ["columns nrom", "Check the spelling"]),
    ([*TABLE, "respones=loss"], ["Received: respones", "Did you mean response"]),
    ([*TABLE, "margin=wide"], ["margin: expected the smallest effect", "'wide'"]),
    ([*TABLE, "alpha=2"], ["0 < alpha < 1", "2"]),
    ([*TABLE, "alpha=0"], ["0 < alpha < 1", "0"]),
    ([*TABLE, "interactions=0"], ["1 (main effects)", "interactions=0"]),
    ([*TABLE, "interactions=all"], ["1 (main effects)", "'all'"]),
    ([*TABLE, "anova_type=4"], ["anova_type to be one of 1, 2, 3", "4"]),
    ([*TABLE, "scale=ln"], ["scale to be one of 'auto', 'log', 'identity'", "'ln'"]),
    ([*TABLE, "weights=w"], ["Expected columns w in runs.csv"]),
    ([*TABLE, "block=norm"], ["a block that is no factor", "norm"]),
    ([*TABLE, "numeric=[act]"], ["levels are numbers", "act, which has the level 'relu'"]),
    ([*TABLE, "output=notes.txt", "figures=false"], ["notes.txt"]),
    ([*TABLE, "where=nrom == 1"], ["nrom"]),
    ([*TABLE, "where=norm == 9"], ["that some of the 8 rows pass", "which none does"]),
    ([*TABLE, "reference={norm:7}"], ["a level of 'norm'", "Received: 7"]),
    ([*TABLE[:3], "factors=[loss]"], ["a response that is no factor", "Received: loss"]),
    ([*TABLE[:3], "factors=[]"], ["factors: expected the columns", "Received: none"]),
    ([*TABLE, "direction=down"], ["'lower', 'higher', 'zero'", "'down'"]),
    (["report", "runs.csv", "--jsn"], ["ablation report STUDY", "Received: --jsn"]),
    (["report", "sqlite:///none.db"], ["none.db", "no such file"]),
    # import
    (["import"], ["a source and a new study", "Received: nothing"]),
    (["import", "runs.csv"], ["a source and a new study", "--to runs/mine", "Received: runs.csv"]),
    (["import", "--to", "runs/mine"], ["a source and a new study", "Received: --to=runs/mine"]),
    (
        ["import", "runs.csv", "runs/mine", "response=loss"],
        ["a source and a new study", "runs.csv runs/mine"],
    ),
    (["import", "runs.csv", "--to"], ["--to: expected one argument"]),
    (["import", "runs/swept", *IMPORT[:1], "--to", "runs/mine"], ["A study knows its own design"]),
    (["import", "runs.csv", "--into", "runs/mine"], ["--to, --json", "Received: --into"]),
    (["import", "none.csv", *IMPORT], ["none.csv: expected a study, a table", "no such file"]),
    (["import", "notes.txt", *IMPORT], ["notes.txt"]),
    (["import", "empty", *IMPORT], ["empty"]),
    (["import", "runs.csv", "response=los", "factors=[norm]", "--to", "runs/mine"], ["los"]),
    (["import", "runs.csv", "response=loss", "factors=[nrom]", "--to", "runs/mine"], ["nrom"]),
    (["import", "runs.csv", *IMPORT, "respones=loss"], ["Received: respones", "Did you mean response"]),
    (
        ["import", "runs.csv", *IMPORT[:-1], "runs/swept"],
        ["runs/swept", "Choose another", "nothing was changed"],
    ),
    (["import", "runs.csv", *IMPORT[:-1], "notes.txt"], ["notes.txt"]),
    (["import", "sqlite:///none.db", *IMPORT], ["none.db", "no such file"]),
    # export
    (["export"], ["a study and trackers", "Received: nothing"]),
    (["export", "swept"], ["a study and trackers", "Received: swept"]),
    (["export", "swept", "--to", "mlfow"], ["--to", "mlflow", "mlfow"]),
    (["export", "swept", "--to", "mlflow,wandb", "--uri", "x"], ["one tracker and its URI"]),
    (["export", "swep", "--to", "tensorboard"], ["swep"]),
    (["export", "swept", "kept", "--to", "tensorboard"], ["a study and trackers", "kept"]),
    (["export", "swep", "--to", "nowhere,mlflow"], ["--to: expected", "Received: nowhere"]),
    (["export", "swept", "--tracker", "mlflow"], ["--to, --uri, --json", "Received: --tracker"]),
    # run: a study of a command
    (["run"], ["ablation run study.yaml", "Received: nothing"]),
    (["run", "quick"], ["ablation run study.yaml", "Received: quick"]),
    (["run", "none.yaml"], ["none.yaml", "no such file"]),
    (["run", "command.yaml", "--seeds", "3"], ["FILE.yaml", "Received: --seeds"]),
    (["run", "command.yaml", "lr=[0.1"], ["lr=[0.1"]),
    (["run", "command.yaml", "seeds=many"], ["seeds: expected", "many"]),
    (["run", "command.yaml", "rl=0.1,0.3"], ["rl", "lr"]),
    (["run", "command.yaml", "launcher=slrum"], ["slrum", "slurm"]),
    (["run", "command.yaml", "n_jobs=none"], ["n_jobs"]),
    (["plan", "command.yaml", "response=accuracy"], ["direction: expected lower or higher"]),
    (["run", "no_command.yaml"], ["expected command"]),
    (["run", "broken.yaml"], ["broken.yaml"]),
    (["run", "train.py"], ["the file of a study", "Received: train.py"]),
    (["run", "command.yaml", "timeout=-1"], ["timeout: no such key"]),
    (["run", "command.yaml", "design=fractional"], ["a resolution or a number of runs"]),
    (["run", "list.yaml"], ["list.yaml"]),
    # decide
    (["decide"], ["two commands and a session", "Missing: baseline, candidate, session"]),
    (["decide", *ARMS[:4]], ["two commands and a session", "Missing: session"]),
    (["decide", "--base", "true"], ["ablation decide", "Received: --base"]),
    (["decide", *ARMS, "margn=2"], ["Expected settings among baseline", "Received: margn=2"]),
    (["decide", *ARMS, "quick"], ["Expected settings among baseline", "Received: quick"]),
    (["decide", *ARMS, "--seeds", "5"], ["seeds: expected seeds before the first look", "Received: 5"]),
    (["decide", *ARMS, "seeds=1:5"], ["2 or more", "3:12"]),
    (["decide", *ARMS, "margin=much"], ["margin: expected the smallest gain", "Received: much"]),
    (["decide", *ARMS, "margin=-1"], ["margin", "-1"]),
    (["decide", *ARMS, "alpha=2"], ["alpha", "2"]),
    (["decide", *ARMS, "first_seed=-1"], ["first_seed: expected", "Received: -1"]),
    (["decide", *ARMS, "response=accuracy"], ["direction: expected lower or higher"]),
    (["decide", *ARMS, "direction=up"], ["direction to be one of 'lower', 'higher'", "up"]),
    (["decide", *ARMS, "scale=ln"], ["scale", "ln"]),
    (["decide", *UNSEEDED], ["with {seed} where the seed belongs", "Received: 'true'"]),
    (["decide", *ARMS[:5], "notes.txt"], ["notes.txt"]),
    (["decide", *ARMS[:5], "empty"], ["empty"]),
    (
        ["decide", "--baseline", "pyhton train.py {seed}", *ARMS[2:]],
        ["a program that is installed", "pyhton"],
    ),
    (["decide", "--baseline", "true {sed}", *ARMS[2:]], ["Received: {sed}", "Did you mean {seed}?"]),
    (["decide", "--baseline", "echo '{seed}", *ARMS[2:]], ["No closing quotation"]),
    # copy
    (["copy"], ["a source and a target", "Received: nothing"]),
    (["copy", "runs/swept"], ["a source and a target", "Received: runs/swept"]),
    (["copy", "runs/none", "there"], ["expected a study to copy", "Received: nothing"]),
    (["copy", "runs/swept", "notes.txt"], ["notes.txt"]),
    (["copy", "runs/swept", "mysql://host/db#x"], ["postgresql", "mysql"]),
    (["copy", "runs/swept", ""], ["a source and a target", "Received: runs/swept ''"]),
    (["copy", "swept", "runs/swept"], ["two places", "runs/swept"]),
    (["copy", "runs/swept", "runs/swept"], ["two places", "runs/swept"]),
    (["copy", "runs/swept", "runs/swept/copy"], ["two places", "runs/swept/copy, in runs/swept"]),
    (["copy", "runs.csv", "there"], ["runs.csv: expected the folder of a study", "Received: a file"]),
    (["copy", "runs/swept", "there", "--force"], ["without options", "Received: --force"]),
    # costs
    (["costs"], ["the folder of a study", "Received: nothing"]),
    (["costs", "swep"], ["costs: expected the folder of a study", "swep"]),
    (["costs", "swept", "rounds=2"], ["rounds: expected at least 6", "2"]),
    # heatmaps
    (["heatmaps"], ["the folder of a study", "Received: nothing"]),
    (["heatmaps", "map=grad_cam"], ["the folder of a study", "Received: map=grad_cam"]),
    (["heatmaps", "swep"], ["no such folder"]),
    (["heatmaps", "swept"], ["saved weights", "training.save_weights=all"]),
    (["heatmaps", "swept", "maps=grad_cam"], ["map=…", "'maps=grad_cam'"]),
    (["heatmaps", "swept", "map=saliency"], ["map: expected one of grad_cam", "'saliency'"]),
    (["heatmaps", "swept", "images=0"], ["images: expected at least 1", "0"]),
    (["heatmaps", "runs.csv"], ["runs.csv: expected the folder of a study", "Received: a file"]),
    (["heatmaps", "swept", "images=-3"], ["images: expected at least 1", "-3"]),
    (["heatmaps", "swept", "images=some"], ["images: expected a number", "'some'"]),
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A finished study, own studies, a plugin that fails, tables and other files."""
    monkeypatch.chdir(tmp_path)
    store = open_store("runs/swept")
    rows = [make_row({"flags.batch_norm": level}, seed) for level in (True, False) for seed in (0, 1)]
    for row in rows:
        store.commit(row)
    factors, keys = {"flags.batch_norm": [True, False]}, tuple(row.key for row in rows)
    store.save_record(StudyRecord("swept", factors, (0, 1), keys))
    (tmp_path / "runs/damaged").mkdir()
    (tmp_path / "runs/damaged/study.json").write_text("{")
    (tmp_path / "empty").mkdir()
    frame = pd.DataFrame({"norm": [0, 1] * 4, "act": ["relu", "elu"] * 4, "seed": np.repeat(range(4), 2)})
    frame.assign(loss=1 + frame["norm"] / 10 + frame["seed"] ** 2 / 50).to_csv("runs.csv", index=False)
    frame.to_csv("semicolons.csv", index=False, sep=";")
    (tmp_path / "zero.csv").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("nothing of a table\n")
    (tmp_path / "command.yaml").write_text(COMMAND)
    (tmp_path / "no_command.yaml").write_text(COMMAND.partition("\n")[2])
    (tmp_path / "broken.yaml").write_text("command: {python\n")
    (tmp_path / "list.yaml").write_text("- command\n")
    (tmp_path / "wrong.py").write_text("import os\noops\n")
    studies = tmp_path / "conf/study"
    studies.mkdir(parents=True)
    for name in ("swept", "kept"):
        (studies / f"{name}.yaml").write_text(SWEPT.format(name, "false,true"))
    (studies / "no_levels.yaml").write_text(SWEPT.format("no_levels", ""))
    (studies / "broken.yaml").write_text(STUDY.format("broken") + "training: {epochs: 5\n")
    (studies / "latin.yaml").write_bytes(STUDY.format("latin").encode() + "# é\n".encode("latin-1"))
    (studies / "unknown_key.yaml").write_text(STUDY.format("unknown_key") + "trainings: {epochs: 5}\n")
    (studies / "group.yaml").write_text(
        "# @package _global_\ndefaults:\n  - override /model: nope\nname: group\n"
    )
    return tmp_path


def contents(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in files if path.parent.name != "__pycache__"}


@pytest.mark.parametrize(("words", "said"), MISTAKES, ids=[" ".join(words) for words, _ in MISTAKES])
def test_a_mistake_is_a_sentence_and_loses_nothing(ablation, folder, words, said):
    before = contents(folder)
    code, shown = ablation(*words)
    assert code == 2, shown
    assert "Traceback" not in shown
    assert [part for part in said if part not in shown] == [], shown
    assert contents(folder) == before
    sentence = [line for line in shown.splitlines() if line.strip()]
    assert len(sentence) <= 12, shown
    assert re.search(r"xpected|eceived|Could not|no such|not supported", shown), shown


def test_there_are_more_than_enough_mistakes():
    assert len(MISTAKES) > 220
    assert {words[0] for words, _ in MISTAKES} >= {command.name for command in COMMANDS}
