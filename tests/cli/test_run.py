"""`ablation run study.yaml`: programs that know nothing of Hydra."""

import os
import signal
import sys
import time
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from ablation.results import read
from tests.sweep.conftest import started, wait_for_rows

PROGRAM = """
import json, os, sys, time
from pathlib import Path
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
with open("trained.txt", "a") as told:
    told.write(json.dumps([sys.argv[1:], os.getpid()]) + "\\n")
time.sleep(float(os.environ.get("SECONDS", 0)))
if given["--lr"] == os.environ.get("FAIL"):
    sys.exit("out of luck")
loss = 1 / int(given["--depth"]) + float(given["--lr"]) * 2 + 0.01 * int(given["--seed"])
print("working")
if "--out" in given:
    Path(given["--out"]).write_text(json.dumps({"loss": loss, "size": 3}))
else:
    print("epoch 1: loss=9.0 acc=0.1")
    print(json.dumps({"epoch": 1, "loss": 9.0}))
    print(f"epoch 2: loss={loss} acc=0.2")
    print(json.dumps({"loss": loss, "size": 3}))
print("done", file=sys.stderr)
"""
STUDY = {
    "command": f"{sys.executable} train.py --lr {{lr}} --depth {{depth}} --seed {{seed}}",
    "factors": {"lr": [0.1, 0.01], "depth": [2, 4]},
    "seeds": 3,
}


@pytest.fixture
def study(tmp_path):
    """Writes the file of a study, and its program; some keys are others, or absent where they are None."""

    def study(**changes):
        (tmp_path / "train.py").write_text(PROGRAM)
        content = {key: value for key, value in {**STUDY, **changes}.items() if value is not None}
        (tmp_path / "mine.yaml").write_text(yaml.safe_dump(content))
        return tmp_path / "mine.yaml"

    return study


@pytest.fixture
def trained(tmp_path):
    """What the program was called with, sorted."""

    def trained():
        path = tmp_path / "trained.txt"
        lines = path.read_text().splitlines() if path.exists() else []
        return sorted(yaml.safe_load(line)[0] for line in lines)

    return trained


def test_a_plan_a_study_its_status_and_its_report(ablation, study, trained, tmp_path):
    study()
    code, shown = ablation("plan", "mine.yaml")
    assert (code, trained()) == (0, []), shown
    assert "4 cells × 3 seeds = 12 runs, 0 done" in shown
    code, shown = ablation("run", "mine.yaml")
    assert code == 0, shown
    assert "What each component does to loss" in shown
    wanted = [["--lr", lr, "--depth", d, "--seed", s] for lr in ("0.1", "0.01") for d in "24" for s in "012"]
    assert trained() == sorted(wanted)
    table = read(tmp_path / "runs/mine")
    assert len(table) == 12
    assert set(table["size"]) == {3.0}
    one = table[(table["lr"] == 0.01) & (table["depth"] == 4) & (table["seed"] == 2)]
    assert one["loss"].tolist() == pytest.approx([0.25 + 0.02 + 0.02])
    logs = [path.read_text() for path in (tmp_path / "runs/mine/jobs").glob("*/*/run.log")]
    assert len(logs) == 12
    assert [text for text in logs if "working" not in text or "done" not in text] == []
    assert "12 of 12 runs done" in ablation("status", "mine")[1]
    assert ablation("report", "mine", "figures=false")[0] == 0
    code, shown = ablation("run", "mine.yaml", "depth=2,4,8", "seeds=4")
    assert "24 runs, 12 done" in shown
    assert len(trained()) == 24


@pytest.mark.parametrize(
    "where",
    [
        {"metrics": "m.json", "command": f"{STUDY['command']} --out {{folder}}/m.json"},
        {
            "metrics": "m.json",
            "command": f"{STUDY['command']} --out m.json".replace("train.py", "{cwd}/train.py"),
            "chdir": True,
        },
        {"pattern": r"loss=(\S+)"},
        {"pattern": r"loss=(?P<loss>\S+) acc=(?P<acc>\S+)"},
        {"metrics_line": "best"},
    ],
)
def test_numbers_come_from_a_file_a_line_of_json_or_a_pattern(ablation, study, tmp_path, where):
    study(**where, seeds=1)
    code, shown = ablation("run", "mine.yaml")
    assert code == 0, shown
    table = read(tmp_path / "runs/mine")
    assert sorted(table["loss"]) == pytest.approx([0.27, 0.45, 0.52, 0.7])
    assert ("acc" in table) == ("acc" in where.get("pattern", ""))


def test_a_flag_is_a_word_and_text_is_never_a_shells(ablation, study, trained, tmp_path):
    levels = ["; touch hacked", "$(touch hacked)", "a b", "-"]
    study(
        command=f"{STUDY['command']} --text {{text}} {{flag:--no-aug}} {{flag:$HOME}}",
        factors={"lr": [0.1], "depth": [2], "flag": [False, True], "text": levels},
        seeds=1,
    )
    code, shown = ablation("run", "mine.yaml")
    assert code == 0, shown
    found = [words[6:] for words in trained()]
    assert sorted(found) == sorted(["--text", t, *f] for t in levels for f in ([], ["--no-aug", "$HOME"]))
    assert not (tmp_path / "hacked").exists()


def test_a_command_that_fails_costs_itself_alone_and_is_tried_again(
    ablation, study, trained, tmp_path, monkeypatch
):
    study(seeds=1)
    monkeypatch.setenv("FAIL", "0.01")
    code, shown = ablation("run", "mine.yaml", "retries=1")
    assert code == 1
    assert "exit code 1: out of luck" in shown
    assert len(trained()) == 6
    log = shown.partition("(log: ")[2].partition(")")[0]
    assert "out of luck" in (tmp_path / log).read_text()
    monkeypatch.delenv("FAIL")
    assert ablation("run", "mine.yaml")[0] == 0
    assert len(read(tmp_path / "runs/mine")) == 4


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"command": None, "factors": None}, "expected command (words with places"),
        ({"factors": {"lr": 0.1}}, "factors.lr: expected a list of levels"),
        ({"settings": {"lr": 0.1}}, "settings: expected names that are no factors. Received: lr"),
        ({"factors": {"lr": [0.1], "depht": [2]}}, "Received: {depth}. Did you mean {depht}?"),
        ({"command": "no-such-program {lr} {depth}", "seeds": 1}, "Received: no-such-program"),
        ({"command": f"{sys.executable} train.py {{lr}} {{depth}}"}, "expected a place for the seed"),
        ({"metrics": "m.json"}, "--out {folder}"),
        ({"factor": {}}, "factor: no such key. Did you mean factors?"),
        ({"response": "accuracy"}, "direction"),
        ({"seeds": "many"}, "seeds: expected"),
        ({"seeds": -1}, "seeds: expected"),
        ({"factors": {"lr": [], "depth": [2]}}, "factors.lr: expected a list of levels"),
        ({"name": "../up"}, "name: expected the study's name"),
        ({"name": "a\nb"}, "Received: 'a\\nb'"),
        ({"pattern": "loss=("}, "pattern: expected a regular expression"),
        ({"factors": {"lr": [0.1], "depth": [2], "seed": [1]}}, "Received: seed"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_a_sentence_before_anything_runs(ablation, study, trained, changes, message):
    study(**changes)
    code, shown = ablation("run", "mine.yaml")
    assert (code, trained()) == (2, []), shown
    assert message in shown
    assert "Traceback" not in shown
    assert "hydra" not in shown


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        (["seeds=2"], "4 cells × 2 seeds"),
        (["seeds=[7]"], "4 cells × 1 seed"),
        (["seeds=7,8"], "4 cells × 2 seeds"),
        (["n_jobs=4", "launcher=joblib", "chdir=false", 'pattern="loss=(.+)"'], "4 cells × 3 seeds"),
        (["name=other", "lr=0.1,0.2,0.3"], "Study other: 6 cells"),
    ],
)
def test_the_command_line_wins_over_the_file(ablation, study, words, runs):
    study()
    code, shown = ablation("plan", "mine.yaml", *words)
    assert (code, runs in shown) == (0, True), shown


def test_an_empty_name_is_that_of_the_file(ablation, study):
    study(name="")
    code, shown = ablation("plan", "mine.yaml")
    assert (code, "Study mine: 4 cells" in shown) == (0, True), shown


@pytest.mark.parametrize("seeds", ["abc", "-1", "1.5", "0"])
def test_seeds_that_are_none_are_refused_before_anything_runs(ablation, study, trained, seeds):
    study()
    code, shown = ablation("run", "mine.yaml", f"seeds={seeds}")
    assert (code, "seeds: expected" in shown, trained()) == (2, True, []), shown


@pytest.mark.parametrize(
    ("words", "message"), [((), "ablation run study.yaml"), (("no.yaml",), "no such file")]
)
def test_a_file_that_is_not_there_is_a_sentence(ablation, words, message):
    code, shown = ablation("run", *words)
    assert code == 2
    assert message in shown


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pattern": "no such line"}, "pattern: expected a printed line in which no such line is found"),
        (
            {"command": f"{sys.executable} -c pass {{lr}} {{depth}} {{seed}}"},
            "Expected a printed line of JSON",
        ),
        ({"response": "error"}, "response: expected one of epoch, loss, size. Received: error"),
    ],
)
def test_a_command_without_the_numbers_stops_after_the_first_run(ablation, study, trained, changes, message):
    study(**changes)
    code, shown = ablation("run", "mine.yaml")
    assert code != 0
    assert message in shown
    assert len(trained()) <= 1


def _is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="asks Linux whether processes live")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_child_ends_with_its_parent_and_nothing_finished_is_lost(root, study, tmp_path, number, n_jobs):
    start = partial(started, "-m", "ablation.cli", "run", "mine.yaml", cwd=tmp_path, root=root)
    study(n_jobs=n_jobs)
    process = start(SECONDS="1.0")
    wait_for_rows(tmp_path / "runs/mine", 2, process)
    time.sleep(0.5)  # in the midst of the next
    os.killpg(process.pid, number)
    process.communicate(timeout=60)
    time.sleep(2.0)
    pids = [yaml.safe_load(line)[1] for line in (tmp_path / "trained.txt").read_text().splitlines()]
    assert [pid for pid in pids if _is_alive(pid)] == []
    finished = set(read(tmp_path / "runs/mine")["key"])
    assert 2 <= len(finished) < 12
    shown, _ = start().communicate(timeout=200)
    assert "What each component does" in shown, shown
    table = read(tmp_path / "runs/mine")
    assert len(table) == 12
    assert finished <= set(table["key"])


@pytest.mark.slow
@pytest.mark.parametrize("launcher", ["local", "ray_local", "submitit_local"])
def test_every_launcher_runs_commands(ablation, study, tmp_path, launcher, request):
    pytest.importorskip({"ray_local": "ray", "submitit_local": "submitit"}.get(launcher, "joblib"))
    if launcher == "ray_local":
        request.addfinalizer(import_module("ray").shutdown)  # its servers would live as long as this process
    study(launcher=launcher, seeds=1)
    words = {"local": ["hydra.launcher.n_jobs=2"], "ray_local": ["hydra.launcher.ray.init.num_cpus=2"]}
    code, shown = ablation("run", "mine.yaml", *words.get(launcher, []))
    assert code == 0, shown
    assert sorted(read(tmp_path / "runs/mine")["loss"]) == pytest.approx([0.27, 0.45, 0.52, 0.7])


def test_a_nested_factor_is_a_word_only_where_it_has_a_level_or_has_a_setting_elsewhere(
    ablation, study, trained, tmp_path
):
    command = f"{STUDY['command']} {{{{drop:--drop}}}} {{{{rate:--rate={{rate}}}}}}".replace(
        "{{", "{"
    ).replace("}}", "}")
    factors = {
        "lr": [0.1],
        "depth": [2],
        "drop": [False, True],
        "rate": {"levels": [0.2, 0.4], "when": {"drop": True}},
    }
    study(command=command, factors=factors, seeds=1)
    code, shown = ablation("run", "mine.yaml")
    assert code == 0, shown
    assert [words[6:] for words in trained()] == [[], ["--drop", "--rate=0.2"], ["--drop", "--rate=0.4"]]
    assert set(read(tmp_path / "runs/mine")["rate"]) == {0.2, 0.4, "none"}
    always = command.replace("{rate:--rate={rate}}", "--rate {rate}")
    study(command=always, factors=factors, seeds=1)
    code, shown = ablation("run", "mine.yaml", "name=other")
    assert code == 2
    assert "in cells without a level of rate" in " ".join(shown.split())
    study(command=always, factors=factors, settings={"rate": 0.3}, seeds=1)
    code, shown = ablation("run", "mine.yaml", "name=other")
    assert code == 0, shown
    assert ["--rate", "0.3"] in [words[6:] for words in trained()]


def test_keys_of_a_command_may_be_zipped(ablation, study, trained):
    study(factors={"lr": [0.1, 0.01], "depth": [2, 4]}, zip={"size": ["lr", "depth"]}, seeds=1)
    code, shown = ablation("run", "mine.yaml")
    assert code == 0, shown
    assert [words[1:4:2] for words in trained()] == [["0.01", "4"], ["0.1", "2"]]
