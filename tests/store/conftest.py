"""Stores of every kind: in memory, in a file, and on a PostgreSQL server if there is one."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from gateway.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATABASE_URL = "LATCHBENCH_TEST_DATABASE_URL"


@contextmanager
def a_schema(url: str) -> Iterator[str]:
    """The URL of a new, empty schema on the server of `url`, dropped afterwards."""
    server = make_url(url).set(drivername="postgresql+psycopg")
    name = f"latchbench_{secrets.token_hex(6)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        alone = server.update_query_dict({"options": f"-csearch_path={name}"})
        yield alone.render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    finally:
        engine.dispose()


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    url = os.environ.get(DATABASE_URL)
    if not url:
        pytest.skip(f"no PostgreSQL: set {DATABASE_URL} to a database that tests may fill")
    with a_schema(url) as alone:
        yield alone


@pytest.fixture(params=["memory", "file", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new store may be made."""
    match request.param:
        case "memory":
            return "sqlite://"
        case "file":
            return f"sqlite:///{tmp_path / 'gateway.db'}"
        case _:
            return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store.open(store_url)
    yield opened
    opened.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a file store may be made."""
    return tmp_path / "gateway.db"
