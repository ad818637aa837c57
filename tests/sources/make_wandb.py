"""Has W&B 0.31.0 log 24 runs offline."""

import os
import subprocess
import sys
from pathlib import Path

from planted import RUNS, write

os.environ |= {
    "WANDB_MODE": "offline",
    "WANDB_SILENT": "true",
    "WANDB_DISABLE_GIT": "true",
    "WANDB_DISABLE_CODE": "true",
}


def one(number: int) -> None:
    import wandb

    run = RUNS[number]
    off = {"x_disable_stats": True, "x_disable_meta": True, "save_code": False, "console": "off"}
    with wandb.init(
        project="planted", config={**run.config, "betas": (0.9, None)}, settings=wandb.Settings(**off)
    ) as log:
        log.log({"loss": 2.0, "val": {"loss": 3.0}})
        if run.fails:
            raise FloatingPointError("planted")
        log.log({"loss": run.loss, "val": {"loss": float("nan")}})


def make(folder: Path) -> None:
    for run in RUNS:
        command = [sys.executable, __file__, str(run.number)]
        done = subprocess.run(command, env=os.environ | {"WANDB_DIR": str(folder)}, check=False)
        assert done.returncode == run.fails
    for path in folder.glob("wandb/*/logs"):
        subprocess.run(["rm", "-r", path], check=True)
    for path in folder.glob("wandb/*"):
        if path.is_symlink() or path.is_file():
            path.unlink()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        one(int(sys.argv[1]))
    else:
        write("wandb", "wandb", make)
