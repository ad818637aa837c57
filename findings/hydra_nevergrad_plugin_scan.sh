#!/usr/bin/env bash
# On Python 3.11 and newer, installing hydra-nevergrad-sweeper takes down every Hydra app of the environment, also those that
# use another sweeper or none: Hydra imports all plugins when any app starts, and this one's config has a dataclass as the
# default of a field, which Python has refused since 3.11 ("mutable default"). The app's function is never called. pip
# installs it without a word, as the package names no upper bound of Python. `--no-deps` spares Nevergrad itself
# and what it needs, as the plugin's config fails before anything of them is imported.
# Seen with Python 3.11 on 2026-11-30:
#   hydra-core 1.3.8 alone: ran; with hydra-nevergrad-sweeper 1.2.0: ValueError: mutable default
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/app.py" <<'PYTHON'
import hydra

@hydra.main(version_base=None)
def app(cfg):
    print("ran")

app()
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check hydra-core==1.3.8
before=$(cd "$room" && "$room/venv/bin/python" app.py)
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps hydra-nevergrad-sweeper==1.2.0
after=$(cd "$room" && "$room/venv/bin/python" app.py 2>&1 | grep -o 'ValueError: mutable default' || true)
seen="hydra-core 1.3.8 alone: $before; with hydra-nevergrad-sweeper 1.2.0: $after"
echo "$seen"
[ "$seen" = "hydra-core 1.3.8 alone: ran; with hydra-nevergrad-sweeper 1.2.0: ValueError: mutable default" ]
