"""An MLflow server, asked through its REST API (https://mlflow.org/docs/latest/rest-api.html)."""

import os
from collections.abc import Iterator
from typing import Any

from ablation.sources.http import ask, basic
from ablation.sources.source import chosen
from ablation.words import shown

_PAGE = 1000
_ADVICE = "set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"


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


def _pages(address: str, what: str, **query: object) -> Iterator[dict[str, Any]]:
    token = ""
    while True:
        page = {"page_token": token} if token else {}
        body = {**query, **page, "max_results": _PAGE}
        answer = ask(address, f"/api/2.0/mlflow/{what}/search", body, _credentials(), "MLflow", _ADVICE)
        yield from answer.get(what, [])
        token = answer.get("next_page_token", "")
        if not token:
            return


def _credentials() -> dict[str, str]:
    """The variables that MLflow's own client reads."""
    token, user = os.environ.get("MLFLOW_TRACKING_TOKEN"), os.environ.get("MLFLOW_TRACKING_USERNAME")
    if token:
        return {"Authorization": f"Bearer {token}"}
    if user:
        return basic(user, os.environ.get("MLFLOW_TRACKING_PASSWORD", ""))
    return {}
