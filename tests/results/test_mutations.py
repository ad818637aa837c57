"""The suite bites: stores that look plausible and lose results fail what the real one passes."""

import pytest

from tests.results.arena import fight
from tests.results.test_failpoints import die_everywhere

pytestmark = pytest.mark.slow

CAUGHT = {
    ("in_place_json", "kill_storm"): "I3",
    ("in_place_json", "stopped_holder"): "overwrote",
    ("csv", "two_sweeps"): "I1",
    ("csv", "kill_storm"): "trainings of",
    ("csv", "stopped_holder"): "overwrote",
    ("rename_stealing", "waiters"): "trainings of 1 runs, 0 repeats",
}


@pytest.mark.parametrize(("mutant", "scenario"), CAUGHT)
def test_a_store_that_loses_results_is_caught(mutant, scenario, memory_path, capfd):
    numbers = {"n_cells": 30} if scenario == "kill_storm" else {}
    outcome = fight(scenario, mutant, f"{memory_path}/", memory_path, **numbers)
    assert CAUGHT[mutant, scenario] in "; ".join(outcome.problems), capfd.readouterr().err


@pytest.mark.parametrize("mutant", ["in_place_json", "csv"])
def test_a_store_that_tears_rows_is_caught_at_a_failpoint(mutant, memory_path):
    broken = [problem for problems in die_everywhere(mutant, memory_path).values() for problem in problems]
    assert any(problem.startswith(("I1", "I2", "I3", "I4")) for problem in broken)
