"""`latchbench up` on a store of another version: an older one is upgraded, a newer one refused."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from gateway.store.schema import SCHEMA_VERSION
from tests.cli.benches import up

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.processes import Home

pytestmark = pytest.mark.wire

ENDS_WITHIN_S = 10.0


# What the newest version has brought, and a store of the one before had not.
NEW_TABLES = ("remnant",)


def make_version(state: Path, version: int) -> None:
    with closing(sqlite3.connect(state / "gateway.db")) as connection:
        connection.execute("UPDATE meta SET schema_version = ?", (version,))
        for table in NEW_TABLES if version < SCHEMA_VERSION else ():
            connection.execute(f"DROP TABLE {table}")
        connection.commit()


def test_codes_outlive_the_upgrade_of_their_store_and_a_newer_one_is_refused(home: Home) -> None:
    state = home.folder / "kept"
    with up(home, "--state", state) as first:
        status, body = first.create("front", "back", sync=True)
        assert status == 200, body
        rows = body["access_codes"]
        home.scanner.watch(rows[0]["code"])
        first.running.send(signal.SIGTERM)
        assert first.running.wait(ENDS_WITHIN_S).code == 0
    make_version(state, SCHEMA_VERSION - 1)
    with up(home, "--state", state) as second:
        second.until_set(*[row["access_code_id"] for row in rows])
        second.running.send(signal.SIGTERM)
        ended = second.running.wait(ENDS_WITHIN_S)
    assert ended.code == 0
    assert f"upgraded from schema version {SCHEMA_VERSION - 1} to {SCHEMA_VERSION}" in ended.stderr
    make_version(state, SCHEMA_VERSION + 1)
    refused = home.run("up", home.folder / "fleet.yaml", "--state", state)
    assert refused.code == 4
    assert f"has schema version {SCHEMA_VERSION + 1}, this gateway knows" in refused.stderr
    assert "use the newer gateway" in refused.stderr
    home.assert_nothing_left()
