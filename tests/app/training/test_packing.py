import logging

import pytest

from ablation.app.training.packing import pack_size, train_packed
from ablation.results import Outcome


class Stand:
    """Trains nothing, remembers what it was asked for, and has room for some runs."""

    def is_out_of_memory(self, error):
        return "RESOURCE_EXHAUSTED" in str(error)

    def __init__(self, room, believed=None):
        self.room, self.believed, self.packs = room, believed or room, []

    def fitting(self, n):
        return min(n, self.believed)

    def train(self, seeds):
        self.packs.append(list(seeds))
        if len(seeds) > self.room:
            raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 7 bytes.")
        return [Outcome(seed, {"loss": float(seed)}, {}, provenance={"backend": "none"}) for seed in seeds]


def trained(stand, seeds, pack):
    runs = list(train_packed(stand, seeds, pack))
    assert [run.seed for run in runs] == list(seeds)
    assert [run.responses["loss"] for run in runs] == [float(seed) for seed in seeds]
    assert {run.provenance["backend"] for run in runs} <= {"none"}
    return [run.provenance["pack"] for run in runs]


@pytest.mark.parametrize(
    ("n", "most", "size"), [(5, 64, 5), (5, 5, 5), (5, 4, 3), (10, 8, 5), (10, 4, 4), (3, 1, 1), (1, 9, 1)]
)
def test_a_pack_is_as_small_as_the_number_of_packs_allows(n, most, size):
    assert pack_size(n, most) == size


def test_auto_takes_what_the_loop_thinks_will_fit():
    stand = Stand(room=8)
    assert trained(stand, range(5), "auto") == ["5"] * 5
    assert stand.packs == [[0, 1, 2, 3, 4]]


def test_a_number_is_the_most_and_the_last_pack_is_filled_with_a_seed_again():
    stand = Stand(room=8)
    assert trained(stand, [7, 5, 3], "2") == ["2"] * 3
    assert stand.packs == [[7, 5], [3, 3]]


def test_no_seeds_are_no_runs():
    assert trained(Stand(room=8), [], "auto") == []


def test_a_pack_that_does_not_fit_is_trained_in_smaller_ones_which_is_said(caplog):
    stand = Stand(room=3, believed=64)
    with caplog.at_level(logging.WARNING):
        told = trained(stand, range(8), "auto")
    assert told == ["2 (4 ran out of memory)"] * 8
    assert [len(pack) for pack in stand.packs] == [8, 4, 2, 2, 2, 2]
    assert "pack of 8 runs does not fit" in caplog.text
    assert "pack of 4 runs does not fit" in caplog.text


def test_compiling_for_too_many_is_tried_with_fewer():
    class Hesitant(Stand):
        def fitting(self, n):
            if n > 4:
                raise RuntimeError("RESOURCE_EXHAUSTED: while compiling")
            return n

    assert trained(Hesitant(room=8), range(12), "auto") == ["3"] * 12


def test_a_run_that_does_not_fit_alone_is_out_of_memory():
    with pytest.raises(MemoryError, match="one run"):
        trained(Stand(room=0), range(3), "auto")


def test_other_faults_are_not_hidden():
    class Broken(Stand):
        def train(self, seeds):
            raise RuntimeError(f"no luck with {seeds}")

    with pytest.raises(RuntimeError, match="no luck"):
        trained(Broken(room=8), range(3), "2")


def test_one_run_that_is_too_much_for_the_compiler_is_tried_and_then_said_to_be_too_much():
    class Full(Stand):
        def fitting(self, _n):
            raise RuntimeError("RESOURCE_EXHAUSTED: while compiling")

    with pytest.raises(MemoryError, match="one run"):
        trained(Full(room=0), range(3), "auto")
