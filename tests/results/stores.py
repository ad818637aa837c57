"""The stores that the suite tries, by name; `mutants` adds those that must fail."""

from __future__ import annotations

import os
from pathlib import Path

from ablation.files import Disk
from ablation.results import Store, open_store
from ablation.results.folder.store import FolderStore
from tests.results.disks import SlowDisk
from tests.results.mutants import MUTANTS


def open_as(
    kind: str, place: str, lease_seconds: float = 120.0, disk: Disk | None = None, seed: int = 0
) -> Store:
    """Open a store of one kind; `slow` is the folder on a disk that waits at random moments."""
    if kind in MUTANTS:
        return MUTANTS[kind](place, lease_seconds, disk or SlowDisk(seed, seconds=0.01, share=0.6))
    if kind == "slow" or disk:
        return FolderStore(place, lease_seconds, disk or SlowDisk(seed))
    return open_store(place, lease_seconds)


def _age_in_database(place: str, key: str) -> None:
    import sqlalchemy as sa

    from ablation.results.postgres.schema import ATTEMPTS

    address, _, study = place.partition("#")
    claims = sa.update(ATTEMPTS).where(
        ATTEMPTS.c.study == study, ATTEMPTS.c.key == key, ATTEMPTS.c.data.is_(None)
    )
    with sa.create_engine(address, poolclass=sa.NullPool).begin() as connection:
        connection.execute(claims.values(holder="{}", beaten=sa.func.to_timestamp(0)))


def age_claim(place: str, key: str) -> None:
    """Make claims on a run look as if their holders, elsewhere, had not been heard of for years."""
    if "://" in place:
        _age_in_database(place, key)
    attempts = Path(place, "attempts")
    for path in (*attempts.glob(f"{key}.claim"), *attempts.glob(f"{key}/*.claim")):
        path.write_text("{}")
        os.utime(path, (0, 0))
