#!/usr/bin/env bash
# `hydra.job.override_dirname`, of which many apps make names of folders and experiments, was a text in Hydra 1.3 and is an
# interpolation in 1.4, `${hydra_override_dirname:}`, which reads the overrides of the configuration that it stands in. So what an app
# writes of `cfg.hydra` without resolving it (OmegaConf.to_yaml, a tracker's configuration) no longer says what was overridden.
# Seen with Python 3.11 on 2026-12-01:
#   hydra-core 1.3.8, omegaconf 2.3.1: raw 'rate=0.5', resolved 'rate=0.5'
#   hydra-core 1.4.0rc3, omegaconf 2.4.1rc1: raw '${hydra_override_dirname:}', resolved 'rate=0.5'
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
mkdir "$room/conf"; echo "rate: 0.1" > "$room/conf/config.yaml"
cat > "$room/see.py" <<'PYTHON'
from importlib.metadata import version
import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import OmegaConf

@hydra.main(version_base=None, config_path="conf", config_name="config")
def app(cfg):
    job = HydraConfig.get().job
    raw = OmegaConf.to_container(job, resolve=False)["override_dirname"]
    old = version("hydra-core").startswith("1.3")
    print(f"hydra-core {version('hydra-core')}, omegaconf {version('omegaconf')}: raw {raw!r}, resolved {job.override_dirname!r}")
    assert job.override_dirname == "rate=0.5"
    assert (raw == "rate=0.5") == old

app()
PYTHON
cd "$room"
for pins in "hydra-core==1.3.8 omegaconf==2.3.1" "hydra-core==1.4.0rc3 omegaconf==2.4.1rc1"; do
  rm -rf venv; python3 -m venv venv
  venv/bin/pip install --quiet --disable-pip-version-check $pins 2> /dev/null
  venv/bin/python see.py rate=0.5
done
