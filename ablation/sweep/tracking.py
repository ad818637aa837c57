"""Logging to trackers in a process of its own, so that no training waits for it or fails."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from omegaconf import DictConfig, OmegaConf

from ablation.sweep.messages import print_lines
from ablation.trackers import check_installed, read_trackers

_PATIENCE_SECONDS = (5.0, 600.0)
"""How long a sweep that has ended waits for its last runs to be sent: until it says so, and at most."""

Trackers = Mapping[str, str | None]
"""Name → URI, or None for where the tracker itself would log."""


def wanted_trackers(base: DictConfig, key: str) -> Trackers:
    """The trackers that a sweep logs to, from the configuration of a cell.

    Raises:
        UsageError: a tracker is not known, or not installed.
    """
    setting: Any = OmegaConf.select(base, "results.log")
    if OmegaConf.is_config(setting):
        setting = OmegaConf.to_container(setting, resolve=True)
    trackers = read_trackers(setting, key)
    check_installed(trackers, key)
    return trackers


@contextmanager
def logging_to(trackers: Trackers, url: str, folder: str) -> Iterator[None]:
    """Meanwhile, send runs to trackers as they end, and at the end what is missing."""
    if not trackers:
        yield
        return
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "ablation.trackers"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, start_new_session=True,  # Ctrl-C ends the sweep alone
        env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
    )  # fmt: skip
    assert process.stdin
    request = {"trackers": dict(trackers), "url": url, "folder": folder}
    try:
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
        yield
    finally:
        with suppress(BrokenPipeError), process.stdin:
            process.stdin.write("end\n")  # to close it is not enough: a forked process may hold it as well
        process.stdin = None  # else `communicate` writes to it
    print_lines(_answer(process, trackers, folder))


def _answer(process: "subprocess.Popen[str]", trackers: Trackers, folder: str) -> list[str]:
    """What has been sent, or that it is unknown."""
    names, (brief, long) = ", ".join(trackers), _PATIENCE_SECONDS
    with suppress(subprocess.TimeoutExpired):
        process.wait(brief)
    if process.returncode is None:
        print_lines([f"Sending the last runs to {names}; Ctrl-C leaves it to the background."])
    try:
        lines = process.communicate(timeout=long)[0].splitlines()
    except subprocess.TimeoutExpired:
        return [f"Logging to {names} takes long and goes on in the background: {folder}/jobs/trackers.log"]
    if process.returncode or len(lines) < len(trackers):
        log = f"{folder}/jobs/trackers.log"
        return [f"Warning: logging to {names} ended early ({log}). ablation export sends what is missing."]
    return lines
