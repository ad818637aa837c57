"""Fault 4: random orders of everything that sweeps do, against a dictionary."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from ablation.results import StudyRecord, cell_key, gather, open_store, run_key
from tests.results.stand_in import DEFAULTS, IDENTITY, make_row
from tests.results.stores import age_claim

FLAGS = ("flags.first", "flags.second", "flags.third")
LEVELS = (False, True, "wide", 1)


class Sweeps(RuleBasedStateMachine):
    """Several processes on one study. The model: the row, the holder and the attempts of each key."""

    claims = Bundle("claims")

    def open(self):
        """A store of another process."""
        return open_store(self.place, lease_seconds=3600)

    @initialize()
    def start(self):
        self.place = self.new_place()
        self.defaults = dict(DEFAULTS)
        self.rows, self.holders, self.n_ended, self.number = {}, {}, {}, 0
        self.configs = {}
        self.extend()

    def new_place(self):
        self.folder = tempfile.TemporaryDirectory()
        return str(Path(self.folder.name) / "quick")

    def teardown(self):
        if hasattr(self, "folder"):
            self.folder.cleanup()

    @rule()
    def extend(self):
        """A flag is added: no key of an old run changes, and new levels are new runs."""
        known = [name for name in FLAGS if name in self.defaults]
        if len(known) == len(FLAGS):
            return
        new = FLAGS[len(known)]
        before = {key: self.key_of(config) for key, config in self.configs.items()}
        self.defaults[new] = False
        after = {key: self.key_of({**config, new: False}) for key, config in self.configs.items()}
        assert before == after == {key: key for key in self.configs}
        base = {name: self.defaults[name] for name in DEFAULTS}
        for level in LEVELS:
            config = {**base, **dict.fromkeys(known, False), new: level}
            self.configs.setdefault(self.key_of(config), config)

    def key_of(self, config):
        return run_key(config, 0, IDENTITY, self.defaults)

    def row(self, key, status):
        """A new row each time: two trainings never end at the same moment."""
        self.number += 1
        config = self.configs[key]
        return replace(
            make_row(),
            key=key,
            cell=cell_key(config, IDENTITY, self.defaults),
            config=config,
            status=status,
            seconds=float(self.number),
        )

    @rule(target=claims, choice=st.integers(0, 11))
    def claim(self, choice):
        key = sorted(self.configs)[choice % len(self.configs)]
        claim = self.open().claim(key)
        expected = key not in self.rows and key not in self.holders
        assert (claim is not None) == expected
        if claim is None:
            return multiple()
        self.holders[key] = claim
        return claim

    @rule(
        claim=consumes(claims),
        status=st.sampled_from(["ok", "diverged", "error", "out_of_memory", "timeout"]),
    )
    def commit(self, claim, status):
        """Whoever commits, holder or not: the first final row stays."""
        row = self.row(claim.key, status)
        became = self.open().commit(row, claim)
        assert became == (row.is_final and claim.key not in self.rows)
        if became:
            self.rows[claim.key] = row
        else:
            self.n_ended[claim.key] = self.n_ended.get(claim.key, 0) + 1
        claim.release()
        if self.holders.get(claim.key) is claim:
            del self.holders[claim.key]

    @rule(claim=consumes(claims))
    def release(self, claim):
        """An interrupt, orderly."""
        claim.release()
        if self.holders.get(claim.key) is claim:
            del self.holders[claim.key]

    @rule(claim=claims)
    def lose(self, claim):
        """The holder is not heard of for longer than its lease: from now on, anybody may steal."""
        if self.holders.get(claim.key) is claim:
            age_claim(self.place, claim.key)
            del self.holders[claim.key]

    @rule()
    def sweep(self):
        self.open().sweep(older_than_seconds=-60)

    @rule()
    def gather_everything(self):
        store = self.open()
        factors = {name: list(LEVELS) for name in FLAGS if name in self.defaults}
        store.save_record(StudyRecord("quick", factors, (), tuple(sorted(self.configs)), self.defaults))
        frame = self.gather()
        assert set(frame["key"]) == set(self.rows)
        assert frame.attrs["missing"] == [key for key in sorted(self.configs) if key not in self.rows]
        assert not frame[list(factors)].isna().any(axis=None), "old rows carry the default"
        assert dict(zip(frame["key"], frame["seconds"], strict=True)) == {
            key: row.seconds for key, row in self.rows.items()
        }

    def gather(self):
        return gather(self.place)

    @invariant()
    def the_store_holds_what_the_dictionary_holds(self):
        if not hasattr(self, "place"):
            return
        scan = self.open().scan()
        assert dict(scan.rows) == self.rows
        assert scan.quarantined == ()
        ended = {
            key: sum(attempt.row is not None for attempt in attempts)
            for key, attempts in scan.attempts.items()
        }
        assert {key: n for key, n in ended.items() if n} == self.n_ended
        running = {key for key, kept in scan.attempts.items() if any(a.status == "running" for a in kept)}
        assert running == {key for key in self.holders if key not in self.rows}


SETTINGS = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.slow
class TestSweeps(Sweeps.TestCase):
    settings = SETTINGS
