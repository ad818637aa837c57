"""Fault 8: a flag added, a default changed."""

import pytest

from ablation.errors import UsageError
from ablation.results import StudyRecord, changed_default, open_store, read, run_key
from tests.results.stand_in import DEFAULTS, IDENTITY, make_row
from tests.results.worker import Log, work


def sweep(store, log, defaults, factors):
    """One command: every level of every factor, seeds 0 and 1; returns the keys."""
    configs = [{**defaults, name: level} for name, levels in factors.items() for level in levels]
    rows = {}
    for config in configs:
        for seed in (0, 1):
            row = make_row(config, seed, defaults)
            if (found := store.find(row.key)) and (sentence := changed_default(found.config, config)):
                raise UsageError(sentence)
            rows[row.key] = row
    work(store, rows.values(), log)
    store.save_record(StudyRecord("quick", factors, (), tuple(rows), defaults))
    return list(rows)


def test_a_flag_that_is_added_repeats_no_run(place, tmp_path):
    store, log = open_store(place), Log(tmp_path / "log")
    factors = {"flags.batch_norm": [True, False]}
    old = sweep(store, log, DEFAULTS, factors)
    grown = {**DEFAULTS, "flags.residual": False}
    new = sweep(store, log, grown, factors | {"flags.residual": [False, True]})
    assert set(old) < set(new)
    assert sorted(log.keys("T")) == sorted(new), "every run was trained once"
    frame = read(place)
    assert frame["flags.residual"].value_counts().to_dict() == {False: 4, True: 2}
    assert sweep(store, log, grown, factors | {"flags.residual": [False, True]}) == new
    assert len(log.keys("T")) == len(new)


def test_a_changed_default_that_rows_relied_on_is_refused_with_a_sentence(place, tmp_path):
    store, log = open_store(place), Log(tmp_path / "log")
    sweep(store, log, DEFAULTS, {"flags.batch_norm": [True, False]})
    n_trained = len(log.keys("T"))
    with pytest.raises(UsageError, match=r"training\.rate was 0\.005 and is now 0\.01"):
        sweep(store, log, {**DEFAULTS, "training.rate": 0.01}, {"flags.batch_norm": [True, False]})
    assert len(log.keys("T")) == n_trained


def test_a_default_that_only_changes_its_type_is_noticed():
    assert run_key({"n": 1}, 0, IDENTITY, {"n": 1}) == run_key({"n": 1.0}, 0, IDENTITY, {"n": 1.0})
    assert changed_default({"n": 1}, {"n": 1.0}) == (
        "Finished runs relied on a default that has changed since: n was 1 and is now 1.0. "
        "Restore the old default and set the new value in the study, or choose another folder."
    )
