"""Pages of libraries that a process has read to import them, and needs no more. Linux alone."""

import ctypes
from collections.abc import Iterator
from pathlib import Path

_MADV_DONTNEED = 4
_OF_ITS_OWN = ("Anonymous:", "Swap:")


def give_back_read_pages() -> None:
    """Unmap what equals its file: whatever is touched again comes back from it, in its forks as well.

    An import reads nearly all of a library, to link it and to run what registers its operations: TensorFlow's
    are 300 MB, of which training needs 70.
    """
    advise = ctypes.CDLL(None).madvise
    try:
        smaps = Path("/proc/self/smaps").read_text()
    except OSError:  # a container may hide it: the pages stay
        return
    for start, size in _read_only(smaps):
        advise(ctypes.c_void_p(start), ctypes.c_size_t(size), _MADV_DONTNEED)


def _read_only(smaps: str) -> Iterator[tuple[int, int]]:
    """Start and size of each mapping with pages of its file alone: others would be lost."""
    mapping = None
    for words in map(str.split, smaps.splitlines()):
        if not words[0].endswith(":"):
            start, _, end = words[0].partition("-")
            is_file = len(words) > 5 and words[5].startswith("/")
            mapping = (int(start, 16), int(end, 16)) if is_file and "w" not in words[1] else None
        elif mapping and words[0] in _OF_ITS_OWN and words[1] != "0":
            mapping = None
        elif mapping and words[0] == "VmFlags:":
            yield mapping[0], mapping[1] - mapping[0]
