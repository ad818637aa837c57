#!/usr/bin/env bash
# MLflow's metric of a run is the one at its last step; of several with one step and one millisecond it is not the last that
# was logged but the largest, and the history comes back sorted by value. A loss that is logged without a step, several times
# in a millisecond or with the time of its batch, so shows its worst value, and an accuracy its best. A step per value is the cure.
# Seen with Python 3.11 on 2026-12-01 (0.9, 0.5, 0.1 logged in this order):
#   mlflow 3.17.2: one step and time: loss 0.9, history 0.1 0.5 0.9; a step each: loss 0.1, history 0.9 0.5 0.1
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import sys
from importlib.metadata import version
from mlflow.tracking import MlflowClient
client = MlflowClient(f"sqlite:///{sys.argv[1]}/runs.db")
experiment = client.create_experiment("study")
def logged(steps):
    key = client.create_run(experiment).info.run_id
    for step, loss in zip(steps, (0.9, 0.5, 0.1)):
        client.log_metric(key, "loss", loss, timestamp=1_000, step=step)
    history = " ".join(str(each.value) for each in client.get_metric_history(key, "loss"))
    return f"loss {client.get_run(key).data.metrics['loss']}, history {history}"
print(f"mlflow {version('mlflow-skinny')}: one step and time: {logged((0, 0, 0))}; a step each: {logged((0, 1, 2))}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary mlflow-skinny==3.17.2 sqlalchemy alembic==1.20.1
seen=$("$room/venv/bin/python" -W ignore "$room/see.py" "$room" 2> /dev/null)
echo "$seen"
[ "$seen" = "mlflow 3.17.2: one step and time: loss 0.9, history 0.1 0.5 0.9; a step each: loss 0.1, history 0.9 0.5 0.1" ]
