"""The schema is the models and the migrations at once, and every migration can be taken back."""

from typing import Any

from alembic import command
from sqlalchemy import create_engine, inspect, text

from app.base import schema


def test_the_migrations_make_what_the_models_say(clone: Any) -> None:
    command.check(schema.config(clone()))


def test_every_migration_can_be_taken_back_and_made_again(clone: Any) -> None:
    url = clone()
    assert schema.is_current(url)
    command.downgrade(schema.config(url), "base")
    engine = create_engine(url)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    with engine.connect() as connection:
        left = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        assert connection.scalar(text(left)) == 0
    engine.dispose()
    assert not schema.is_current(url)
    command.upgrade(schema.config(url), "head")
    command.check(schema.config(url))
