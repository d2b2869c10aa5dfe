"""How migrations run: one at a time, and never waiting long for a lock that bidders hold."""

import importlib
import pkgutil

from alembic import context
from sqlalchemy import create_engine, pool, text

import app
from app.base.db import Model
from app.settings import Settings

for module in pkgutil.walk_packages(app.__path__, "app."):
    if module.name.endswith("models"):
        importlib.import_module(module.name)

SQL_ALONE = {"installation", "clock_shift"}
"""Tables that functions in the database read; no model maps them."""


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name in SQL_ALONE)


url = context.get_x_argument(as_dictionary=True).get("url") or Settings().database_url
engine = create_engine(url, poolclass=pool.NullPool)
with engine.connect() as connection:
    connection.execute(text("SET lock_timeout = '4s'"))
    connection.commit()
    context.configure(connection=connection, target_metadata=Model.metadata, compare_type=True, include_name=is_ours)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('alembic'))"))
        context.run_migrations()
engine.dispose()
