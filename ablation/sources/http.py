"""Servers that take a POST and answer with a JSON object."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from ablation.errors import UsageError
from ablation.words import shown

_SECONDS = 30.0


def ask(
    base: str, path: str, body: Mapping[str, object], headers: Mapping[str, str], tool: str, advice: str
) -> Any:
    """The object that a server answers with.

    Args:
        base: its address.
        path: what is asked there.
        body: becomes JSON.
        headers: credentials.
        tool: whose server it is.
        advice: where credentials are said, for one that asks for them.

    Raises:
        UsageError: there is no such server, or it refuses.
    """
    import urllib.error  # slow to import, for the few sources that ask
    import urllib.request

    headers = {"Content-Type": "application/json", **headers}
    try:
        request = urllib.request.Request(f"{base}{path}", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            content = json.loads(answer.read())
        if isinstance(content, dict):
            return content
        received = "an answer that is no object"
    except urllib.error.HTTPError as error:
        received = f"{error.code} {error.reason}"
        if error.code in (401, 403):
            received += f"; {advice}"
    except (OSError, ValueError) as error:
        received = str(getattr(error, "reason", error))
    raise UsageError(f"{shown(base)}: expected an answer from a server of {tool}. Received: {received}.")


def basic(user: str, password: str) -> dict[str, str]:
    """The header for a name and a password."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}
