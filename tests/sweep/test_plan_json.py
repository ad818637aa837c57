"""`ablation plan --json`: the plan for programs, the same as the one for people."""

import json
import re
import sys
from pathlib import Path

import pytest
import yaml
from hydra.core.global_hydra import GlobalHydra

from ablation.cli.dispatch import run
from tests.sweep.test_growing import SETTLED

PLAN = "hydra.sweeper.plan_only=json"


@pytest.fixture
def planned(run_toy):
    """Plan the toy study: arguments → what was printed for programs, and for people."""

    def planned(*arguments):
        code, shown = run_toy("-m", *arguments, PLAN)
        assert code == 0, shown
        start = shown.index("{\n")  # standard output comes first
        assert start == 0
        found, end = json.JSONDecoder(parse_constant=pytest.fail).raw_decode(shown)
        return found, shown[end:]

    return planned


def test_before_any_run_it_has_the_design_and_no_forecast(planned, tmp_path):
    found, told = planned("hydra.sweeper.replicates=3")
    assert found["factors"] == {"flags.norm": [False, True], "flags.activation": ["relu", "elu"]}
    assert found["reference"] == {"flags.norm": False, "flags.activation": "relu"}
    assert (found["schema"], found["study"], found["place"]) == (1, "toy", "runs/toy")
    assert [found[key] for key in ("cells", "seeds", "runs", "done", "outside")] == [4, [0, 1, 2], 12, 0, 0]
    assert found["design"]["words"] == "2×2 full factorial"
    unknown = ("training_seconds_left", "seconds_left", "detectable", "adaptive", "margin")
    assert [found[key] for key in unknown] == [None] * 5
    assert "4 cells × 3 seeds = 12 runs, 0 done" in told
    assert not (tmp_path / "runs").exists()


def test_numbers_are_those_that_people_are_shown(planned, run_toy):
    run_toy("-m", "seeds=[0,1,2]", "rate=0.0")
    asked = ("seeds=[0,1,2,3,4,5]", "rate=0.0")
    _, shown = run_toy("-m", *asked, "hydra.sweeper.plan_only=true")
    found, _ = planned(*asked)
    assert (found["runs"], found["done"]) == (24, 12)
    assert found["training_seconds_left"] == found["seconds_left"] * found["runs_at_once"] > 0
    assert (found["detectable"]["unit"], found["detectable"]["obstacle"]) == ("%", None)
    lines = re.findall(r"  (\S+): (\w+) − (\w+): (.*) %$", shown, re.MULTILINE)
    effects = found["detectable"]["effects"]
    assert lines == [(e["factor"], e["level"], e["reference"], f"{e['effect']:.2g}") for e in effects]
    assert len(lines) == 2


def test_an_adaptive_plan_says_what_to_expect(planned, run_toy):
    run_toy("-m", "rate=0.0", "hydra.sweeper.replicates=3")
    found, _ = planned(*SETTLED[1:])
    assert found["detectable"] is None
    assert found["adaptive"]["looks"] == list(range(2, 13))
    assert [each["margins"] for each in found["adaptive"]["expected"]] == [0, 2]
    assert found["margin"] == 2.0


def test_the_command_takes_it_for_any_study(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the test runner keeps its handlers
    monkeypatch.setattr(sys, "argv", ["ablation"])
    command = f"{sys.executable} -c pass {{a}} {{seed}}"
    Path("study.yaml").write_text(yaml.safe_dump({"command": command, "factors": {"a": [1, 2]}, "seeds": 2}))
    GlobalHydra.instance().clear()
    assert run(["plan", "study.yaml", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["study"], told["runs"], told["factors"]) == ("study", 4, {"a": [1, 2]})


def test_what_is_neither_is_refused(run_toy):
    code, shown = run_toy("-m", "hydra.sweeper.plan_only=xml")
    assert code == 2
    assert "hydra.sweeper.plan_only: expected true, false or json. Received: xml" in shown
