"""Accounts and roles: who may give what to whom, and what no two roles of one person may be."""

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text

from app.audit.models import AuditEvent
from app.base.actor import CENTRE_POSTS, Grant, Role
from app.base.db import Tx, transaction
from app.base.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from app.base.numbers import check_credit_code
from app.base.sealing import sealer
from app.identity import actions, queries
from app.identity.models import Account
from app.identity.permissions import HOLDS, INCOMPATIBLE, P, permissions_of
from tests.people import PASSWORD, account, actor, committed, password_hash, resident_id

PARTIES = (Role.BIDDER, Role.HOUSEHOLD, Role.VILLAGE_CLERK)


def acts_on(tx: Tx, subject: str) -> list[str]:
    return list(tx.scalars(select(AuditEvent.act).where(AuditEvent.subject == subject).order_by(AuditEvent.seq)))


def test_a_person_is_one_however_many_accounts_he_has(tx: Tx) -> None:
    one = actions.add_person(tx, name="演示人", id_number=resident_id(900_001))
    same = actions.add_person(tx, name="演示人", id_number=resident_id(900_001))
    assert one.id == same.id
    assert resident_id(900_001).encode() not in one.id_number_sealed
    assert sealer().open(one.id_number_sealed, bound_to="person.id_number") == resident_id(900_001)
    with pytest.raises(Invalid, match="另一姓名"):
        actions.add_person(tx, name="别人", id_number=resident_id(900_001))
    number = resident_id(900_002)
    with pytest.raises(Invalid, match="校验码"):
        actions.add_person(tx, name="演示人", id_number=number[:17] + ("1" if number[17] != "1" else "2"))
    event = tx.scalars(select(AuditEvent).where(AuditEvent.act == "person.add")).one()
    assert event.facts.keys() == {"personal"}
    assert "演" not in str(event.facts)


@pytest.mark.parametrize("pair", sorted(tuple(sorted(p)) for p in INCOMPATIBLE))
def test_one_person_never_holds_an_incompatible_pair(tx: Tx, pair: tuple[Role, Role]) -> None:
    for first, second in (pair, pair[::-1]):
        held = account(tx, first)
        with pytest.raises(Refused) as refused:
            actions.grant_role(tx, None, held, second, "411002")
        assert refused.value.reason == "INCOMPATIBLE_ROLES"
        person = actor(tx, held).person_id
        other = account(tx, person_id=person)
        with pytest.raises(Refused):
            actions.grant_role(tx, None, other, second, "411024")


def test_the_pairs_are_those_of_the_procedure() -> None:
    for post in CENTRE_POSTS | {Role.TOWN_STATION, Role.SUPERVISOR, Role.OPERATOR}:
        for party in PARTIES:
            assert frozenset({post, party}) in INCOMPATIBLE
    assert frozenset({Role.CENTRE_REVIEWER, Role.CENTRE_APPROVER}) in INCOMPATIBLE
    assert frozenset({Role.CENTRE_CASHIER, Role.CENTRE_REVIEWER}) in INCOMPATIBLE
    assert all(frozenset({Role.OPERATOR, role}) in INCOMPATIBLE for role in Role if role is not Role.OPERATOR)
    assert frozenset({Role.BIDDER, Role.VILLAGE_CLERK}) not in INCOMPATIBLE


def test_the_operator_reads_no_business_data_and_staff_never_bid() -> None:
    manages = {P.ACCOUNT_MANAGE, P.ACCOUNT_READ, P.CLIENT_MANAGE, P.CALENDAR_LOAD, P.PERSON_ERASE}
    assert HOLDS[Role.OPERATOR] == {P.SELF} | manages
    for post in CENTRE_POSTS | {Role.SUPERVISOR, Role.AUDITOR, Role.TOWN_STATION}:
        assert P.BID_PLACE not in HOLDS[post]
    assert {p for p in HOLDS[Role.AUDITOR] if not p.value.endswith((":read", ":self"))} == {P.DOCUMENT_RECORD}
    assert HOLDS.keys() == set(Role)


@given(
    st.lists(
        st.builds(Grant, st.sampled_from(Role), st.sampled_from(["4110", "411002", "411024", "411002001"])), max_size=6
    )
)
def test_a_permission_reaches_as_far_as_the_roles_that_give_it(grants: list[Grant]) -> None:
    held = permissions_of(grants)
    for permission in P:
        assert set(held.get(permission, ())) == {g.prefix for g in grants if permission in HOLDS[g.role]}


def test_two_halves_of_a_forbidden_pair_given_at_once_do_not_both_succeed(database: Engine) -> None:
    """The second waits for the first on the person's row; without that lock both would find nothing held."""
    with transaction() as tx:
        person = actions.add_person(tx, name="演示人", id_number=resident_id(900_010)).id
        one, other = account(tx, person_id=person), account(tx, person_id=person)

    def second() -> str:
        try:
            with transaction() as tx:
                actions.grant_role(tx, None, other, Role.BIDDER, "411002")
        except Refused:
            return "refused"
        return "granted"

    with ThreadPoolExecutor(1) as pool:
        with transaction() as tx:
            actions.grant_role(tx, None, one, Role.CENTRE_CASHIER, "411002")
            waiting = pool.submit(second)
            began = monotonic()
            while not waiting.done() and monotonic() - began < 10:
                with database.connect() as connection:
                    blocked = "SELECT count(*) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0"
                    if connection.execute(text(blocked)).scalar_one():
                        break
        assert waiting.result(20) == "refused"
    with transaction(read_only=True) as tx:
        assert queries.roles_of_person(tx, person) == {Role.CENTRE_CASHIER}


def test_nobody_gives_himself_a_role_through_any_account(tx: Tx) -> None:
    operator = account(tx, Role.OPERATOR)
    who = actor(tx, operator, P.ACCOUNT_MANAGE)
    second = account(tx, person_id=who.person_id)
    for target in (operator, second):
        with pytest.raises(Refused) as refused:
            actions.grant_role(tx, who, target, Role.OPERATOR, "411002")
        assert refused.value.reason == "OWN_ACCOUNT"
    with pytest.raises(Refused):
        actions.disable_account(tx, who, operator, reason="x")


def test_an_operator_of_a_county_has_no_hand_outside_it(tx: Tx) -> None:
    who = actor(tx, account(tx, Role.OPERATOR, region="411002"), P.ACCOUNT_MANAGE)
    inside, fresh = account(tx, Role.TOWN_STATION, region="411002001"), account(tx)
    city, mixed = account(tx, Role.SUPERVISOR), account(tx, Role.BANK, region="411002")
    outside = actions.grant_role(tx, None, mixed, Role.BANK, "411024")
    for region in ("411000", "411024", "411024001"):
        with pytest.raises(Forbidden):
            actions.grant_role(tx, who, fresh, Role.SUPERVISOR, region)
        with pytest.raises(Forbidden):
            actions.add_organisation(tx, who, kind="town", name=f"演示组织{region}", region_code=region)
    for hidden in (city, mixed):
        with pytest.raises(NotFound):
            actions.disable_account(tx, who, hidden, reason="x")
        with pytest.raises(NotFound):
            actions.enable_account(tx, who, hidden)
        with pytest.raises(NotFound):
            actions.add_client(tx, who, name="软件", account_id=hidden)
        with pytest.raises(NotFound):
            actions.grant_role(tx, who, hidden, Role.BANK, "411002")
    with pytest.raises(NotFound):
        actions.revoke_role(tx, who, mixed, outside.id)
    seen = {a.id for a, _ in queries.page_accounts(tx, seen_by=who, after=None, limit=100)}
    assert {inside, fresh} <= seen
    assert not {city, mixed} & seen
    granted = actions.grant_role(tx, who, fresh, Role.SUPERVISOR, "411002001")
    actions.disable_account(tx, who, inside, reason="离岗")
    actions.revoke_role(tx, who, fresh, granted.id)
    assert acts_on(tx, f"account/{fresh}") == ["account.open", "account.grant", "account.revoke"]
    assert acts_on(tx, f"account/{inside}") == ["account.open", "account.grant", "account.disable"]


def test_a_role_is_held_once_and_may_be_given_again(tx: Tx) -> None:
    who = actor(tx, account(tx, Role.OPERATOR), P.ACCOUNT_MANAGE)
    held = account(tx)
    grant = actions.grant_role(tx, who, held, Role.BIDDER, "411000")
    with pytest.raises(Conflict):
        actions.grant_role(tx, who, held, Role.BIDDER, "411000")
    actions.revoke_role(tx, who, held, grant.id)
    with pytest.raises(NotFound):
        actions.revoke_role(tx, who, held, grant.id)
    actions.grant_role(tx, who, held, Role.BIDDER, "411000")
    assert actor(tx, held).permissions is not None
    assert actor(tx, held).acting(P.BID_PLACE).prefixes == ("4110",)
    assert actor(tx, held).acting(P.AUDIT_READ).prefixes == ()


def test_organisations_have_checked_codes_and_are_registered_once(tx: Tx) -> None:
    code = "N2411002MF1234567" + next(c for c in "0123456789ABCDEFGHJKLMNPQRTUWXY" if _is_code("N2411002MF1234567" + c))
    actions.add_organisation(tx, None, kind="collective", name="演示村", region_code="411002001200", credit_code=code)
    for over in ({"name": "演示村", "credit_code": None}, {"name": "另一村", "credit_code": code}):
        with pytest.raises(Conflict):
            actions.add_organisation(tx, None, kind="collective", region_code="411002001200", **over)
    with pytest.raises(Invalid):
        actions.add_organisation(tx, None, kind="town", name="另一镇", region_code="411002001", credit_code="1" * 18)
    actions.add_organisation(tx, None, kind="town", name="演示镇", region_code="411002001")
    actions.add_organisation(tx, None, kind="town", name="演示镇二", region_code="411002002")


def _is_code(code: str) -> bool:
    try:
        check_credit_code(code)
    except ValueError:
        return False
    return True


def test_the_first_operator_is_made_once_and_must_change_the_password(database: Engine) -> None:
    def bootstrap(n: int) -> str:
        try:
            with transaction() as tx:
                number = resident_id(900_020 + n)
                actions.bootstrap(tx, login=f"op-{n}", name="演示人", id_number=number, password_hash=password_hash())
        except Refused as e:
            return str(e.reason)
        return "made"

    password_hash()
    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(bootstrap, range(3))) == ["OPERATOR_EXISTS", "OPERATOR_EXISTS", "made"]
    with transaction() as tx:
        made = tx.scalars(select(Account)).one()
        who = actor(tx, made.id)
        assert who.must_change_password
        assert not who.may(P.ACCOUNT_MANAGE)
        actions.change_password(tx, who, made.id, password_hash=password_hash())
        assert actor(tx, made.id).acting(P.ACCOUNT_MANAGE).prefixes == ("4110",)


def test_no_combination_that_may_be_granted_both_bids_and_decides() -> None:
    deciding = {P.LISTING_REVIEW, P.LISTING_APPROVE, P.ENTRY_QUALIFY, P.AUCTION_SCHEDULE, P.MONEY_POST, P.AWARD_DECIDE}
    for roles in combinations(Role, 2):
        if frozenset(roles) in INCOMPATIBLE:
            continue
        held = HOLDS[roles[0]] | HOLDS[roles[1]]
        assert not (P.BID_PLACE in held and deciding & held), roles


def test_the_password_of_the_tests_is_never_in_the_database(database: Engine) -> None:
    committed(Role.BIDDER)
    with transaction(read_only=True) as tx:
        assert PASSWORD not in str(tx.execute(text("SELECT account::text FROM account")).all())
