"""A log of a test's own, kept by hand: nothing happens in the background."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.audit import sequencer
from app.audit.actions import record
from app.audit.checkpoint import COSIGNATURE, Signer
from app.base.db import transaction
from app.settings import Settings
from app.transparency import actions
from app.transparency.keeper import Keeper
from tests.apps import lent
from tests.serving import url
from tests.transparency.witness import Witness

__all__ = ["url"]

WITNESS = Signer("witness.example/w1", Ed25519PrivateKey.from_private_bytes(b"\x03" * 32))
REGION = "411002"


@dataclass
class Log:
    client: TestClient
    keeper: Keeper
    folder: Path

    def act(self, subject: str = "lot/1", act: str = "test.act", **facts: Any) -> int:
        with transaction() as tx:
            return record(tx, None, act, subject, region=REGION, **facts).id

    def keep(self) -> str:
        """Sequences everything and signs a head; returns the note."""
        while True:
            with transaction() as tx:
                if sequencer.sequence(tx) == 0:
                    break
        with transaction() as tx:
            head = actions.publish(tx, self.keeper.signers, at_most_every=timedelta(0), at_least_every=timedelta(0))
        assert head is not None
        return head.note

    def get(self, path: str, **params: Any) -> Any:
        answer = self.client.get(f"/api/v1/log/{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json() if answer.headers["content-type"] == "application/json" else answer.text


@contextmanager
def open_log(folder: Path, policy: str | None = None) -> Iterator[Log]:
    """The application over the database that `transaction()` is bound to, without its threads."""
    settings = Settings(data_dir=folder, log_origin="test.example/log")
    if policy is not None:
        settings.log_policy = folder / "policy"
        settings.log_policy.write_text(policy)
    with lent(settings) as app:
        app.state.log = Keeper(settings)
        yield Log(TestClient(app), app.state.log, folder)


@pytest.fixture
def log(database: Engine, tmp_path: Path) -> Iterator[Log]:
    with open_log(tmp_path) as made:
        yield made


@pytest.fixture
def witness() -> Iterator[Witness]:
    with Witness(WITNESS) as running:
        yield running


@pytest.fixture
def witnessed(database: Engine, tmp_path: Path, witness: Witness) -> Iterator[Log]:
    """A log whose policy asks for the one witness."""
    vkey = WITNESS.verifier(COSIGNATURE).vkey()
    with open_log(tmp_path, f"witness w1 {vkey} {witness.url}\nquorum w1\n") as made:
        witness.trusts = made.keeper.signers[0].verifier()
        yield made
