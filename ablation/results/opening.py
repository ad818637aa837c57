"""Open the store of a study: its folder, or a database."""

import os
from pathlib import Path

from ablation.errors import UsageError
from ablation.files import Disk
from ablation.results.store import LEASE_SECONDS, Store


def open_store(
    url_or_path: str | os.PathLike[str], lease_seconds: float = LEASE_SECONDS, disk: Disk | None = None
) -> Store:
    """Open the store of one study; nothing is created until something is written.

    Args:
        url_or_path: The study's folder, such as `runs/quick`, or a database and the study's name in it, such
            as `postgresql+psycopg://user@host/database#quick` (needs the extra `postgres`).
        lease_seconds: How long a claim is valid without a heartbeat.
        disk: The file system for a folder; tests pass one that fails. A database needs none.

    Returns:
        The store.

    Raises:
        UsageError: The URL cannot be read, or the extra is not installed.
    """
    if not is_url(url_or_path):
        from ablation.results.folder.store import FolderStore

        return FolderStore(url_or_path, lease_seconds, disk)
    try:
        from ablation.results.postgres.store import DatabaseStore
    except ImportError as error:
        raise UsageError(
            f"results.url: a database needs a package that is missing here ({error.name}). "
            "Run: pip install 'ablation-study[postgres]'"
        ) from error
    return DatabaseStore(str(url_or_path), lease_seconds)


def open_existing(url_or_path: str | os.PathLike[str]) -> Store:
    """Open the store of an existing study.

    Raises:
        UsageError: There is no such folder, or the URL cannot be read.
    """
    if not is_url(url_or_path) and not Path(url_or_path).is_dir():
        received = "a file" if Path(url_or_path).exists() else "no such folder"
        raise UsageError(
            f"{os.fspath(url_or_path)}: expected the folder of a study. Received: {received}. "
            "Run the sweep first, or look for the name under runs/."
        )
    return open_store(url_or_path)


def is_url(url_or_path: str | os.PathLike[str]) -> bool:
    """Whether it is the URL of a database, and not the path of a folder."""
    return isinstance(url_or_path, str) and "://" in url_or_path
