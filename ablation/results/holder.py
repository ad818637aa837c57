"""The holder of a claim, and whether that process is known to be gone."""

import json
import os
import socket
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


def this_process() -> dict[str, object]:
    """Describe this process so that it can be told from any other, on any machine.

    Returns:
        host and pid; on Linux also machine (this boot and process namespace) and start (clock ticks).
    """
    return dict(_describe(os.getpid()))


@cache  # every claim says it, and Linux takes up to a millisecond to tell it
def _describe(pid: int) -> dict[str, object]:
    holder: dict[str, object] = {"host": socket.gethostname(), "pid": pid}
    machine, start = _machine(), _start(pid)
    if machine and start:
        holder |= {"machine": machine, "start": start}
    return holder


if hasattr(os, "register_at_fork"):  # a child may have its parent's number in a namespace of its own
    os.register_at_fork(after_in_child=_describe.cache_clear)


def read_holder(data: bytes) -> dict[str, object]:
    """Read the description in a claim; empty where its writer died before writing it."""
    try:
        holder = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return holder if isinstance(holder, dict) else {}


def holder_name(holder: dict[str, object]) -> str:
    """Host and process in words."""
    return f"{holder.get('host', 'unknown host')}:{holder.get('pid', 'unknown process')}"


def is_gone(holder: dict[str, object]) -> bool:
    """Whether the holder is certainly dead, which only its own machine can know.

    Elsewhere, and wherever in doubt, the answer is False, and the lease decides.
    """
    machine, pid = _machine(), holder.get("pid")
    if not machine or holder.get("machine") != machine or not isinstance(pid, int) or pid < 1:
        return False
    try:
        os.kill(pid, 0)  # sends nothing; tells whether it exists
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):  # somebody else's, whose /proc may be hidden: in doubt
        return False
    return _start(pid) != holder.get("start")


def _machine() -> str | None:
    """This boot of this machine and its process namespace: within both, a pid means one process."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return None


def _start(pid: int) -> str | None:
    """When a living process started, in clock ticks since boot; None for the dead and for zombies."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    after_name = text.rpartition(")")[2].split()
    return None if after_name[0] in "ZX" else after_name[19]
