"""A row as the bytes of its file, and back: strict JSON, one entry per line, a checksum at the end."""

import hashlib
import json
import re
from typing import NoReturn

from ablation.errors import UsageError
from ablation.results.key import SCHEMA
from ablation.results.row import COLUMNS, Row

_END = re.compile(rb',\n"checksum": "([0-9a-f]{64})"\n}\n')
_END_LENGTH = len(b',\n"checksum": ""\n}\n') + 64


class DamagedRowError(ValueError):
    """The bytes are not an intact row; the message says why."""


def encode(row: Row) -> bytes:
    """Write a row as strict JSON that ends with the SHA-256 of all bytes before the checksum.

    Returns:
        UTF-8, one entry a line.
    """
    entries = {"schema": SCHEMA} | {name: getattr(row, name) for name in COLUMNS}
    lines = [f"{json.dumps(name)}: {_strict(value)}" for name, value in entries.items()]
    head = ("{\n" + ",\n".join(lines)).encode()
    return head + f',\n"checksum": "{hashlib.sha256(head).hexdigest()}"\n}}\n'.encode()


def decode(data: bytes) -> Row:
    """Read a row, trusting nothing.

    Returns:
        The row, equal to the one that was written.

    Raises:
        DamagedRowError: Truncated, altered, of a newer schema, or with missing, unknown or mistyped entries.
    """
    content = _verified(data)
    schema = content.pop("schema", None)
    if type(schema) is not int or schema != SCHEMA:
        raise DamagedRowError(f"schema: expected {SCHEMA}. Received: {schema!r}. Try a newer version.")
    missing = [name for name in COLUMNS if name not in content]
    unknown = [name for name in content if name not in COLUMNS]
    if missing or unknown:
        raise DamagedRowError(f"missing entries: {missing or 'none'}; unknown entries: {unknown or 'none'}")
    try:
        return Row(**content)  # type: ignore[arg-type]  # Row checks each entry itself
    except UsageError as error:
        raise DamagedRowError(str(error)) from error


def _verified(data: bytes) -> dict[str, object]:
    """The entries but the checksum, once the checksum has been found right."""
    head, end = data[:-_END_LENGTH], _END.fullmatch(data[-_END_LENGTH:])
    if end is None:
        raise DamagedRowError("truncated: it does not end with a checksum")
    if hashlib.sha256(head).hexdigest().encode() != end[1]:
        raise DamagedRowError("checksum: the content is not what was written")
    try:
        content = json.loads(head + b"}", parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise DamagedRowError(f"not strict JSON: {error}") from error
    if not isinstance(content, dict):
        raise DamagedRowError("expected a JSON object")
    return content


def _strict(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
