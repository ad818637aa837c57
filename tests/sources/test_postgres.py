"""The tables of Optuna and MLflow in PostgreSQL: those that the tools wrote into SQLite, copied."""

import sqlite3
from datetime import datetime

import pytest

from ablation.errors import UsageError
from ablation.sources import read, recognised
from tests.sources.planted import unpack

sa = pytest.importorskip("sqlalchemy")
OPTUNA = "studies version_info study_directions study_system_attributes trials trial_params"
TABLES = {
    "optuna": ("optuna.db", f"{OPTUNA} trial_user_attributes trial_values".split()),
    "mlflow_sqlite": ("mlflow.db", ["experiments", "runs", "params", "latest_metrics", "tags"]),
}


def _copy(path, tables, address):
    """Copy tables with their columns; times and truth values have types of their own in PostgreSQL."""
    engine, metadata = sa.create_engine(address, poolclass=sa.NullPool), sa.MetaData()
    old = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    with sqlite3.connect(path) as source, engine.begin() as target:
        for name in tables:
            table = sa.Table(name, sa.MetaData(), autoload_with=old)
            columns = [sa.Column(column.name, column.type.as_generic()) for column in table.columns]
            made = sa.Table(name, metadata, *columns)
            made.create(target)
            source.row_factory = sqlite3.Row
            rows = [dict(row) for row in source.execute(f"SELECT * FROM {name}")]
            kinds = {column.name: column.type.python_type for column in columns}
            typed = [{key: _typed(value, kinds[key]) for key, value in row.items()} for row in rows]
            target.execute(made.insert(), typed) if typed else None
    return lambda: metadata.drop_all(engine)


def _typed(value, kind):
    if value is None or kind not in (datetime, bool):
        return value
    return bool(value) if kind is bool else datetime.fromisoformat(value)


@pytest.mark.slow
@pytest.mark.parametrize("archive", TABLES)
def test_a_server_gives_what_the_file_gives(postgres, tmp_path, archive):
    name, tables = TABLES[archive]
    path = unpack(archive, tmp_path) / name
    remove = _copy(path, tables, postgres)
    assert recognised(postgres).name == archive.partition("_")[0]
    expected, found = read(path), read(postgres)
    assert found.drop(columns="started").equals(expected.drop(columns="started"))
    assert found.attrs == expected.attrs
    remove()


def test_a_server_that_refuses_is_a_sentence_without_the_password():
    with pytest.raises(UsageError, match=r"Check the address, the user and the password") as told:
        read("postgresql://me:secret@127.0.0.1:1/runs", source="optuna")
    assert "secret" not in str(told.value)
    assert "postgresql://me:***@127.0.0.1:1/runs" in str(told.value)
