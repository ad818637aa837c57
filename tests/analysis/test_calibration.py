"""The simulation in benchmarks/ in small: errors as rare and effects found as often as promised."""

import numpy as np
import pytest

from benchmarks.adaptive import WORLDS, Designs, plan_of
from benchmarks.adaptive import simulate as simulate_adaptive
from benchmarks.calibration import analyzed, judge, plant, study
from benchmarks.calibration_worlds import LARGE, World, simulate
from benchmarks.known_design import KnownDesign


def tallies(world, n, seed=1):
    rng = np.random.default_rng(seed)
    world = plant(world, rng) if world.planted else world
    return [judge(world, study(world, rng)) for _ in range(n)]


def test_under_no_effect_few_studies_have_a_false_verdict():
    found = tallies(World("noisy reference, failed runs", noisy="w", failing=0.05), 150)
    assert np.mean([t.false for t in found]) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 150)
    assert abs(np.mean([np.mean(t.covers) for t in found]) - 0.95) < 0.02


def test_planted_effects_are_found_as_often_as_promised():
    found = np.mean([t.detected for t in tallies(World("planted", planted=True), 150)], axis=0)
    assert (np.abs(found - 0.8) < 3 * np.sqrt(0.8 * 0.2 / 150)).all()


def test_effects_that_differ_from_seed_to_seed_give_few_false_verdicts():
    world = World("spread", factors=LARGE, seeds=3, spread=0.5)
    false = np.mean([t.false for t in tallies(world, 100)])
    assert false < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 100), "a classical test is false in 26 of 100"


@pytest.mark.parametrize("kept", [None, 4])
def test_a_design_that_is_decomposed_once_gives_what_the_analysis_gives(kept):
    rng = np.random.default_rng(2)
    table = simulate(World("null", factors=LARGE, seeds=6), rng)
    table = table if kept is None else table[(table["c"] != "y") | (table["seed"] < kept)]
    design = KnownDesign(analyzed(World("null", factors=LARGE, scale="identity"), table))
    y = rng.normal(size=(3, len(table)))
    found = design.estimated(y)
    for i in range(3):
        one = analyzed(World("null", factors=LARGE, scale="identity"), table.assign(loss=y[i]))
        verdicts = one.verdicts
        for name in ("estimate", "se", "df"):
            np.testing.assert_allclose(getattr(found, name)[i], verdicts[name], rtol=1e-9)
        screened = one.interactions["p"]
        assert min(found.screen[i], 1) == pytest.approx(min(screened.min() * len(screened), 1), rel=1e-9)


def test_studies_played_many_at_once_end_as_the_replay_ends_them():
    world = WORLDS["small"]
    designs = Designs(world.cells, plan_of(world.cells, 6))
    told = simulate_adaptive(world, designs, [4], np.random.default_rng(3), 3, n_checked=3)
    assert len(told) == 9  # and no difference was found: the check is part of the simulation
