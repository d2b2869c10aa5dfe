"""The schema is the models and the migrations at once, and every migration can be taken back."""

import re
from typing import Any

from alembic import command
from sqlalchemy import Enum, create_engine, inspect, text

from app.base import schema
from app.base.db import Model


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


def test_the_database_knows_the_words_of_every_list(clone: Any) -> None:
    """A column of states, phases or verdicts takes its words alone, whoever writes the row."""
    engine = create_engine(clone())
    with engine.connect() as connection:
        checks = connection.execute(
            text("SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'")
        ).all()
    engine.dispose()
    listed = [
        (table.name, column.name, column.type.enums)
        for table in Model.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Enum)
    ]
    assert len(listed) > 20
    unknown = [
        (table, column)
        for table, column, words in listed
        if not any(
            of == table and f"{column})" in said and set(words) == set(re.findall(r"'([^']*)'", said))
            for of, said in checks
        )
    ]
    assert unknown == []
