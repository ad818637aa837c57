#!/usr/bin/env bash
# Sacred's FileStorageObserver writes what a run returns into run.json: a number, if it is Python's. A number of NumPy, which most
# means of losses are, becomes an object that jsonpickle made, without a warning, though NumPy's float64 is a float in Python. So a
# reader that takes `result` for the loss gets numbers from some runs and dictionaries from others. Values logged with `log_scalar`
# are plain numbers in metrics.json all the same.
# Seen with Python 3.11 on 2026-12-01:
#   sacred 0.8.7, numpy 2.4.6: float 0.25; float64 {"dtype": "float64", "py/object": "numpy.float64", "value": 0.25};
#   float32 {"dtype": "float32", "py/object": "numpy.float32", "value": 0.25}; logged float32 0.25
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import json, logging, pathlib, sys
from importlib.metadata import version
import numpy as np
from sacred import Experiment
from sacred.observers import FileStorageObserver
seen = []
for kind in (float, np.float64, np.float32):
    place = pathlib.Path(sys.argv[1]) / kind.__name__
    experiment = Experiment("study", save_git_info=False)
    experiment.logger = logging.getLogger("quiet")
    experiment.observers.append(FileStorageObserver(place))
    @experiment.main
    def train(_run):
        _run.log_scalar("loss", kind(0.25), 1)
        return kind(0.25)
    experiment.run()
    result = json.loads((place / "1/run.json").read_text())["result"]
    seen.append(f"{kind.__name__} {json.dumps(result, sort_keys=True)}")
logged = json.loads((place / "1/metrics.json").read_text())["loss"]["values"][0]
print(f"sacred {version('sacred')}, numpy {np.__version__}:", "; ".join(seen) + f"; logged {kind.__name__} {logged}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary sacred==0.8.7 numpy==2.4.6
seen=$("$room/venv/bin/python" -W ignore "$room/see.py" "$room/runs")
echo "$seen"
[ "$seen" = 'sacred 0.8.7, numpy 2.4.6: float 0.25; float64 {"dtype": "float64", "py/object": "numpy.float64", "value": 0.25}; float32 {"dtype": "float32", "py/object": "numpy.float32", "value": 0.25}; logged float32 0.25' ]
