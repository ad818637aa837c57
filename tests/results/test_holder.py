"""Whether a claim's holder is known to be dead: only where there is no doubt."""

import os
import signal

import pytest

from ablation.results.holder import is_gone, read_holder, this_process
from tests.results.worker import child

pytestmark = pytest.mark.skipif(
    "machine" not in this_process(), reason="only Linux tells; elsewhere leases do"
)


def test_a_living_and_a_stopped_holder_are_there():
    assert not is_gone(this_process())
    holder = this_process()
    with child(signal.pause) as pid:
        os.kill(pid, signal.SIGSTOP)
        os.waitpid(pid, os.WUNTRACED)
        ticks = (open(f"/proc/{pid}/stat").read().rpartition(")")[2]).split()[19]  # noqa: PTH123, SIM115
        assert not is_gone({**holder, "pid": pid, "start": ticks})


def test_a_dead_holder_is_gone_even_before_its_parent_looks():
    holder = this_process()
    with child(signal.pause) as pid:
        ticks = (open(f"/proc/{pid}/stat").read().rpartition(")")[2]).split()[19]  # noqa: PTH123, SIM115
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert is_gone({**holder, "pid": pid, "start": ticks}), "a zombie is dead"
        os.waitpid(pid, 0)
        assert is_gone({**holder, "pid": pid, "start": ticks})


def test_a_number_that_was_given_to_another_process_is_not_the_holder():
    assert is_gone({**this_process(), "start": "1"})


@pytest.mark.parametrize(
    "doubt",
    [
        {"machine": "another boot pid:[1]", "pid": 2**22 - 1},
        {"machine": None},
        {"pid": "1"},
        {"pid": 0},
        {"pid": -1},
        {"pid": 10**30},
        {"pid": None},
    ],
)
def test_in_doubt_the_lease_decides(doubt):
    assert not is_gone({**this_process(), **doubt})


@pytest.mark.parametrize("data", [b"", b"{", b"[1]", b"null", b"\xff\xfe", b"{" * 100])
def test_a_claim_of_any_content_is_read(data):
    assert read_holder(data) == {}
    assert not is_gone(read_holder(data))
