"""One thread beats for all claims of a process."""

import multiprocessing
import threading
import time

import pytest

from ablation.results.heart import HEART, Heart


def wait_for(holds, seconds=20.0):
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.005)
    assert holds()


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "claims"]


@pytest.fixture(autouse=True)
def others_have_ended():
    wait_for(lambda: not threads(), 60)


def test_each_is_called_at_its_own_pace_from_one_thread():
    heart, slow, quick = Heart(), [], []
    numbers = [heart.start(lambda: slow.append(1), 3600.0), heart.start(lambda: quick.append(1), 0.01)]
    wait_for(lambda: len(quick) >= 5)
    assert slow == []
    assert len(threads()) == 1
    for number in numbers:
        heart.stop(number)


def test_nothing_is_called_once_it_is_stopped():
    heart, calls = Heart(), []
    for _ in range(50):
        number = heart.start(lambda: calls.append(1), 0.001)
        time.sleep(0.002)
        heart.stop(number)
        n_calls = len(calls)
        time.sleep(0.002)
        assert len(calls) == n_calls
    assert calls


def test_the_thread_ends_when_nothing_is_left_and_starts_again():
    heart, calls = Heart(), []
    heart.stop(heart.start(lambda: None, 0.01))
    wait_for(lambda: not threads())
    number = heart.start(lambda: calls.append(1), 0.01)
    wait_for(lambda: calls)
    heart.stop(number)


def _beats_in_a_child(queue):
    number = HEART.start(lambda: queue.put("child"), 0.01)
    time.sleep(0.5)
    HEART.stop(number)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_beats_for_itself_alone():
    calls = []
    number = HEART.start(lambda: calls.append(1), 0.01)
    wait_for(lambda: calls)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_beats_in_a_child, args=(queue,))
    child.start()
    assert queue.get(timeout=20) == "child"
    child.join(20)
    assert child.exitcode == 0
    HEART.stop(number)
