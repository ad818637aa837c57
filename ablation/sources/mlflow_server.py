"""An MLflow server, asked through its REST API (https://mlflow.org/docs/latest/rest-api.html)."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from typing import Any

from ablation.errors import UsageError
from ablation.sources.databases import shown
from ablation.sources.source import chosen

_PAGE = 1000
_SECONDS = 30.0


def is_server(place: str) -> bool:
    """Whether a place is the address of a server."""
    return place.startswith(("http://", "https://"))


def runs_of(place: str, wanted: str | None) -> list[dict[str, Any]]:
    """The runs of one experiment that has not been deleted, as the server gives them.

    Raises:
        UsageError: there is no such server or experiment, or it asks for credentials.
    """
    address = place.rstrip("/")
    experiments = {one["name"]: one["experiment_id"] for one in _pages(address, "experiments")}
    name = chosen("an experiment", "experiment", list(experiments), wanted, shown(place))
    return list(_pages(address, "runs", experiment_ids=[experiments[name]]))


def _pages(address: str, what: str, **asked: object) -> Iterator[dict[str, Any]]:
    token = ""
    while True:
        page = {"page_token": token} if token else {}
        found = _ask(address, f"/api/2.0/mlflow/{what}/search", {**asked, **page, "max_results": _PAGE})
        yield from found.get(what, [])
        token = found.get("next_page_token", "")
        if not token:
            return


def _ask(address: str, path: str, body: dict[str, object]) -> dict[str, Any]:
    import urllib.error  # slow to import, for the one source that asks
    import urllib.request

    headers = {"Content-Type": "application/json", **_credentials()}
    request = urllib.request.Request(f"{address}{path}", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            found = json.loads(answer.read())
        if isinstance(found, dict):
            return found
        received = "an answer that is no object"
    except urllib.error.HTTPError as error:
        received = f"{error.code} {error.reason}"
        if error.code in (401, 403):
            received += (
                "; set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
            )
    except (OSError, ValueError) as error:
        received = str(getattr(error, "reason", error))
    raise UsageError(f"{shown(address)}: expected a server of MLflow that answers. Received: {received}.")


def _credentials() -> dict[str, str]:
    """As MLflow's own client takes them."""
    token, user = os.environ.get("MLFLOW_TRACKING_TOKEN"), os.environ.get("MLFLOW_TRACKING_USERNAME")
    if token:
        return {"Authorization": f"Bearer {token}"}
    if user:
        pair = f"{user}:{os.environ.get('MLFLOW_TRACKING_PASSWORD', '')}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    return {}
