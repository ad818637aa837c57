"""Send runs of a study to the trackers that people use; the rows stay authoritative.

A tracker is one entry of `registry.py` and one module, which imports the tracker's package when it is opened.
"""

from ablation.trackers.registry import NAMES, check_installed, read_trackers
from ablation.trackers.send import Sent, result_line, send_missing

__all__ = ["NAMES", "Sent", "check_installed", "read_trackers", "result_line", "send_missing"]
