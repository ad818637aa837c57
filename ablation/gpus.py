"""How many NVIDIA GPUs there are, without starting any library that would take one."""

import os
import subprocess
from itertools import takewhile


def count_gpus() -> int:
    """NVIDIA GPUs that this process may use."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        # CUDA takes the list up to the first entry that names no GPU.
        return len(list(takewhile(lambda gpu: gpu.strip() not in ("", "-1"), visible.split(","))))
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return sum(line.startswith("GPU ") for line in listed.stdout.splitlines())
