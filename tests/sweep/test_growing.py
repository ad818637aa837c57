"""Adaptive studies as a user runs them: seeds are added until every verdict is settled."""

import json
import os
import re
import signal
from dataclasses import replace

import pytest

from ablation.results import open_store, read
from ablation.sweep import status
from tests.sweep.test_interruption import PROCESSES, rows, wait_for_rows, wait_until_gone

UNTIL = ("-m", "hydra.sweeper.until=settled", "rate=0.0", "hydra.sweeper.max_replicates=12")
SETTLED = (*UNTIL, "analysis.margin=2")


def record(tmp_path):
    return open_store(tmp_path / "runs/toy").load_record()


def test_it_ends_when_every_verdict_is_settled(run_toy, tmp_path):
    code, shown = run_toy(*SETTLED)
    assert code == 0, shown
    assert "Every verdict is settled." in shown
    found = record(tmp_path)
    looks = found.adaptive["looks"]
    assert looks == list(range(2, looks[-1] + 1))
    assert looks[-1] < 12
    assert len(found.keys) <= 4 * looks[-1]
    effects = json.loads((tmp_path / "runs/toy/report/effects.json").read_text())
    verdicts = {row["factor"]: row["verdict"] for row in effects["responses"][0]["verdicts"]}
    assert verdicts == {"flags.norm": "keep", "flags.activation": "keep"}


def test_the_same_command_again_trains_nothing(run_toy, trainings, tmp_path):
    run_toy(*SETTLED)
    n_before, before = len(trainings()), record(tmp_path)
    code, shown = run_toy(*SETTLED)
    assert code == 0
    assert "Nothing is left to do" in shown
    assert len(trainings()) == n_before
    assert record(tmp_path) == before


def test_it_ends_at_the_maximum_with_what_is_open(run_toy, tmp_path):
    code, shown = run_toy(
        *UNTIL,
        "analysis.margin=0.001",
        "hydra.sweeper.max_replicates=3",
        "flags.activation=relu,swish,linear",
    )
    assert code == 0
    assert record(tmp_path).adaptive["looks"] == [2, 3]
    assert "Look at 3 seeds" in shown


def test_the_settings_of_the_analysis_are_those_of_the_plan(run_toy, tmp_path):
    code, shown = run_toy(
        *(word for word in SETTLED if not word.startswith("rate=")),
        "rate=0.0,0.1,0.2",
        "analysis.numeric=[rate]",
        "analysis.alpha=0.2",
        "analysis.scale=identity",
        "analysis.interactions=1",
        "analysis.margin=0.05",
    )
    assert code == 0, shown
    plan = record(tmp_path).adaptive["plan"]
    assert (plan["alpha"], plan["scale"], plan["interactions"]) == (0.2, "identity", 1)
    assert plan["numeric"] == {"rate": "linear"}
    verdicts = json.loads((tmp_path / "runs/toy/report/effects.json").read_text())["responses"][0]["verdicts"]
    slopes = [row for row in verdicts if row["factor"] == "rate"]
    assert len(slopes) == 1, "one slope, not a row per level"
    assert slopes[0]["estimate"] == pytest.approx(0.2, rel=1e-6), "the toy adds the rate to the loss"


def test_without_a_margin_it_is_refused_before_anything_is_trained(run_toy, trainings):
    code, shown = run_toy(*UNTIL)
    assert code == 2
    assert "expected analysis.margin" in shown
    assert trainings() == []


def test_a_margin_is_offered_from_the_noise_of_a_pilot(run_toy):
    run_toy("-m", "rate=0.0", "hydra.sweeper.replicates=2")
    code, shown = run_toy(*UNTIL)
    assert code == 2
    offers = re.findall(r"analysis\.margin=([\d.e-]+) \(.*about (\d+) seeds", shown)
    (small, many), (large, few) = ((float(margin), int(seeds)) for margin, seeds in offers)
    assert 0.1 < small < large < 2, "the noise is half a per cent"
    assert 2 <= few < many <= 12


def test_runs_from_before_the_plan_are_a_pilot_and_do_not_count(run_toy, tmp_path):
    run_toy("-m", "rate=0.0", "hydra.sweeper.replicates=2")
    code, _ = run_toy(*SETTLED)
    assert code == 0
    assert record(tmp_path).seeds == tuple(range(2, 14))
    assert set(read(tmp_path / "runs/toy", design_only=True)["seed"]).isdisjoint({0, 1})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("analysis.margin=3", "margin=2.0. Received: margin=3.0"),
        ("hydra.sweeper.max_replicates=15", "maximum=12. Received: maximum=15"),
        ("flags.activation=relu,selu", "factors="),
        ("hydra.sweeper.hopeless=true", "hopeless=False. Received: hopeless=True"),
        ("analysis.alpha=0.1", "alpha=0.05. Received: alpha=0.1"),
        ("analysis.scale=identity", "scale=auto. Received: scale=identity"),
        ("analysis.interactions=1", "interactions=2. Received: interactions=1"),
    ],
)
def test_another_plan_is_refused(run_toy, tmp_path, change, words):
    run_toy(*SETTLED)
    before = record(tmp_path)
    code, shown = run_toy(*SETTLED, change)
    assert code == 2
    assert words in shown
    assert record(tmp_path) == before


def test_a_fixed_design_is_refused_for_a_study_that_was_looked_at(run_toy, trainings):
    run_toy(*SETTLED)
    n_before = len(trainings())
    code, shown = run_toy("-m", "rate=0.0")
    assert code == 2
    assert "hydra.sweeper.until=settled" in shown
    assert len(trainings()) == n_before


def test_runs_that_fail_for_good_count_as_failed_and_are_not_tried_again(run_toy, trainings, tmp_path):
    faulty = (
        *SETTLED,
        "flags.activation=relu,elu,selu",
        "fault=selu:raise",
        "hydra.sweeper.max_replicates=4",
    )
    _, shown = run_toy(*faulty)
    found = record(tmp_path)
    assert found.adaptive["given_up"]
    assert found.adaptive["looks"], shown
    n_before = len(trainings())
    run_toy(*faulty)
    assert record(tmp_path).adaptive["given_up"] == found.adaptive["given_up"]
    assert len(trainings()) == n_before


def test_status_says_how_the_study_ended(run_toy, tmp_path, capfd):
    run_toy(*SETTLED)
    assert status.main([str(tmp_path / "runs/toy")]) == 0
    shown = capfd.readouterr().out
    assert "2 of 2 verdicts settled." in shown
    assert "Every verdict is settled." in shown


def test_status_says_what_is_open_and_how_likely_the_next_look_settles_it(run_toy, tmp_path, capfd):
    run_toy(*SETTLED)
    store = open_store(tmp_path / "runs/toy")
    whole = store.load_record()
    plan = {**whole.adaptive["plan"], "margin": 10.5, "alpha": 1e-4}  # the effect of elu is that large
    store.save_record(replace(whole, adaptive={**whole.adaptive, "plan": plan, "looks": [2]}))
    status.main([str(tmp_path / "runs/toy")])
    shown = capfd.readouterr().out
    found = re.search(
        r"Look at 2 seeds: \d of 2 verdicts settled. Open, with the chance that the next look settles it: "
        r".*activation elu \(\d+ %\)",
        shown,
    )
    assert found, shown


def test_a_plan_says_what_to_expect(run_toy, trainings):
    run_toy("-m", "rate=0.0", "hydra.sweeper.replicates=3")
    n_before = len(trainings())
    code, shown = run_toy(*SETTLED, "hydra.sweeper.plan_only=true")
    assert code == 0
    assert "looks after 2, 3, … 12 seeds (8 to 48 runs)" in shown
    assert re.search(r"if no component does anything: about [\d.]+ seeds", shown)
    assert "if effects are twice the margin" in shown
    assert len(trainings()) == n_before


@pytest.mark.slow
def test_a_killed_study_goes_on_to_the_same_looks(start_toy, run_toy, tmp_path):
    arguments = (*UNTIL[1:], "analysis.margin=0.4", "flags.activation=relu,elu,prelu")
    process = start_toy(*PROCESSES["ablation"], *arguments, "seconds=0.3")
    wait_for_rows(tmp_path / "runs/toy", 14, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)
    assert wait_until_gone(process.pid) == []
    assert len(rows(tmp_path)) >= 14

    process = start_toy(*PROCESSES["ablation"], *arguments)
    shown, _ = process.communicate(timeout=120)
    assert process.returncode == 0, shown
    resumed = record(tmp_path)
    verdicts = (tmp_path / "runs/toy/report/effects.json").read_bytes()
    (tmp_path / "runs").rename(tmp_path / "interrupted")

    code, shown = run_toy("-m", *arguments)
    assert code == 0, shown
    assert record(tmp_path).adaptive == resumed.adaptive
    assert record(tmp_path).keys == resumed.keys
    undisturbed = json.loads((tmp_path / "runs/toy/report/effects.json").read_bytes())
    assert json.loads(verdicts)["responses"][0]["verdicts"] == undisturbed["responses"][0]["verdicts"]
