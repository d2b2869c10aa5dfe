"""Applications to test with: made once a process and lent again, because most of an application never changes."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings

_idle: dict[bool, list[FastAPI]] = {True: [], False: []}


@contextmanager
def lent(settings: Settings) -> Iterator[FastAPI]:
    """An application with these settings that nobody else is using; it is given back stopped."""
    idle = _idle[settings.demo]
    app = idle.pop() if idle else create_app(settings)
    app.state.settings = settings
    try:
        yield app
    finally:
        idle.append(app)
