"""`ablation export`: send the runs of a study to trackers."""

import json
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path

from ablation.cli.studies import located
from ablation.cli.subcommand import Settings, Subcommand
from ablation.errors import UsageError


def _settings() -> Settings:
    from ablation.trackers.registry import known

    return {
        "Options": {
            "--to": f"the trackers, with commas between them: {', '.join(known())}",
            "--uri": "where, if it is one tracker and the place is another than it would be without",
            "--json": "print JSON",
        },
        "What --uri names": {name: tracker.uri for name, tracker in known().items()},
    }


def _export(words: Sequence[str]) -> int:
    from ablation.results import open_existing
    from ablation.results.opening import is_url
    from ablation.trackers import check_installed, read_trackers, result_line, send_missing

    options = dict(word.split("=", 1) for word in words if word.startswith("--"))
    studies = located([word for word in words if not word.startswith("--")])
    names, uri = [name for name in options.get("--to", "").split(",") if name], options.get("--uri")
    if len(studies) != 1 or not names or (uri and len(names) > 1):
        raise UsageError(
            "Expected a study and trackers, or one tracker and its URI: ablation export quick --to mlflow "
            f"--uri http://localhost:5000. Received: {' '.join(words) or 'nothing'}"
        )
    trackers = read_trackers(dict.fromkeys(names, uri), "--to")
    store = open_existing(studies[0])
    check_installed(trackers, "--to")
    snapshot = store.scan()
    if not snapshot.rows and not snapshot.attempts:
        raise UsageError(f"{store.place}: expected a study with runs. Received: none there")
    folder = Path("runs", snapshot.record.study) if is_url(studies[0]) else Path(studies[0])
    with redirect_stdout(sys.stderr):  # trackers print what they do
        done = [send_missing(name, to, snapshot, folder) for name, to in trackers.items()]
    if "--json" in options:
        print(
            json.dumps({"schema": 1, "study": store.place, "trackers": [asdict(d) for d in done]}, indent=1)
        )
    else:
        for sent in done:
            print(result_line(sent, store.place), file=sys.stderr if sent.problem else sys.stdout)
    return int(any(sent.problem for sent in done))


COMMAND = Subcommand(
    "export",
    "STUDY --to TRACKER",
    "send the runs of a study to TensorBoard, MLflow, W&B or trackio",
    "Every finished run goes there with its flags as hyperparameters, its responses, history and status, and "
    "a link to the report; the study is the experiment or group. The tracker is asked what is there, so done "
    "again it sends what is missing, and nothing twice. Exit code 1: something could not be sent. A sweep "
    "does the same by itself with results.log=[TRACKER].",
    _settings,
    _export,
    {"--to": "TRACKER", "--uri": "URI", "--json": ""},
)
