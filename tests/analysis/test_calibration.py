"""The simulation in benchmarks/ in small: errors as rare and effects found as often as promised."""

import numpy as np

from benchmarks.calibration import judge, plant, study
from benchmarks.calibration_worlds import LARGE, World


def tallies(world, n, seed=1):
    rng = np.random.default_rng(seed)
    world = plant(world, rng) if world.planted else world
    return [judge(world, study(world, rng)) for _ in range(n)]


def test_under_no_effect_few_studies_have_a_false_verdict():
    found = tallies(World("noisy reference, failed runs", noisy="w", failing=0.05), 150)
    assert np.mean([t.false for t in found]) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 150)
    assert abs(np.mean([np.mean(t.covers) for t in found]) - 0.95) < 0.02


def test_planted_effects_are_found_as_often_as_promised():
    found = np.mean([t.found for t in tallies(World("planted", planted=True), 150)], axis=0)
    assert (np.abs(found - 0.8) < 3 * np.sqrt(0.8 * 0.2 / 150)).all()


def test_effects_that_differ_from_seed_to_seed_give_few_false_verdicts():
    world = World("spread", factors=LARGE, seeds=3, spread=0.5)
    false = np.mean([t.false for t in tallies(world, 100)])
    assert false < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 100), "a classical test is false in 26 of 100"
