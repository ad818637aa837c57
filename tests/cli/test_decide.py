"""`ablation decide` as a loop calls it: exit codes, one line of JSON, a ledger that survives."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

TOY = """
import json, random, sys, time
gain, seed = float(sys.argv[1]), int(sys.argv[2])
rest = dict(word.split("=") for word in sys.argv[3:])
with open("trained.txt", "a") as told:
    print(gain, seed, file=told)
time.sleep(float(rest.get("seconds", 0)))
if rest.get("fails") == str(seed):
    sys.exit(7)
noise = random.Random(f"{gain} {seed}").gauss(0, 0.01)
loss = (1 + 0.1 * random.Random(seed).random() + noise) * (1 - gain)
print("epoch 1 of 1")
if "file" in rest:
    json.dump({"loss": loss}, open(rest["file"], "w"))
else:
    print(json.dumps({"loss": float("nan") if rest.get("diverges") else loss}))
"""


@pytest.fixture
def decide(ablation, tmp_path):
    (tmp_path / "toy.py").write_text(TOY)

    def decide(gain, *words, baseline="0"):
        arms = (
            f"{arm}={sys.executable} toy.py {text} {{seed}}" if "{seed}" not in text else f"{arm}={text}"
            for arm, text in (("baseline", baseline), ("candidate", gain))
        )
        code, shown = ablation("decide", *arms, "session=s.json", *words)
        line = shown.strip().splitlines()[-1]
        return code, json.loads(line) if line.startswith("{") else shown

    return decide


def trained(tmp_path):
    return [line.split() for line in (tmp_path / "trained.txt").read_text().splitlines()]


def entries(tmp_path):
    return [json.loads(line) for line in (tmp_path / "s.json").read_text().splitlines()]


def test_a_better_change_is_accepted_with_code_0(decide, tmp_path):
    code, told = decide("0.10", "margin=1")
    assert (code, told["decision"], told["reason"]) == (0, "accept", "better")
    assert told["low"] < -10 * 0.9 < told["high"] < 0
    assert told["unit"] == "%"
    assert told["p"] <= told["level"]
    assert told["seeds"] < 12
    assert told["runs"] == 2 * told["seeds"] == len(trained(tmp_path))
    assert (told["proposals"], told["accepted"]) == (1, 1)


def test_the_change_told_is_the_mean_of_logarithms_by_seed(decide, tmp_path):
    _, told = decide("0.10")
    runs = [entry for entry in entries(tmp_path) if entry["what"] == "run"]
    logs = {arm: [np.log(r["value"]) for r in runs if r["arm"] == arm] for arm in ("baseline", "candidate")}
    wanted = 100 * np.expm1(np.mean(np.subtract(logs["candidate"], logs["baseline"])))
    assert told["change"] == pytest.approx(wanted)


def test_a_change_that_does_nothing_or_harm_is_rejected_with_code_1(decide):
    code, told = decide("0.0000001", "margin=50")
    assert (code, told["decision"], told["reason"]) == (1, "reject", "too small to matter")
    code, told = decide("-0.10")
    assert (code, told["decision"], told["reason"]) == (1, "reject", "worse")
    assert (told["proposals"], told["accepted"]) == (2, 0)


def test_what_stays_open_has_code_3(decide):
    code, told = decide("0.02", "seeds=5:5", "margin=0.001")
    assert (code, told["decision"], told["reason"]) == (3, "undecided", "open at the most seeds")


def test_the_same_command_as_candidate_is_rejected_at_the_first_look(decide):
    code, told = decide("0")
    assert (code, told["reason"], told["seeds"]) == (1, "the same numbers", 3)


def test_every_proposal_takes_fresh_seeds_and_a_level_of_its_own(decide, tmp_path):
    decide("0")
    decide("0", "first_seed=0")
    assert [int(seed) for _, seed in trained(tmp_path)] == [s for seed in range(6) for s in (seed, seed)]
    levels = [entry["level"] for entry in entries(tmp_path) if entry["what"] == "proposal"]
    assert levels[1] < levels[0] < 0.05


def test_options_and_settings_are_the_same(decide, tmp_path):
    code, told = decide("0", "--seeds", "4:6", "--first-seed", "7")
    assert (code, told["seeds"]) == (1, 4)
    assert {int(seed) for _, seed in trained(tmp_path)} == {7, 8, 9, 10}


def test_a_candidate_that_fails_or_diverges_is_rejected(decide):
    code, told = decide("0.1 {seed} fails=1".replace("0.1", f"{sys.executable} toy.py 0.1"))
    assert code == 1
    assert told["reason"] == "the candidate failed at seed 1: exit code 7"
    assert told["p"] is None
    code, told = decide(f"{sys.executable} toy.py 0.1 {{seed}} diverges=1")
    assert code == 1
    assert "loss is nan" in told["reason"]


def test_a_baseline_that_fails_is_a_mistake_and_can_be_mended(decide, tmp_path):
    broken = f"{sys.executable} toy.py 0 {{seed}} fails=1"
    code, shown = decide("0.1", baseline=broken)
    assert code == 2
    assert "baseline: expected a command that works. Received at seed 1: exit code 7" in shown
    (tmp_path / "toy.py").write_text(TOY.replace("sys.exit(7)", "pass"))
    code, told = decide("0.1", baseline=broken)
    assert (code, told["proposal"]) == (0, 1)
    seeds = [seed for gain, seed in trained(tmp_path) if gain == "0.0"]
    assert seeds.count("0") == 1, "what was finished is not run again"


def test_numbers_may_be_left_in_a_file(decide):
    arms = [
        f"{sys.executable} toy.py {gain} {{seed}} file=m{i}-{{seed}}.json" for i, gain in enumerate((0, 0.1))
    ]
    code, told = decide(arms[1], "metrics=m1-{seed}.json", baseline=arms[0])
    assert code == 2
    assert "m1-0.json" in told, "the baseline writes another file"
    same = [f"{sys.executable} toy.py {gain} {{seed}} file=m.json" for gain in (0, 0.1)]
    code, told = decide(same[1], "metrics=m.json", baseline=same[0])
    assert code == 0


def test_with_a_label_an_answer_is_given_again(decide, tmp_path):
    first = decide("0.1", "label=abc")
    n = len(trained(tmp_path))
    assert decide("0.1", "label=abc") == first
    assert len(trained(tmp_path)) == n
    assert decide("0.1", "label=def")[1]["proposal"] == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("seeds=5",), "seeds: expected seeds before the first look"),
        (("seeds=1:5",), "2 or more, such as 3:12"),
        (("margin=much",), "margin: expected the smallest gain"),
        (("alpha=2",), "alpha"),
        (("response=accuracy",), "direction: expected lower or higher"),
        (("direction=zero",), "direction: expected lower or higher"),
        (("sedes=3:12",), "Expected settings among baseline"),
    ],
)
def test_a_mistake_has_code_2_and_nothing_is_run(decide, tmp_path, words, told):
    code, shown = decide("0.1", *words)
    assert code == 2
    assert told in shown
    assert not (tmp_path / "trained.txt").exists()


def test_a_command_without_a_seed_is_refused(ablation):
    code, shown = ablation("decide", "--baseline", "true", "--candidate", "true", "--session", "s.json")
    assert code == 2
    assert "with {seed} where the seed belongs" in shown


def test_other_settings_than_the_sessions_are_refused(decide):
    decide("0", "margin=2")
    code, shown = decide("0", "margin=3")
    assert code == 2
    assert "margin=2.0. Received: margin=3.0" in shown


@pytest.mark.slow
def test_killed_it_goes_on_where_it_was(tmp_path, root):
    (tmp_path / "toy.py").write_text(TOY)
    arms = [f"{sys.executable} toy.py {gain} {{seed}} seconds=0.2" for gain in (0, 0.1)]
    words = ["decide", "--baseline", arms[0], "--candidate", arms[1], "--session", "s.json"]
    command = [sys.executable, "-m", "ablation.cli", *words]
    started = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(root)}, "stdout": subprocess.PIPE}
    process = subprocess.Popen(command, **started)
    deadline = time.monotonic() + 60
    while not (tmp_path / "s.json").exists() or len(entries(tmp_path)) < 5:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = entries(tmp_path)
    done = subprocess.run(command, check=False, **started)
    told = json.loads(done.stdout)
    assert (done.returncode, told["decision"]) == (0, "accept")
    assert entries(tmp_path)[: len(before)] == before
    runs = [(e["seed"], e["arm"]) for e in entries(tmp_path) if e["what"] == "run"]
    assert len(runs) == len(set(runs)) == told["runs"]


def test_overrides_of_the_built_in_app_are_runs_of_it(tmp_path):
    from ablation.sweep.arm import Arm
    from ablation.sweep.read_outcome import Expected

    command = Arm("study=quick flags.dropout=true", Expected("loss"), tmp_path / "candidate")
    assert command.words(4) == [
        sys.executable,
        "-m",
        "ablation",
        "study=quick",
        "flags.dropout=true",
        "seeds=[4]",
        f"results.folder={tmp_path / 'candidate'}",
    ]


def test_a_response_that_no_run_prints_is_the_baselines_mistake_or_the_candidates_failure(decide):
    code, shown = decide("0.1", "response=los")
    assert (code, "expected one of loss. Received: los" in str(shown)) == (2, True), shown


def test_a_candidate_without_the_response_is_rejected(decide, tmp_path):
    (tmp_path / "other.py").write_text("import json; print(json.dumps({'other': 1}))")
    code, found = decide(f"{sys.executable} other.py {{seed}}")
    assert (code, found["decision"]) == (1, "reject")
    assert found["reason"].startswith("the candidate failed")
