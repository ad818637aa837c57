"""W&B's server, asked through the GraphQL of its public API, as `wandb/apis/public/runs.py` (0.31.0) does."""

import json
import netrc
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from ablation.errors import UsageError
from ablation.sources.http import ask, basic

_SCHEME, _SITE, _API = "wandb://", "https://wandb.ai/", "https://api.wandb.ai"
_PAGE = 100
_ADVICE = "set WANDB_API_KEY, or log in with `wandb login`"
_QUERY = """\
query Runs($project: String!, $entity: String!, $cursor: String, $perPage: Int = 50, $order: String, $filters: JSONString) {
  project(name: $project, entityName: $entity) {
    runs(filters: $filters, after: $cursor, first: $perPage, order: $order) {
      edges { node { name displayName state config createdAt summaryMetrics } cursor }
      pageInfo { endCursor hasNextPage }
    }
  }
}
"""  # noqa: E501


def is_server(place: str) -> bool:
    """Whether a place is a project on a server: its page, or `wandb://entity/project`."""
    return place.startswith((_SCHEME, _SITE))


def runs_of(place: str, group: str | None) -> Iterator[dict[str, Any]]:
    """The runs of a project as the server gives them; `config` and `summaryMetrics` are JSON in a text.

    Args:
        place: a project.
        group: the one whose runs are wanted; None for all.

    Raises:
        UsageError: there is no such project, or none that may be read.
    """
    entity, _, rest = place.removeprefix(_SCHEME).removeprefix(_SITE).partition("/")
    project = rest.partition("/")[0].partition("?")[0]
    if not entity or not project:
        raise UsageError(f"{place}: expected a W&B project, {_SCHEME}ENTITY/PROJECT. Received: none")
    base = os.environ.get("WANDB_BASE_URL", _API).rstrip("/")
    filters = json.dumps({"group": group} if group else {})
    variables = {
        "project": project,
        "entity": entity,
        "perPage": _PAGE,
        "order": "+created_at",
        "filters": filters,
    }
    while True:
        body = {"query": _QUERY, "variables": variables}
        answer = ask(base, "/graphql", body, _credentials(base), "W&B", _ADVICE)
        if errors := answer.get("errors"):
            reasons = "; ".join(str(each.get("message")) for each in errors)
            raise UsageError(f"{place}: expected runs. Received from {base}: {reasons}")
        answered = (answer.get("data") or {}).get("project")
        if answered is None:
            raise UsageError(
                f"{place}: expected a project that you may read. Received: {base} knows none of this name. "
                f"If it is not public, {_ADVICE}"
            )
        yield from (edge["node"] for edge in answered["runs"]["edges"])
        page = answered["runs"]["pageInfo"]
        if not page["hasNextPage"]:
            return
        variables["cursor"] = page["endCursor"]


def _credentials(base: str) -> dict[str, str]:
    """As W&B's own client takes them: from the environment, or where `wandb login` has put them."""
    key = os.environ.get("WANDB_API_KEY")
    if not key:
        try:
            host = urlsplit(base).hostname or ""
            entry = netrc.netrc(os.environ.get("NETRC")).authenticators(host)
        except (OSError, netrc.NetrcParseError):
            entry = None
        key = entry[2] if entry else None
    return basic("api", key) if key else {}
