"""Fault 1: writers killed at random moments. Fault 3: two sweeps, stopped holders, dead holders."""

import pytest

from tests.results.arena import fight

pytestmark = pytest.mark.slow


def test_a_thousand_kills_lose_nothing(tmp_path):
    outcome = fight("kill_storm", "folder", f"{tmp_path}/", tmp_path)
    assert outcome.problems == []
    assert outcome.n_kills >= 1000
    assert outcome.n_trainings > outcome.n_keys, "no kill hit a training: the storm was too weak"


def test_kills_while_every_step_is_slow_lose_nothing(memory_path):
    outcome = fight("kill_storm", "slow", f"{memory_path}/", memory_path, n_kills=300)
    assert outcome.problems == []
    assert outcome.n_trainings > outcome.n_keys, "no kill hit a training: the storm was too weak"


def test_64_writers_never_raise_and_never_train_twice(tmp_path):
    outcome = fight("crowd", "folder", f"{tmp_path}/", tmp_path)
    assert outcome.problems == []
    assert outcome.n_trainings == outcome.n_keys == 320


@pytest.mark.parametrize("kind", ["folder", "slow"])
@pytest.mark.parametrize("scenario", ["two_sweeps", "waiters", "stopped_holder"])
def test_one_training_per_run(scenario, kind, tmp_path):
    assert fight(scenario, kind, f"{tmp_path}/", tmp_path).problems == []


def test_a_holder_stopped_in_mid_commit_overwrites_nothing(tmp_path):
    assert fight("stopped_in_commit", "folder", f"{tmp_path}/", tmp_path).problems == []
