"""Processes share numbers out among themselves; no TensorFlow is needed to see it."""

import subprocess
import sys
import uuid

CODE = """
import sys
from ablation.training.slots import take_slot
print(take_slot(2, sys.argv[1]), take_slot(2, sys.argv[1]), flush=True)
sys.stdin.read()
"""


def start(root, name):
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, name], cwd=root, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    first, again = process.stdout.readline().split()
    assert first == again
    return process, int(first)


def test_each_process_has_a_number_of_its_own_until_it_is_killed(root):
    name = f"test-{uuid.uuid4()}/with odd: characters"
    one, a = start(root, name)
    two, b = start(root, name)
    three, c = start(root, name)
    try:
        assert {a, b} == {0, 1}
        assert c in (0, 1), "when all are taken, one is shared"
        one.kill()
        one.wait()
        four, d = start(root, name)
        four.kill()
        assert d == a
    finally:
        for process in (one, two, three):
            process.kill()
