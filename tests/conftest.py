"""One throwaway server for each process that tests, a migrated template in it, a savepoint for each test.

A server of its own, because transaction ids are a server's: an open transaction of one worker would hold back what
another worker's log may sequence.
"""

import shutil
import tempfile
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from app.base import schema, sealing
from app.base.db import Tx, connect
from app.base.embedded import EmbeddedPostgres
from app.registry.actions import load_regions
from app.settings import Settings
from tests.apps import lent


def _admin(base: str, *statements: str) -> None:
    engine = create_engine(make_url(base).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


LAW = ("rules", "compliance")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The law book's branches are counted where the law is tested: to trace everything else takes a third longer."""
    for item in items:
        if item.path.relative_to(Path(__file__).parent).parts[0] not in LAW:
            item.add_marker(pytest.mark.no_cover)


def pytest_configure(config: Any) -> None:
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        return  # the controller tests nothing itself
    given = Settings().database_url
    if given:
        config.pg_base = given
    else:
        config.pg_folder = tempfile.mkdtemp(prefix="nongjiao-test-")
        config.pg = EmbeddedPostgres(Path(config.pg_folder) / "data", throwaway=True).start()
        config.pg_base = config.pg.url()
    config.pg_template = f"template_{uuid.uuid4().hex[:8]}"
    _admin(config.pg_base, f"CREATE DATABASE {config.pg_template}")
    schema.upgrade(_url(config.pg_base, config.pg_template))


def pytest_unconfigure(config: Any) -> None:
    if not hasattr(config, "pg_base"):
        return
    if hasattr(config, "pg"):
        config.pg.stop()
        shutil.rmtree(config.pg_folder, ignore_errors=True)
    else:
        _admin(config.pg_base, f"DROP DATABASE {config.pg_template} WITH (FORCE)")


def _url(base: str, database: str) -> str:
    return make_url(base).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def clone(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Makes a migrated, empty database, or a copy of the one named, and returns its URL.

    On a server that was there before all are dropped at the end; ours goes away as a whole.
    """
    config: Any = request.config
    base, template = config.pg_base, config.pg_template
    made: list[str] = []

    def make(of: str | None = None) -> str:
        name = f"t_{uuid.uuid4().hex[:10]}"
        _admin(base, f"CREATE DATABASE {name} TEMPLATE {make_url(of).database if of else template}")
        made.append(name)
        return _url(base, name)

    yield make
    if not hasattr(config, "pg"):
        _admin(base, *(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in made))


@pytest.fixture(scope="session")
def _keys() -> None:
    sealing.use_key(b"\x07" * 32)


@pytest.fixture(scope="session")
def engine(clone: Any, _keys: None) -> Iterator[Engine]:
    """The worker's database, for tests that roll back."""
    made = create_engine(clone(), connect_args={"options": "-c timezone=UTC"})
    yield made
    made.dispose()


def _rolled_back(engine: Engine) -> Iterator[Tx]:
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield Tx(session)
        outer.rollback()


@pytest.fixture
def tx(engine: Engine) -> Iterator[Tx]:
    """A transaction that is rolled back at the end of the test, commits inside it being savepoints."""
    yield from _rolled_back(engine)


@pytest.fixture(scope="session")
def divided(clone: Any, _keys: None) -> str:
    """A database with the divisions of Xuchang in it, to copy: nobody stays connected to it."""
    url = str(clone())
    made = create_engine(url)
    with Session(bind=made) as session:
        load_regions(Tx(session))
        session.commit()
    made.dispose()
    return url


@pytest.fixture(scope="session")
def _land(clone: Any, divided: str) -> Iterator[Engine]:
    made = create_engine(clone(divided), connect_args={"options": "-c timezone=UTC"})
    yield made
    made.dispose()


@pytest.fixture
def land(_land: Engine) -> Iterator[Tx]:
    """`tx` with the divisions there."""
    yield from _rolled_back(_land)


@pytest.fixture
def database(clone: Any, _keys: None) -> Iterator[Engine]:
    """A database of this test's own, bound to `transaction()`: real commits, for races and whole stories."""
    alive = [t.name for t in threading.enumerate() if t.name == "live-listen"]
    assert not alive, "an application that another fixture started would work on this database too: ask for it later"
    bound = connect(clone())
    yield bound
    bound.dispose()


@pytest.fixture
def client(clone: Any, _keys: None, tmp_path: Path) -> Iterator[TestClient]:
    """The whole application over a database of this test's own: real commits, nobody in it yet."""
    settings = Settings(database_url=clone(), data_dir=tmp_path, demo=True)
    with lent(settings) as app, TestClient(app) as made:
        yield made
