#!/usr/bin/env bash
# Experiment files that are swept, `+experiment=a,b`, and one of them sets something of the sweeper or launcher (a time limit, a number of
# jobs), as templates do. Hydra 1.3 trains them all and ignores what a file says of the sweep, without a word. Hydra 1.4 refuses the
# whole sweep before its first job.
# Seen with Python 3.11 on 2026-12-01:
#   hydra-core 1.3.8, omegaconf 2.3.1: 2 jobs ran
#   hydra-core 1.4.0rc3, omegaconf 2.4.1rc1: 0 jobs ran; 'hydra.sweeper' must be configured before the sweep starts, but a swept …
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
mkdir -p "$room/conf/experiment"; echo "rate: 0.1" > "$room/conf/config.yaml"
printf '# @package _global_\nrate: 0.2\n' > "$room/conf/experiment/plain.yaml"
printf '# @package _global_\nrate: 0.3\nhydra:\n  sweeper:\n    max_batch_size: 1\n' > "$room/conf/experiment/small_batch.yaml"
cat > "$room/app.py" <<'PYTHON'
import hydra

@hydra.main(version_base=None, config_path="conf", config_name="config")
def app(cfg):
    print(f"ran with {cfg.rate}")

app()
PYTHON
cd "$room"
ran() {
  python3 -m venv "venv$1"
  "venv$1/bin/pip" install --quiet --disable-pip-version-check "hydra-core==$1" "omegaconf==$2" 2> /dev/null
  "venv$1/bin/python" app.py -m +experiment=small_batch,plain > "said$1" 2>&1 || true
  echo "hydra-core $1, omegaconf $2: $(grep -c "^ran with" "said$1") jobs ran; $(grep -o "'hydra.sweeper' must be.*" "said$1" || true)"
}
old=$(ran 1.3.8 2.3.1); new=$(ran 1.4.0rc3 2.4.1rc1)
echo "$old"; echo "$new"
[[ "$old" == *": 2 jobs ran; " && "$new" == *": 0 jobs ran; 'hydra.sweeper' must be configured before the sweep starts"* ]]
