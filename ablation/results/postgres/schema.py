"""The tables of the store in PostgreSQL."""

import sqlalchemy as sa

TABLES = sa.MetaData()

ROWS = sa.Table(
    "ablation_rows",
    TABLES,
    sa.Column("study", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("slot", sa.SmallInteger, primary_key=True, comment="1, unless an earlier row is damaged"),
    sa.Column("data", sa.Text, nullable=False, comment="the row, as the file of a folder would be"),
)
"""Inserted once, never updated."""

ATTEMPTS = sa.Table(
    "ablation_attempts",
    TABLES,
    sa.Column("study", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("lease_seconds", sa.Float, nullable=False),
    sa.Column("beaten", sa.DateTime(timezone=True), server_default=sa.func.clock_timestamp(), nullable=False),
    sa.Column("data", sa.Text, comment="what the attempt gave; null while it runs"),
)

STUDIES = sa.Table(
    "ablation_studies",
    TABLES,
    sa.Column("study", sa.Text, primary_key=True),
    sa.Column("record", sa.Text, nullable=False),
)

STOPS = sa.Table(
    "ablation_stops",
    TABLES,
    sa.Column("study", sa.Text, primary_key=True),
    sa.Column("sweep", sa.Text, primary_key=True),
    sa.Column("made", sa.DateTime(timezone=True), server_default=sa.func.clock_timestamp(), nullable=False),
)
"""Sweeps that were told to stop; a database of an older version gets the table from its next sweep."""

_LOCK = 7_241_993  # any number, as long as every program of this framework uses the same


def exists(connection: sa.Connection, table: sa.Table) -> bool:
    """Whether a database has a table."""
    return connection.scalar(sa.select(sa.func.to_regclass(table.name))) is not None


def create_tables(connection: sa.Connection) -> None:
    """Create missing tables; programs that start together wait for each other."""
    if not (exists(connection, STUDIES) and exists(connection, STOPS)):
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        TABLES.create_all(connection)
