"""A village's workbook goes in: found sound or told what is wrong, once or twice, whole or in part."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select, text

from app.audit.models import AuditEvent
from app.base.db import transaction
from app.base.errors import Conflict, Invalid, NotFound
from app.base.sealing import sealer
from app.holdings import actions, queries
from app.holdings.checking import check
from app.holdings.models import HoldingAccount, HoldingAsset, HoldingContract, HoldingImport
from app.holdings.states import ImportMode, ImportState, WarningReason
from app.holdings.writing import lock_village
from app.registry import queries as registry
from app.registry.actions import record_party
from app.registry.schemas import PartyIn
from app.registry.states import PartyKind
from tests.holdings.books import book, found, n_kept, rows, send, where
from tests.holdings.conftest import Village
from tests.registry import make


def test_a_sound_workbook_is_written_with_its_owners_kept_apart(village: Village) -> None:
    job = send(village, book(rows(village)))
    assert (job.state, job.percent, job.n_rows, job.n_errors) == (ImportState.APPLIED, 100, 7, 0), found(job)
    assert job.summary["账户"] == {
        "read": 3, "valid": 3, "examples": 0, "added": 3, "changed": 0, "unchanged": 0, "absent": 0,
    }  # fmt: skip
    with transaction(read_only=True) as tx:
        accounts = tx.scalars(select(HoldingAccount).order_by(HoldingAccount.id)).all()
        assert [(a.owner_party_id, a.account_tail) for a in accounts] == [
            (village.collective_id, "0001"), (village.committee_id, "0002"), (village.collective_id, "现金"),
        ]  # fmt: skip
        assert (accounts[0].balance_fen, accounts[0].balance_on) == (12_000_005, date(2025, 12, 31))
        opened = sealer().open(accounts[0].account_sealed, bound_to="holding_account.account")
        assert opened == "6228480000000001"


def test_the_same_file_twice_changes_nothing(village: Village) -> None:
    content = book(rows(village))
    first = send(village, content)
    with transaction(read_only=True) as tx:
        before = tx.execute(text("SELECT * FROM holding_asset, holding_account, holding_contract")).all()
    second = send(village, content)
    assert second.same_as_id == first.id
    assert {(s["added"], s["changed"]) for s in second.summary.values()} == {(0, 0)}
    assert sum(s["unchanged"] for s in second.summary.values()) == 7
    with transaction(read_only=True) as tx:
        assert tx.execute(text("SELECT * FROM holding_asset, holding_account, holding_contract")).all() == before


def test_the_same_number_again_changes_its_row_and_what_is_left_out_stays(village: Village) -> None:
    send(village, book(rows(village)))
    line = rows(village)["资产"][0] | {"净值（元）": "200000"}
    other = line | {"资产编号": "ZC-002"}
    job = send(village, book({"资产": [other, line]}))
    assert job.summary["资产"] | {"read": 0} == {
        "read": 0, "valid": 2, "examples": 0, "added": 1, "changed": 1, "unchanged": 0, "absent": 0,
    }  # fmt: skip
    left_out = send(village, book({"资产": [other]}))
    assert (left_out.summary["资产"]["absent"], n_kept()) == (1, 8)


def test_a_dry_run_tells_everything_and_writes_nothing(village: Village) -> None:
    lines = rows(village)
    lines["资产"].append(lines["资产"][0] | {"资产编号": "ZC-002", "数量": "约三百", "资产类别": "楼房", "经营性": ""})
    job = send(village, book(lines), ImportMode.DRY_RUN)
    assert (job.state, job.n_errors, n_kept()) == (ImportState.CHECKED, 3, 0)
    assert where(job) == [
        ("CHOICE", "资产", 4, "资产类别"), ("NUMBER", "资产", 4, "数量"), ("MISSING", "资产", 4, "经营性"),
    ]  # fmt: skip
    assert [p.cell for p in found(job)] == ["D4", "F4", "L4"]
    assert "须为下列之一：房屋建筑物、厂房" in found(job)[0].reason


def test_one_bad_row_keeps_all_out_unless_a_part_is_asked_for(village: Village) -> None:
    lines = rows(village)
    lines["资产"].append(lines["资产"][0] | {"资产编号": "ZC-002", "净值（元）": "350000.01"})
    content = book(lines)
    refused = send(village, content)
    assert (refused.state, n_kept(), where(refused)) == (ImportState.REFUSED, 0, [("RANGE", "资产", 4, "净值（元）")])
    partial = send(village, content, ImportMode.PARTIAL)
    assert (partial.state, n_kept()) == (ImportState.APPLIED, 7)
    assert partial.summary["资产"]["valid"] == 1


@pytest.mark.parametrize(
    ("sheet", "column", "value", "code"),
    [
        ("账户", "银行账号", 6228480000000000123, "DIGITS_LOST"),
        ("账户", "银行账号", "12-34", "ACCOUNT"),
        ("账户", "余额日期", "", "MISSING"),
        ("账户", "开户银行", "", "MISSING"),
        ("账户", "银行账号", "现金", "CASH"),
        ("账户", "权属单位", "别村合作社", "OWNER"),
        ("资金", "金额（元）", "0", "RANGE"),
        ("资金", "金额（元）", "-5", "NEGATIVE"),
        ("资金", "金额（元）", "5.001", "FRACTION_OF_FEN"),
        ("资金", "金额（元）", "1,23.00", "NUMBER"),
        ("资金", "金额（元）", "5万", "NUMBER"),
        ("资金", "金额（元）", 1e300, "TOO_LARGE"),
        ("资金", "记账日期", "2025-02-29", "DAY"),
        ("资金", "记账日期", "去年", "DAY"),
        ("资金", "记账日期", "2099-01-01", "FUTURE"),
        ("资金", "记账日期", 45000.5, "DAY_WITH_TIME"),
        ("资金", "记账日期", 60, "DAY_RANGE"),
        ("资金", "银行账号", "6228480000000002", "ACCOUNT_UNKNOWN"),
        ("资金", "摘要", "乱码\ufffd\ufffd", "UNPRINTABLE"),
        ("资金", "摘要", "长" * 201, "TOO_LONG"),
        ("资产", "资产编号", "ZC 001！", "CODE"),
        ("资产", "数量", "1.00001", "DECIMALS"),
        ("资产", "数量", 0, "RANGE"),
        ("资产", "经营性", "也许", "FLAG"),
        ("合同", "终止日期", date(2025, 9, 30), "TERM"),
        ("合同", "标的编号", "ZY-404", "THING_UNKNOWN"),
    ],
)
def test_every_fault_is_named_with_its_place(village: Village, sheet: str, column: str, value: Any, code: str) -> None:
    lines = rows(village)
    lines[sheet][0] = lines[sheet][0] | {column: value}
    if sheet == "账户":
        lines = {sheet: lines[sheet][:1]}
    job = send(village, book(lines))
    assert (code, sheet, 3, column) in where(job), found(job)
    assert (job.state, n_kept()) == (ImportState.REFUSED, 0)


@pytest.mark.parametrize(
    ("column", "value", "fen"),
    [
        ("原值（元）", 350000, 35_000_000),
        ("原值（元）", 350000.1, 35_000_010),
        ("原值（元）", 300000.1 + 0.2, 30_000_030),
        ("原值（元）", "３５００００．０１", 35_000_001),
        ("原值（元）", "￥350,000.00", 35_000_000),
        ("原值（元）", " 350000 元", 35_000_000),
        ("原值（元）", "1,350,000", 135_000_000),
    ],
)
def test_numbers_are_read_as_they_are_meant(village: Village, column: str, value: Any, fen: int) -> None:
    job = send(village, book({"资产": [rows(village)["资产"][0] | {column: value}]}))
    assert job.state is ImportState.APPLIED, found(job)
    with transaction(read_only=True) as tx:
        assert tx.scalar(select(HoldingAsset.book_value_fen)) == fen


@pytest.mark.parametrize(
    "value", ["2016-05-01", "2016/5/1", "2016.05.01", "2016年5月1日", "20160501", 20160501, "２０１６－５－１", 42491]
)
def test_days_are_read_as_they_are_meant(village: Village, value: Any) -> None:
    job = send(village, book({"资产": [rows(village)["资产"][0] | {"取得日期": value}]}))
    assert job.state is ImportState.APPLIED, found(job)
    with transaction(read_only=True) as tx:
        assert tx.scalar(select(HoldingAsset.acquired_on)) == date(2016, 5, 1)


def test_a_number_twice_names_the_row_that_had_it_first(village: Village) -> None:
    line = rows(village)["资产"][0]
    job = send(village, book({"资产": [line, line | {"资产名称": "另一处"}, line | {"权属单位": village.committee}]}))
    assert where(job) == [("DUPLICATE", "资产", 4, "资产编号")]
    assert "第 3 行" in found(job)[0].reason


def test_a_committee_and_a_collective_share_no_account(village: Village) -> None:
    lines = rows(village)["账户"]
    in_one_file = send(village, book({"账户": [lines[0], lines[0] | {"权属单位": village.committee}]}))
    assert where(in_one_file) == [("ACCOUNT_SHARED", "账户", 4, "银行账号")]
    assert "政经分离" in found(in_one_file)[0].reason
    send(village, book({"账户": lines[:1]}))
    later = send(village, book({"账户": [lines[0] | {"权属单位": village.committee}, lines[2]]}), ImportMode.PARTIAL)
    assert (where(later), later.summary["账户"]["valid"]) == ([("ACCOUNT_SHARED", "账户", 3, "银行账号")], 1)
    with transaction(read_only=True) as tx:
        assert set(tx.scalars(select(HoldingAccount.owner_party_id))) == {village.collective_id}


def test_an_account_that_the_register_gives_another_collective_is_not_taken(village: Village) -> None:
    with transaction() as tx:
        record_party(
            tx, None,
            PartyIn(
                kind=PartyKind.VILLAGE_COMMITTEE, name="演示外村村民委员会", region_code=make.OTHER_VILLAGE,
                bank_name="演示银行", bank_account="6228480000000777",
            ),
        )  # fmt: skip
    line = rows(village)["账户"][0] | {"银行账号": "6228480000000777"}
    assert where(send(village, book({"账户": [line]}))) == [("ACCOUNT_SHARED", "账户", 3, "银行账号")]


def test_examples_are_skipped_and_counted(village: Village) -> None:
    lines = rows(village)
    lines["资产"].insert(0, lines["资产"][0] | {"资产编号": "示例ZC-001", "数量": "许多"})
    job = send(village, book(lines))
    assert (job.state, job.summary["资产"]["examples"], job.summary["资产"]["read"]) == (ImportState.APPLIED, 1, 1)


def test_contracts_without_a_valid_certificate_are_found(village: Village) -> None:
    line = rows(village)["合同"][0]
    lines = rows(village) | {
        "合同": [
            line | {"承租方": "演示甲", "承租方性质": "个人"},
            line | {"合同编号": "HT-002", "鉴证书编号": "无此鉴证-2025-1"},
        ]
    }
    send(village, book(lines))
    with transaction(read_only=True) as tx:
        listed = queries.not_traded(tx, seen_by=village.clerk, prefix=None, after=None, limit=10)
        assert [(c.contract_no, why) for c, why in listed] == [
            ("HT-001", WarningReason.NO_CERTIFICATE), ("HT-002", WarningReason.UNKNOWN_CERTIFICATE),
        ]  # fmt: skip
        last = queries.not_traded(tx, seen_by=village.clerk, prefix=village.code, after=listed[0][0].id, limit=10)
        assert len(last) == 1
        stranger = make.clerk(make.OTHER_VILLAGE)
        assert queries.not_traded(tx, seen_by=stranger, prefix=None, after=None, limit=10) == []


def test_an_asset_of_the_ledger_gives_a_listing_its_facts(village: Village) -> None:
    send(village, book(rows(village)))
    with transaction() as tx:
        row_id = tx.scalars(select(HoldingAsset.id)).one()
        with pytest.raises(NotFound):
            actions.register(tx, make.clerk(make.OTHER_VILLAGE), row_id)
        row = actions.register(tx, village.clerk, row_id)
        assert row.registry_asset_id is not None
        asset = registry.asset(tx, row.registry_asset_id)
        assert registry.asset_facts(asset) == {
            "kind": "house", "public_welfare": False, "in_ledger": True, "fiscal_funded": False,
        }  # fmt: skip
        assert (asset.asset_no, asset.book_value_fen, asset.owner_party_id) == (
            "ZC-001", 35_000_000, village.collective_id,
        )  # fmt: skip
        with pytest.raises(Conflict, match="已关联"):
            actions.register(tx, village.clerk, row_id)
    assert send(village, book(rows(village))).summary["资产"]["unchanged"] == 1


def test_an_import_stays_in_its_village_and_is_told_in_the_log(village: Village) -> None:
    with transaction() as tx:
        for code, problem in ((make.OTHER_VILLAGE, NotFound), (make.TOWN, NotFound), ("411003999999", NotFound)):
            with pytest.raises(problem):
                actions.submit(tx, village.clerk, region_code=code, mode=ImportMode.WHOLE, file_name="", content=b"x")
        with pytest.raises(Invalid, match="12 位"):
            actions.submit(
                tx, make.clerk(make.TOWN), region_code=make.TOWN, mode=ImportMode.WHOLE, file_name="", content=b"x"
            )
    job = send(village, book(rows(village)))
    with transaction(read_only=True) as tx:
        with pytest.raises(NotFound):
            queries.one_import(tx, job.id, seen_by=make.clerk(make.OTHER_VILLAGE))
        events = tx.scalars(
            select(AuditEvent).where(AuditEvent.subject == f"holding_import/{job.id}").order_by(AuditEvent.seq)
        ).all()
    assert [e.act for e in events] == ["holding.submit", "holding.import"]
    assert events[1].account_id == village.clerk_account
    assert events[1].facts["n_rows"] == 7


def test_the_same_file_waits_once_and_a_village_has_few_waiting(village: Village) -> None:
    with transaction() as tx:

        def submit(content: bytes) -> HoldingImport:
            return actions.submit(
                tx, village.clerk, region_code=village.code, mode=ImportMode.WHOLE, file_name="a\x00b", content=content
            )

        assert submit(b"one").id == submit(b"one").id
        for n in range(actions.MAX_WAITING - 1):
            assert submit(b"%d" % n).file_name == "ab"
        with pytest.raises(Exception, match="等待"):
            submit(b"last")


def test_a_worker_that_died_leaves_nothing_and_another_takes_over(village: Village) -> None:
    with transaction() as tx:
        made = actions.submit(
            tx,
            village.clerk,
            region_code=village.code,
            mode=ImportMode.WHOLE,
            file_name="",
            content=book(rows(village)),
        )
        tx.execute(text("UPDATE holding_import SET state = 'running', attempt = 1, heard_of_at = clock_timestamp()"))
    assert actions.run_next() == 0
    with transaction() as tx:
        tx.execute(text("UPDATE holding_import SET heard_of_at = heard_of_at - interval '3 minutes'"))
    assert actions.run_next() == made.id
    assert n_kept() == 7
    with transaction(read_only=True) as tx:
        assert tx.scalar(text("SELECT count(*) FROM holding_import_body")) == 0


def test_a_workbook_that_brings_down_three_workers_is_given_up(village: Village) -> None:
    with transaction() as tx:
        made = actions.submit(
            tx, village.clerk, region_code=village.code, mode=ImportMode.WHOLE, file_name="", content=b"x"
        )
        tx.execute(
            text("UPDATE holding_import SET state = 'running', attempt = 3, heard_of_at = now() - interval '1 hour'")
        )
    assert actions.run_next() == made.id
    with transaction(read_only=True) as tx:
        job = queries.one_import(tx, made.id, seen_by=village.clerk)
        assert (job.state, job.percent) == (ImportState.FAILED, 100)


def test_an_overtaken_worker_writes_nothing(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its claim is gone when it comes to write: the one that took over has written already."""
    content = book(rows(village))
    with transaction() as tx:
        actions.submit(
            tx, village.clerk, region_code=village.code, mode=ImportMode.WHOLE, file_name="", content=content
        )
    from_now_on = "UPDATE holding_import SET attempt = attempt + 1"  # what a take-over does to the row

    def late(digests: list[bytes]) -> dict[bytes, int]:
        with transaction() as tx:
            tx.execute(text(from_now_on))
        return {}

    monkeypatch.setattr("app.holdings.actions.imports._holders", late)
    actions.run_next()
    assert n_kept() == 0


def test_progress_is_told_while_it_runs(village: Village) -> None:
    line = rows(village)["资产"][0]
    heard: list[tuple[int, int]] = []
    content = book({"资产": [line | {"资产编号": f"ZC-{n}"} for n in range(4_500)]})
    with transaction() as tx:
        known = actions.known_of(tx, village.code)
    checked = check(content, known, lambda percent, n_rows: heard.append((percent, n_rows)))
    assert [n for _, n in heard] == [2_000, 4_000]
    assert 0 < heard[0][0] < heard[1][0] < 100
    checked.close()


def test_the_contract_of_the_ledger_keeps_its_days(village: Village) -> None:
    send(village, book(rows(village)))
    with transaction(read_only=True) as tx:
        kept = tx.scalars(select(HoldingContract)).one()
        assert (kept.signed_on, kept.ends_on, kept.rent_fen) == (date(2025, 8, 1), date(2030, 9, 30), 4_360_000)


def test_two_workers_read_one_workbook_once(village: Village) -> None:
    content = book(rows(village))
    with transaction() as tx:
        made = actions.submit(
            tx, village.clerk, region_code=village.code, mode=ImportMode.WHOLE, file_name="", content=content
        )
    both = Barrier(2)

    def work() -> int:
        both.wait()
        return actions.run_next()

    with ThreadPoolExecutor(2) as pool:
        did = sorted(worker.result() for worker in [pool.submit(work), pool.submit(work)])
    assert did == [0, made.id]
    with transaction(read_only=True) as tx:
        acts = tx.scalars(select(AuditEvent.act).where(AuditEvent.subject == f"holding_import/{made.id}")).all()
        assert sorted(acts) == ["holding.import", "holding.submit"]


def test_an_import_waits_while_another_writes_into_the_same_village(village: Village) -> None:
    """Two with the same rows in another order would block each other."""
    with transaction() as tx:
        actions.submit(
            tx,
            village.clerk,
            region_code=village.code,
            mode=ImportMode.WHOLE,
            file_name="",
            content=book(rows(village)),
        )
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with ThreadPoolExecutor(1) as pool:
        with transaction() as tx:
            lock_village(tx, village.code)
            worker = pool.submit(actions.run_next)
            while not worker.done() and not tx.scalar(waiting):
                pass
            assert not worker.done()
        assert worker.result()
    assert n_kept() == 7
