"""The schema of a database: brought to the newest revision, and compared with it."""

from argparse import Namespace
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool

ROOT = Path(__file__).parents[2]


def config(url: str) -> Config:
    """Alembic's configuration for this database. The URL goes round the ini file, whose `%` would need escaping."""
    return Config(ROOT / "alembic.ini", cmd_opts=Namespace(x=[f"url={url}"]))


def upgrade(url: str) -> None:
    command.upgrade(config(url), "head")


def is_current(url: str) -> bool:
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        applied = MigrationContext.configure(connection).get_current_heads()
    engine.dispose()
    return set(applied) == set(ScriptDirectory.from_config(config(url)).get_heads())
