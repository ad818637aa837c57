"""Has a server of MLflow 3.17.2 answer what is asked of it; the answers are kept as they came."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from planted import unpack, write

ADDRESS = "http://127.0.0.1:5917"


def ask(path: str, **body: object) -> bytes:
    data, kind = json.dumps(body).encode(), {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{ADDRESS}{path}", data, kind)) as answer:
        return answer.read()


def make(folder: Path) -> None:
    store = unpack("mlflow_sqlite", folder.parent) / "mlflow.db"
    server = [
        sys.executable,
        "-m",
        "mlflow",
        "server",
        "--backend-store-uri",
        f"sqlite:///{store}",
        "--port",
        "5917",
    ]
    process = subprocess.Popen(
        [*server, "--workers", "1"], env=os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true"}
    )
    try:
        for _ in range(120):
            try:
                experiments = ask("/api/2.0/mlflow/experiments/search", max_results=1000)
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(1)
        (folder / "experiments-1.json").write_bytes(experiments)
        ids = [
            one["experiment_id"] for one in json.loads(experiments)["experiments"] if one["name"] == "planted"
        ]
        token, number = "", 0
        while number == 0 or token:
            number += 1
            page = {"page_token": token} if token else {}
            answer = ask("/api/2.0/mlflow/runs/search", experiment_ids=ids, max_results=10, **page)
            (folder / f"runs-{number}.json").write_bytes(answer)
            token = json.loads(answer).get("next_page_token")
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    write("mlflow_server", "mlflow", make)
