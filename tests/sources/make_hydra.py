"""Has Hydra 1.3.8 run 24 jobs, each of which writes its metrics as JSON into its own folder."""

import shutil
import subprocess
import sys
from pathlib import Path

from planted import RUNS, write

APP = """
import json
from pathlib import Path
import hydra
from hydra.core.hydra_config import HydraConfig
from planted import RUNS

@hydra.main(version_base="1.3", config_path=None, config_name="config")
def app(config):
    run = next(r for r in RUNS if r.config == dict(config, opt=dict(config.opt)))
    if run.fails:
        raise FloatingPointError("planted")
    Path(HydraConfig.get().runtime.output_dir, "metrics.json").write_text(json.dumps({"loss": run.loss}))

app()
"""


def make(folder: Path) -> None:
    here = folder.parent  # Hydra's jobs are kept, the app is not
    shutil.copy(Path(__file__).parent / "planted.py", here)
    (here / "app.py").write_text(APP)
    (here / "config.yaml").write_text("act: relu\nopt: {name: sgd, nesterov: false}\nseed: 0\n")
    for run in RUNS:
        job = [f"act={run.act}", f"opt.name={run.optimizer}", f"seed={run.seed}"]
        place = [f"hydra.sweep.dir={folder}/multirun", f"hydra.sweep.subdir={run.number}"]
        command = [sys.executable, "app.py", "--config-dir", ".", "-m", *job, *place]
        done = subprocess.run(command, check=False, capture_output=True, cwd=here)
        assert done.returncode == run.fails, done.stderr


if __name__ == "__main__":
    write("hydra", "hydra-core", make)
