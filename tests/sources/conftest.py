"""The PostgreSQL server that the results' tests start."""

from tests.results.conftest import postgres, postgres_server

__all__ = ["postgres", "postgres_server"]
