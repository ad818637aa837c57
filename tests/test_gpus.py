"""Processes share numbers out among themselves; no TensorFlow is needed to see it."""

import os
import subprocess
import sys

CODE = """
import sys
from ablation.gpus import take_slot
print(take_slot(2, sys.argv[1]), take_slot(2, sys.argv[1]), flush=True)
sys.stdin.read()
"""


def start(root, folder):
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, "odd: characters/"],
        cwd=root,
        env={**os.environ, "TMPDIR": str(folder)},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    first, again = process.stdout.readline().split()
    assert first == again
    return process, int(first)


def test_each_process_has_a_number_of_its_own_until_it_is_killed(root, tmp_path):
    one, a = start(root, tmp_path)
    two, b = start(root, tmp_path)
    three, c = start(root, tmp_path)
    try:
        assert {a, b} == {0, 1}
        assert c in (0, 1), "when all are taken, one is shared"
        one.kill()
        one.wait()
        four, d = start(root, tmp_path)
        four.kill()
        assert d == a
    finally:
        for process in (one, two, three):
            process.kill()
