"""A village with a collective and a committee, committed in a database that the tests of a file share."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from app.base.actor import Actor, Role
from app.base.db import connect, transaction
from app.identity.permissions import P
from app.registry.states import PartyKind
from tests import people
from tests.registry import make


@dataclass(frozen=True)
class Village:
    """Names and ids of a village's two owners, and its clerk."""

    code: str
    collective: str
    committee: str
    collective_id: int
    committee_id: int
    clerk: Actor
    clerk_account: int


def settle(code: str = make.VILLAGE) -> Village:
    """The owners of a village under names that each village has, and an account of its clerk."""
    with transaction() as tx:
        collective = make.party(tx, name="演示村集体经济合作社", region_code=code)
        committee = make.party(tx, PartyKind.VILLAGE_COMMITTEE, name="演示村村民委员会", region_code=code)
        account = people.account(tx, Role.VILLAGE_CLERK, region=code)
        clerk = people.actor(tx, account, P.HOLDING_RECORD)
    return Village(code, collective.name, committee.name, collective.id, committee.id, clerk, account)


@pytest.fixture(scope="module")
def _database(clone: Any, divided: str) -> Iterator[None]:
    bound = connect(clone(divided))
    yield
    bound.dispose()


@pytest.fixture(scope="module")
def village(_database: None) -> Village:
    return settle()


@pytest.fixture(autouse=True)
def _empty_after(_database: None) -> Iterator[None]:
    """Each test begins with an empty ledger; what the registry holds stays."""
    yield
    with transaction() as tx:
        tx.execute(
            text(
                "TRUNCATE holding_contract, holding_resource, holding_asset, holding_entry, holding_account,"
                " holding_import_problem, holding_import_body, holding_import CASCADE"
            )
        )
