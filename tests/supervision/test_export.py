"""What stays sealed, that pages hold while the log grows, and that taking the log out is itself on record."""

import csv
import io
import json

from fastapi.testclient import TestClient
from sqlalchemy import select, text

from app.audit.models import AuditEvent
from app.base.actor import Role
from app.base.db import transaction
from app.supervision.actions import BATCH, COLUMNS
from app.supervision.queries import ROUND_OVER
from tests.people import actor, bearer, committed, problem, say

LOG = "/api/v1/audit-events"


def test_pages_lose_nothing_and_show_nothing_twice_while_the_log_grows(served: TestClient) -> None:
    boss = bearer(served, committed(Role.SUPERVISOR))
    first = [say("parcel.record", f"parcel/{n}") for n in range(7)]
    for order, expected in (("oldest", first), ("newest", first[::-1])):
        got: list[int] = []
        cursor: str | None = ""
        while cursor is not None:
            path = f"{LOG}?act=parcel.record&limit=3&order={order}" + (f"&cursor={cursor}" if cursor else "")
            body = served.get(path, headers=boss).json()
            got += [e["id"] for e in body["items"]]
            cursor = body["next_cursor"]
            say("parcel.record", f"parcel/later-{order}-{len(got)}")
        assert [id_ for id_ in got if id_ in first] == expected
        assert len(got) == len(set(got))


def test_who_has_entered_is_sealed_until_the_round_is_over(served: TestClient) -> None:
    boss = bearer(served, committed(Role.SUPERVISOR))
    with transaction(read_only=True) as tx:
        bidder = actor(tx, committed(Role.BIDDER))
    say("lot.publish", "lot/5")
    say("entry.register", "entry/9", who=bidder, lot=5)
    say("deposit.receive", "deposit/3", who=bidder, lot=5, amount_fen=100)
    say("entry.strange", "entry/10", who=bidder)
    say("money.report", "account/1")
    say("bid.hear", "lot/5", plate="A43F2A5", amount_fen=100)

    def seen() -> set[str]:
        exported = served.get(f"{LOG}/export?format=jsonl&region=411002001", headers=boss).text
        found = {e["act"] for e in served.get(f"{LOG}?region=411002001&limit=100", headers=boss).json()["items"]}
        assert {json.loads(line)["act"] for line in exported.splitlines()} == found
        return found

    assert seen() == {"lot.publish", "money.report", "bid.hear"}
    assert served.get(f"{LOG}?account_id={bidder.account_id}&act=entry", headers=boss).json()["items"] == []
    problem(served.get("/api/v1/subjects/entry/9/timeline", headers=boss), 404, "not-found")
    problem(served.post(f"{LOG}/verify-chain?subject=entry/9", headers=boss), 404, "not-found")
    assert "lot.win" in ROUND_OVER
    say("lot.win", "lot/5")
    assert seen() == {"lot.publish", "money.report", "bid.hear", "lot.win", "entry.register", "deposit.receive"}
    say("entry.register", "entry/11", who=bidder, lot=5)
    assert [e["subject"] for e in served.get(f"{LOG}?act=entry", headers=boss).json()["items"]] == ["entry/9"]
    assert served.get("/api/v1/subjects/entry/9/timeline", headers=boss).json()["items"][0]["who"] == "演*人"


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x"]


def test_an_export_is_complete_readable_and_harmless_and_is_recorded(served: TestClient) -> None:
    supervisor = committed(Role.SUPERVISOR, region="411002")
    boss = bearer(served, supervisor)
    for n in range(BATCH + 3):
        say("parcel.record", f"parcel/{n}", on_behalf_of=DANGEROUS[n % len(DANGEROUS)], note='引号"，逗号,')
    answer = served.get(f"{LOG}/export?act=parcel", headers=boss)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    heading, *rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert tuple(heading) == COLUMNS
    assert [row[COLUMNS.index("对象")] for row in rows] == [f"parcel/{n}" for n in range(BATCH + 3)]
    for row in rows:
        assert not any(cell[:1] in set("=+-@\t\r\n＝＋－＠") and cell for cell in row)
        assert json.loads(row[COLUMNS.index("事实")]) == {"note": '引号"，逗号,'}
    with transaction(read_only=True) as tx:
        events = tx.scalars(select(AuditEvent).where(AuditEvent.act == "audit.export")).all()
        assert [(e.subject, e.account_id) for e in events] == [(f"account/{supervisor}", supervisor)]
        assert events[0].facts["search"] == {"act": "parcel"}
        assert events[0].facts["format"] == "csv"
    lines = served.get(f"{LOG}/export?act=audit.export&format=jsonl", headers=boss)
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line)["act_zh"] for line in lines.text.splitlines()] == ["导出审计日志"]


def test_an_export_that_finds_nothing_is_a_heading_alone_and_still_recorded(served: TestClient) -> None:
    boss = bearer(served, committed(Role.SUPERVISOR))
    answer = served.get(f"{LOG}/export?act=nothing", headers=boss)
    assert answer.content.decode("utf-8-sig").strip() == ",".join(COLUMNS)
    assert len(served.get(f"{LOG}?act=audit.export", headers=boss).json()["items"]) == 1


def test_a_chain_is_recomputed_and_the_first_broken_row_named(served: TestClient) -> None:
    boss = bearer(served, committed(Role.SUPERVISOR))
    ids = [say("parcel.record", "parcel/1", n=n) for n in range(4)]
    path = f"{LOG}/verify-chain?subject=parcel/1"
    whole = served.post(path, headers=boss).json()
    assert whole == {"subject": "parcel/1", "intact": True, "checked": 4, "broken": None}
    with transaction() as tx:
        tx.execute(text("ALTER TABLE audit_event DISABLE TRIGGER USER"))
        tx.execute(text(f"UPDATE audit_event SET region_code = '411024' WHERE id = {ids[2]}"))
    broken = served.post(path, headers=boss).json()
    assert broken["intact"] is False
    assert broken["checked"] == 2
    assert broken["broken"] == {"event_id": ids[2], "seq": 3, "fault": "content"}
    kind_alone = served.post(f"{LOG}/verify-chain?subject=parcel/", headers=boss)
    assert problem(kind_alone, 422, "invalid")["field"] == "subject"
    assert problem(served.post(f"{LOG}/verify-chain", headers=boss), 422, "invalid")["field"] == "subject"
