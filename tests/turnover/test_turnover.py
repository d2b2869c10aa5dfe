"""Deals counted, taken back, summed by the database and reported."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.audit.models import AuditEvent
from app.base.actor import Role
from app.base.db import Tx, transaction
from app.base.errors import NotFound
from app.base.money import fen_from_yuan
from app.identity.permissions import P
from app.turnover import actions, queries
from app.turnover.models import DealFact, TurnoverBaseline
from app.turnover.states import Dimension, Reading
from tests.people import account, actor, bearer, committed, problem

DAY = date(2026, 11, 23)
CHANGGE, YUZHOU = "411082", "411081"


def concluded(tx: Tx, award_id: int = 1, **over: Any) -> DealFact:
    deal: dict[str, Any] = {
        "lot_id": 10 + award_id, "award_id": award_id, "on_day": DAY, "region_code": "411081001201", "category": "A2",
        "mode": "ascending", "transferee_kind": "cooperative", "transferor_kind": "villager_group",
        "start_total_fen": 100_000, "final_total_fen": 120_000, "first_year_fen": 40_000, "area_mu": Decimal("12.5"),
        "n_registered": 3, "n_qualified": 2, "n_rounds": 7, "is_demo": False,
    }  # fmt: skip
    return actions.conclude(tx, **deal | over)


def total(tx: Tx, **over: Any) -> queries.Figures:
    return queries.figures(tx, **over)[0]


def test_an_award_counts_once_however_often_it_is_concluded(tx: Tx) -> None:
    assert concluded(tx).id == concluded(tx, final_total_fen=999_999).id
    assert (total(tx).n_deals, total(tx).final_total_fen, total(tx).area_mu) == (1, 120_000, Decimal("12.5"))


def test_a_deal_taken_back_falls_out_on_the_day_it_fell(tx: Tx) -> None:
    concluded(tx)
    fell = actions.reverse(tx, 1, on_day=date(2027, 1, 5), reason="结果撤销")
    assert fell is not None
    assert actions.reverse(tx, 1, on_day=date(2027, 1, 6), reason="再次") is fell
    by_month = {f.key["month"]: (f.n_deals, f.final_total_fen) for f in queries.figures(tx, [Dimension.MONTH])}
    assert by_month == {"2026-11": (1, 120_000), "2027-01": (-1, -120_000)}
    assert (total(tx).n_deals, total(tx).final_total_fen, total(tx).area_mu) == (0, 0, Decimal(0))
    assert actions.reverse(tx, 2, on_day=DAY, reason="无此成交") is None


def test_facts_are_only_added_to(tx: Tx) -> None:
    concluded(tx)
    with pytest.raises(IntegrityError, match="only added to"):
        tx.execute(text("UPDATE deal_fact SET final_total_fen = 1"))


def test_the_database_takes_one_reversal_of_one_deal(tx: Tx) -> None:
    fact = concluded(tx)
    actions.reverse(tx, 1, on_day=DAY, reason="撤销")
    columns = ", ".join(c.name for c in DealFact.__table__.columns if c.name != "id")
    with pytest.raises(IntegrityError, match="deal_fact_reversal_key"):
        tx.execute(
            text(f"INSERT INTO deal_fact ({columns}) SELECT {columns} FROM deal_fact WHERE reversal_of = {fact.id}")
        )


def test_the_demonstration_is_counted_apart(tx: Tx) -> None:
    concluded(tx, 1)
    concluded(tx, 2, is_demo=True)
    assert [total(tx, demo=demo).n_deals for demo in (False, True, None)] == [1, 1, 2]


def test_figures_are_grouped_and_filtered_by_every_dimension(tx: Tx) -> None:
    concluded(tx, 1)
    concluded(
        tx, 2, region_code=CHANGGE, category="A1", mode="sealed", transferee_kind="household", on_day=date(2025, 12, 31)
    )
    for dimension in Dimension:
        rows = queries.figures(tx, [dimension])
        assert sum(r.final_total_fen for r in rows) == 240_000
        if dimension is not Dimension.TRANSFEROR:
            assert len(rows) == 2, dimension
            only = queries.figures(tx, [dimension], filters={dimension: rows[0].key[dimension]})
            assert [r.key for r in only] == [rows[0].key]
    towns = {r.key["town"] for r in queries.figures(tx, [Dimension.TOWN])}
    assert towns == {"411081001", "411082000"}
    assert total(tx, from_month=date(2026, 1, 1)).n_deals == 1
    assert total(tx, to_month=date(2025, 12, 1)).n_deals == 1


def test_what_is_bought_cheaper_is_saved_not_climbed(tx: Tx) -> None:
    concluded(tx, 1)
    concluded(tx, 2, start_total_fen=500_000, final_total_fen=450_000, mode="reverse", is_reverse=True)
    sums = total(tx)
    assert (sums.reverse_start_fen, sums.reverse_final_fen) == (500_000, 450_000)
    assert (sums.start_total_fen, sums.final_total_fen) == (600_000, 570_000)


DEALS = st.lists(
    st.tuples(
        st.sampled_from(["411002001", "411081001201", CHANGGE]),
        st.sampled_from(["A1", "A2", "A8"]),
        st.integers(1, 10**9),
        st.integers(0, 800),
        st.booleans(),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DEALS)
def test_the_kept_sums_equal_a_recount_after_any_deals_and_reversals(
    tx: Tx, deals: list[tuple[str, str, int, int, bool, bool]]
) -> None:
    start = (tx.scalar(select(DealFact.award_id).order_by(DealFact.award_id.desc()).limit(1)) or 0) + 1
    for award, (region, category, fen, day, demo, falls) in enumerate(deals, start):
        on = date(2025, 7, 20) + timedelta(days=day)
        concluded(tx, award, region_code=region, category=category, final_total_fen=fen, on_day=on, is_demo=demo)
        if falls:
            actions.reverse(tx, award, on_day=on + timedelta(days=40), reason="撤销")
    assert queries.recount(tx)[1] == 0


def test_several_facts_in_one_statement_are_counted(tx: Tx) -> None:
    concluded(tx)
    columns = [c.name for c in DealFact.__table__.columns if c.name not in {"id", "award_id"}]
    names = ", ".join(columns)
    tx.execute(
        text(
            f"INSERT INTO deal_fact (award_id, {names}) SELECT 100 + i, {names} FROM deal_fact, generate_series(1, 500) i"
        )
    )
    assert (total(tx).n_deals, total(tx).final_total_fen) == (501, 501 * 120_000)
    assert queries.recount(tx) == (1, 0)


def test_the_daily_recount_reports_sums_that_somebody_changed(tx: Tx) -> None:
    concluded(tx)
    assert actions.recount_due(tx) == 1
    assert actions.recount_due(tx) == 0
    tx.execute(text("INSERT INTO installation (kind) VALUES ('demo')"))
    tx.execute(text("INSERT INTO clock_shift (shift) VALUES (interval '25 hours')"))
    tx.execute(text("UPDATE turnover_month SET final_total_fen = final_total_fen + 899"))
    assert actions.recount_due(tx) == 1
    acts = list(
        tx.scalars(
            select(AuditEvent.act).where(AuditEvent.subject.startswith("turnover_recount")).order_by(AuditEvent.id)
        )
    )
    assert acts == ["turnover.recount", "turnover.mismatch"]


def test_the_published_history_is_a_baseline_and_no_deal(tx: Tx) -> None:
    known = tx.execute(select(TurnoverBaseline)).scalar_one()
    assert (known.n_listed, known.listed_fen) == (193, fen_from_yuan("51445900.00"))
    assert (known.n_sold, known.sold_fen) == (63, fen_from_yuan("17341500.00"))
    assert total(tx).n_deals == 0


def test_both_readings_of_the_plan_are_on_the_way(tx: Tx) -> None:
    annual, cumulative = actions.progress(tx, DAY)
    assert [p.target.reading for p in (annual, cumulative)] == [Reading.ANNUAL, Reading.CUMULATIVE]
    assert annual.base is not None
    assert (annual.base.year, annual.base.amount_fen) == (2025, fen_from_yuan("46886277.78"))
    assert annual.growth is not None
    assert round(annual.growth * 100, 1) == Decimal("60.5")
    assert annual.n_deals_a_year == 1816
    assert abs(annual.lines[-1].planned_fen - fen_from_yuan("500000000")) <= 1
    assert cumulative.growth is not None
    assert cumulative.growth < annual.growth
    assert cumulative.done_fen == fen_from_yuan("17341500.00")


def test_growth_starts_from_the_last_complete_year_once_there_is_one(tx: Tx) -> None:
    concluded(tx, 1, final_total_fen=10**9, on_day=date(2026, 3, 1))
    concluded(tx, 2, final_total_fen=10**9, on_day=date(2025, 12, 2))
    concluded(tx, 3, final_total_fen=7, on_day=date(2025, 12, 3))
    annual, cumulative = actions.progress(tx, date(2027, 2, 1))
    assert annual.base is not None
    assert (annual.base.year, annual.base.amount_fen) == (2026, 10**9)
    assert cumulative.done_fen == fen_from_yuan("17341500") + 10**9 + 7
    actual = {line.year: line.actual_fen for line in annual.lines}
    assert actual == {2025: 10**9 + 7, 2026: 10**9, 2027: 0, 2028: 0, 2029: 0, 2030: 0}


def test_a_county_without_a_base_has_a_target_and_no_growth(tx: Tx) -> None:
    who = actor(tx, account(tx, Role.SUPERVISOR, region=YUZHOU), P.TARGET_SET)
    for fen in (5, 6):
        actions.set_target(tx, who, YUZHOU, year=2030, reading=Reading.ANNUAL, amount_fen=fen, source="县计划")
    mine = [p for p in actions.progress(tx, DAY) if p.target.region_code == YUZHOU]
    assert [(p.target.amount_fen, p.base, p.growth) for p in mine] == [(6, None, None)]
    with pytest.raises(NotFound):
        actions.set_target(tx, who, "411000", year=2030, reading=Reading.ANNUAL, amount_fen=1, source="越权")


def test_a_target_that_is_past_asks_for_no_growth(tx: Tx) -> None:
    who = actor(tx, account(tx, Role.SUPERVISOR, region="411000"), P.TARGET_SET)
    actions.set_target(tx, who, "411000", year=2025, reading=Reading.ANNUAL, amount_fen=10**9, source="旧计划")
    past = next(p for p in actions.progress(tx, DAY) if p.target.year == 2025)
    assert past.growth is None


def test_anyone_may_read_the_figures(served: TestClient) -> None:
    with transaction() as tx:
        concluded(tx, 1)
        concluded(tx, 2, region_code=CHANGGE, is_demo=True)
    answer = served.get("/api/v1/turnover", params={"group_by": ["county", "month"]}).json()
    assert [r["key"] for r in answer["rows"]] == [{"county": YUZHOU, "month": "2026-11"}]
    assert (answer["total"]["n_deals"], answer["demo_total"]["n_deals"]) == (1, 1)
    climbed = answer["total"]["premium"]
    assert (climbed["amount_fen"], climbed["r1_percent"], climbed["r2_percent"]) == (20_000, "20", "16.67")
    assert answer["published"][0]["kind"] == "published_baseline"
    both = served.get("/api/v1/turnover", params={"demo": "true", "group_by": "county", "from": "2026-11"}).json()
    assert {r["key"]["county"] for r in both["rows"]} == {YUZHOU, CHANGGE}
    assert served.get("/api/v1/turnover?category=A14&year=2026").json()["total"]["n_deals"] == 0


@pytest.mark.parametrize("query", ["from=2026-13", "to=２０２６-01", "group_by=village", "county=4%25", "demo=maybe"])
def test_a_question_that_makes_no_sense_names_its_field(served: TestClient, query: str) -> None:
    problem(served.get(f"/api/v1/turnover?{query}"), 422, "invalid")


def test_progress_and_targets_over_http(served: TestClient) -> None:
    supervisor = bearer(served, committed(Role.SUPERVISOR, region=YUZHOU))
    body = {
        "region_code": YUZHOU,
        "year": 2030,
        "amount_fen": 8_000_000_000,
        "source": "演示文件",
        "approval_no": "演示〔2026〕1号",
    }
    assert served.post("/api/v1/turnover/targets", json=body, headers=supervisor).status_code == 201
    elsewhere = served.post("/api/v1/turnover/targets", json=body | {"region_code": CHANGGE}, headers=supervisor)
    problem(elsewhere, 404, "not-found")
    found = {
        (p["target"]["region_code"], p["target"]["reading"]): p for p in served.get("/api/v1/turnover/progress").json()
    }
    assert found["411000", "annual"]["required_growth_percent"].startswith("60.5")
    assert found["411000", "annual"]["base"]["amount_fen"] == 4_688_627_778
    assert found[YUZHOU, "annual"]["required_growth_percent"] is None


def test_the_figures_are_reconciled_over_http(served: TestClient) -> None:
    supervisor = bearer(served, committed(Role.SUPERVISOR, region="411000"))
    with transaction() as tx:
        concluded(tx, 1)
    answer = served.get("/api/v1/turnover/reconciliation", headers=supervisor).json()
    assert answer["agrees"]
    assert len(answer["checks"]) == 10
    with transaction() as tx:
        tx.execute(text("UPDATE turnover_month SET final_total_fen = final_total_fen - 899"))
    answer = served.get("/api/v1/turnover/reconciliation", headers=supervisor).json()
    assert (answer["agrees"], answer["n_differing"]) == (False, 1)
    assert {c["difference_fen"] for c in answer["checks"]} == {0, -899}
