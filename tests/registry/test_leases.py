"""No parcel carries two possessions on one day: told kindly by the action, and held by the database itself."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import errors as pg
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from app.base.db import Tx, transaction
from app.base.errors import Conflict, Invalid, NotFound, Refused
from app.registry import actions, queries
from app.registry.states import PartyKind
from tests.registry import make

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
DAY = timedelta(days=1)
INSERT = text("""
    INSERT INTO lease (region_code, parcel_id, holder_party_id, reference, period, agreed_until, recorded_at)
    VALUES ('411003001001', :parcel, :holder, :reference, daterange(:first, :last, '[]'), :last, clock_timestamp())
""")


def race(parcel: int, holder: int) -> list[str | None]:
    """Two connections write a lease of the same parcel and days at the same moment; what each was told."""
    together = Barrier(2)
    told: list[str | None] = ["nothing", "nothing"]

    def write(i: int) -> None:
        row = {"parcel": parcel, "holder": holder, "reference": f"r{i}", "first": FIRST, "last": LAST}
        try:
            with transaction() as tx:
                together.wait(10)
                tx.execute(INSERT, row)
        except IntegrityError as e:
            told[i] = e.orig.diag.constraint_name if isinstance(e.orig, pg.ExclusionViolation) else "another error"
        else:
            told[i] = None

    threads = [Thread(target=write, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return told


def parcel_and_holder() -> tuple[int, int]:
    with transaction() as tx:
        return make.parcel(tx).id, make.party(tx, PartyKind.ENTERPRISE).id


def test_of_two_leases_written_at_once_the_database_refuses_one(settled: Engine) -> None:
    parcel, holder = parcel_and_holder()
    assert sorted(race(parcel, holder), key=str) == [None, "lease_one_possession_a_day"]
    with transaction() as tx:
        assert tx.scalar(text("SELECT count(*) FROM lease")) == 1


def test_without_the_constraint_the_race_is_lost(settled: Engine) -> None:
    """So the test above can fail."""
    parcel, holder = parcel_and_holder()
    with transaction() as tx:
        tx.execute(text("ALTER TABLE lease DROP CONSTRAINT lease_one_possession_a_day"))
    assert race(parcel, holder) == [None, None]


def test_of_two_clerks_at_once_one_is_told_that_the_days_are_taken(settled: Engine) -> None:
    parcel, holder = parcel_and_holder()
    together = Barrier(2)
    told: list[Conflict] = []

    def grant(reference: str) -> None:
        together.wait(10)
        try:
            with transaction() as tx:
                actions.grant_lease(
                    tx, None, [parcel], holder_party_id=holder, starts_on=FIRST, ends_on=LAST, reference=reference
                )
        except Conflict as e:
            told.append(e)

    threads = [Thread(target=grant, args=(r,)) for r in ("甲", "乙")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [(e.reason, e.field) for e in told] == [("OVERLAP", "period")]


@pytest.mark.parametrize(("start", "refused"), [(LAST, True), (LAST + DAY, False)])
def test_a_lease_may_begin_the_day_after_another_ends_and_not_on_it(land: Tx, start: date, refused: bool) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    make.lease(land, [field], farmer, FIRST, LAST)
    if refused:
        with pytest.raises(Conflict, match="已有流转合同"):
            make.lease(land, [field], farmer, start, date(2030, 1, 1))
    else:
        assert make.lease(land, [field], farmer, start, date(2030, 1, 1))[0].starts_on == start


def test_a_lease_of_one_day_is_a_lease_and_one_that_runs_backwards_is_none(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    assert make.lease(land, [field], farmer, FIRST, FIRST)[0].last_day == FIRST
    with pytest.raises(Invalid, match="终止日早于起始日"):
        make.lease(land, [field], farmer, FIRST, FIRST - DAY)


@pytest.mark.parametrize("period", ["empty", "[2026-01-01,)", "(,2026-01-01)"])
def test_the_database_refuses_a_period_without_both_ends(land: Tx, period: str) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    row = {"p": field.id, "h": farmer.id, "period": period}
    with pytest.raises(IntegrityError, match="lease_term_runs_forward"):
        land.execute(
            text("""
                INSERT INTO lease (region_code, parcel_id, holder_party_id, reference, period, agreed_until, recorded_at)
                VALUES ('411003001001', :p, :h, 'x', CAST(:period AS daterange), '2026-01-01', clock_timestamp())
            """),
            row,
        )


def test_ending_early_frees_the_days_after_it(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    first = make.lease(land, [field], farmer, FIRST, LAST)[0]
    actions.end_lease(land, None, first.id, last_day=date(2026, 12, 31), reason="协商解除")
    with pytest.raises(Conflict):
        make.lease(land, [field], farmer, date(2026, 12, 31), LAST)
    make.lease(land, [field], farmer, date(2027, 1, 1), LAST)
    assert (first.last_day, first.agreed_until) == (date(2026, 12, 31), LAST)
    with pytest.raises(Conflict, match="已提前终止"):
        actions.end_lease(land, None, first.id, last_day=FIRST, reason="再次")


def test_a_lease_ended_before_it_began_is_void_and_in_nobodys_way(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    never = make.lease(land, [field], farmer, FIRST, LAST)[0]
    assert actions.end_lease(land, None, never.id, last_day=FIRST - DAY, reason="未交付").voided_at is not None
    make.lease(land, [field], farmer, FIRST, LAST)


def test_an_early_end_is_not_a_late_one(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    lease = make.lease(land, [field], farmer, FIRST, LAST)[0]
    with pytest.raises(Invalid, match="不得晚于"):
        actions.end_lease(land, None, lease.id, last_day=LAST + DAY, reason="误")


def test_a_sublease_lies_inside_its_head_lease_and_beside_no_other(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.ENTERPRISE)
    head = make.lease(land, [field], farmer, FIRST, LAST)[0]
    make.lease(land, [field], farmer, FIRST, date(2026, 12, 31), head_lease_id=head.id)
    with pytest.raises(Conflict):
        make.lease(land, [field], farmer, date(2026, 12, 31), LAST, head_lease_id=head.id)
    with pytest.raises(Invalid, match="上一手"):
        make.lease(land, [field], farmer, date(2027, 1, 1), LAST + DAY, head_lease_id=head.id)
    with pytest.raises(Refused, match="再流转"):
        actions.end_lease(land, None, head.id, last_day=date(2026, 6, 30), reason="解除")
    with pytest.raises(IntegrityError, match="inside its head lease"):
        land.execute(text("UPDATE lease SET voided_at = clock_timestamp() WHERE id = :id"), {"id": head.id})


def test_several_parcels_are_given_together_or_not_at_all(land: Tx) -> None:
    fields, farmer = [make.parcel(land) for _ in range(3)], make.party(land, PartyKind.HOUSEHOLD)
    make.lease(land, [fields[1]], farmer, FIRST, LAST)
    with pytest.raises(Conflict) as refused, land.session.begin_nested():
        make.lease(land, fields, farmer, FIRST, LAST)
    assert refused.value.extra["parcel_id"] == fields[1].id
    assert land.scalar(text("SELECT count(*) FROM lease")) == 1


def test_a_strangers_parcel_cannot_be_leased(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    stranger = make.clerk(make.OTHER_VILLAGE)
    with pytest.raises(NotFound):
        actions.grant_lease(
            land, stranger, [field.id], holder_party_id=farmer.id, starts_on=FIRST, ends_on=LAST, reference="x"
        )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10), st.booleans()), max_size=12))
def test_on_no_day_does_a_parcel_carry_two_leases(land: Tx, tries: list[tuple[int, int, bool]]) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    for offset, days, ends_early in tries:
        start = FIRST + timedelta(days=offset)
        try:
            lease = make.lease(land, [field], farmer, start, start + timedelta(days=days))[0]
        except Conflict:
            continue
        if ends_early:
            actions.end_lease(land, None, lease.id, last_day=start + timedelta(days=days // 2), reason="解除")
    taken = [
        period["start"] + timedelta(days=n)
        for period in queries.parcel_facts(land, [field], on=FIRST)[0]["existing_contracts"]
        for n in range((period["end"] - period["start"]).days + 1)
    ]
    assert len(taken) == len(set(taken))
    assert bool(taken) is bool(tries)
