#!/usr/bin/env bash
# hydra-zen: None among the values of multirun() arrives as the text 'None', which is true in an if; a single None arrives as null.
# Texts change too: 'true' comes as a boolean, '1' as a number, 'null' as null, and 'a,b' makes two jobs. Values of a list of None and texts
# are written into Hydra's grammar without quotes, so a sweep over [None, 1] trains something else than None.
# Seen with Python 3.11 on 2026-11-30:
#   hydra-zen 0.17.2, hydra-core 1.3.8: [None, 1] -> ['None', 1]; None -> None; ['true', '1', 'null', 'a,b'] -> [True, 1, None, 'a', 'b']
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import logging
from importlib.metadata import version
from hydra_zen import launch, make_config, multirun, zen
def give(dropout):
    return dropout
def swept(values):
    jobs = launch(make_config(dropout=0), zen(give), overrides={"dropout": multirun(values)}, multirun=True, version_base="1.3")
    return [job.return_value for job in jobs[0]]
def single(value):
    return launch(make_config(dropout=0), zen(give), overrides={"dropout": value}, version_base="1.3").return_value
logging.disable(logging.CRITICAL)
TEXTS = ["true", "1", "null", "a,b"]
print(f"hydra-zen {version('hydra-zen')}, hydra-core {version('hydra-core')}: {[None, 1]} -> {swept([None, 1])}; "
      f"None -> {single(None)}; {TEXTS} -> {swept(TEXTS)}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check hydra-zen==0.17.2 hydra-core==1.3.8
seen=$(cd "$room" && "$room/venv/bin/python" -W ignore see.py)
echo "$seen"
[ "$seen" = "hydra-zen 0.17.2, hydra-core 1.3.8: [None, 1] -> ['None', 1]; None -> None; ['true', '1', 'null', 'a,b'] -> [True, 1, None, 'a', 'b']" ]
