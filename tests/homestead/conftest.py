"""One village for the tests of a file, as it was before each of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from app.base.db import Tx, transaction
from app.compliance.actions import load_published
from app.registry.actions import load_regions
from tests.homestead.hamlet import Hamlet
from tests.people import serve


def _joined(connection: Connection) -> Session:
    return Session(bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False)


@pytest.fixture(scope="module")
def settled(engine: Engine) -> Iterator[tuple[Connection, Hamlet]]:
    """One village for the tests of this file, in a transaction that is rolled back after the last of them."""
    with engine.connect() as connection:
        outer = connection.begin()
        with _joined(connection) as session:
            load_regions(Tx(session))
            load_published(Tx(session))
            built = Hamlet(Tx(session))
            session.commit()
        yield connection, built
        outer.rollback()


@pytest.fixture
def hamlet(settled: tuple[Connection, Hamlet]) -> Iterator[Hamlet]:
    connection, built = settled
    point = connection.begin_nested()
    with _joined(connection) as session:
        built.tx = Tx(session)
        yield built
    point.rollback()


@pytest.fixture(scope="module")
def web(clone: Any, _keys: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serve(clone(), tmp_path_factory.mktemp("homestead")) as client:
        with transaction() as tx:
            load_regions(tx)
            load_published(tx)
        yield client
