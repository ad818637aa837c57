"""What a process gives back of the libraries that it has read."""

import subprocess
import sys

import pytest

from ablation.sweep.pages import _read_only

SMAPS = """\
7f0000000000-7f0000003000 r-xp 00000000 fe:00 11 /lib/liba b.so
Rss:                  12 kB
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd ex mr mw me
7f0000003000-7f0000004000 r--p 00003000 fe:00 11 /lib/linked.so
Anonymous:             4 kB
Swap:                  0 kB
VmFlags: rd mr mw me ac
7f0000003000-7f0000004000 r--p 00003000 fe:00 11 /lib/swapped.so
Anonymous:             0 kB
Swap:                  4 kB
VmFlags: rd mr mw me ac
7f0000004000-7f0000005000 rw-p 00004000 fe:00 11 /lib/data.so
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd wr mr mw me ac
7f0000005000-7f0000006000 r--p 00000000 00:00 0
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd mr mw me ac
7f0000006000-7f0000007000 r-xp 00000000 00:00 0 [vdso]
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd ex mr mw me de
"""

PROGRAM = """
import re, sys
import numpy
from ablation.sweep.pages import give_back_read_pages

def kilobytes(part):
    text = open("/proc/self/smaps_rollup").read()
    return int(re.search(rf"^{part}: +(\\d+)", text, re.M)[1])

a = numpy.arange(12.0).reshape(3, 4)
before = kilobytes("Rss") - kilobytes("Anonymous"), kilobytes("Anonymous"), (a @ a.T).tolist()
give_back_read_pages()
after = kilobytes("Rss") - kilobytes("Anonymous"), kilobytes("Anonymous"), (a @ a.T).tolist()
assert after[0] < before[0] / 2, (before, after)
assert after[1] >= before[1], (before, after)
assert after[2] == before[2]
"""


def test_only_what_nobody_has_written_to_is_given_back():
    assert list(_read_only(SMAPS)) == [(0x7F0000000000, 0x3000)]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux'")
def test_a_process_computes_on_after_it_has_given_back_most_of_its_libraries(root):
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
