"""Resolutions with counts that cannot contradict each other, mandates with what they leave out, documents by hash."""

from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.base.db import Tx
from app.base.errors import Conflict, Invalid
from app.registry import actions, queries
from app.registry.models import Document, Resolution
from app.registry.schemas import CollectiveIn, MandateIn, ResolutionIn
from app.registry.states import CollectiveLevel, MediaType, PartyKind
from tests.registry import make

PDF = b"%PDF-1.7\n" + b"x" * 100


def decide(tx: Tx, *, party_id: int | None = None, **over: Any) -> Resolution:
    fields: dict[str, Any] = {
        "party_id": party_id if party_id is not None else make.party(tx).id,
        "body": "members_assembly",
        "matter": "land_contracting",
        "subject": "南地54.5亩发包",
        "notice_on": date(2026, 10, 1),
        "meeting_on": date(2026, 10, 11),
        "eligible": 300,
        "attended": 210,
        "yes": 201,
    }
    return actions.record_resolution(tx, None, ResolutionIn(**fields | over))


def test_a_resolution_is_given_to_the_case_as_it_was_taken(land: Tx) -> None:
    assert queries.resolution_facts(decide(land, minutes_filed=True)) == {
        "body": "members_assembly",
        "matter": "land_contracting",
        "notice_date": date(2026, 10, 1),
        "meeting_date": date(2026, 10, 11),
        "special_circumstances": False,
        "attendance_basis": "individuals",
        "eligible": 300,
        "attended": 210,
        "yes": 201,
        "minutes_filed": True,
    }


def test_the_denominator_comes_from_the_register_where_nobody_gives_it(land: Tx) -> None:
    collective = make.party(land).id
    register = CollectiveIn(
        level=CollectiveLevel.VILLAGE, members_full_capacity=333, reps_total=45, women_reps=15, board_total=5
    )
    actions.record_collective(land, None, collective, register)
    assert decide(land, party_id=collective, eligible=None).eligible == 333
    taken = decide(land, party_id=collective, body="members_representatives", eligible=None, attended=45, yes=30)
    assert (taken.reps_total, taken.women_reps) == (45, 15)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"attended": 301, "yes": 201}, "attended"),
        ({"body": "members_representatives", "reps_total": 45, "attended": 46, "yes": 40}, "attended"),
        ({"body": "board", "board_total": 5, "attended": 6, "yes": 5}, "attended"),
        ({"meeting_on": date(2099, 1, 1)}, "meeting_on"),
        ({"document_id": 999}, "document_id"),
        ({"party_id": 999}, "party_id"),
    ],
)
def test_counts_that_contradict_each_other_are_refused(land: Tx, over: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        decide(land, **over)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "over",
    [
        {"yes": 211},
        {"notice_on": date(2026, 10, 12)},
        {"attended": -1},
        {"yes": True},
        {"attended": 210.0},
        {"matter": "anything"},
    ],
)
def test_a_resolution_that_cannot_be_is_refused_on_the_wire(land: Tx, over: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        decide(land, **over)


def test_everybody_may_be_there_and_agree_and_the_notice_may_be_of_the_same_day(land: Tx) -> None:
    assert decide(land, attended=300, yes=300, notice_on=date(2026, 10, 11)).yes == 300


def test_a_resolution_is_evidence_and_never_changed(land: Tx) -> None:
    row = decide(land)
    with pytest.raises(IntegrityError, match="only added to"):
        land.execute(text("UPDATE resolution SET yes = 300 WHERE id = :id"), {"id": row.id})


def test_only_a_collective_decides(land: Tx) -> None:
    with pytest.raises(Invalid) as refused:
        decide(land, party_id=make.party(land, PartyKind.HOUSEHOLD).id)
    assert refused.value.field == "party_id"


def test_a_mandate_names_what_it_leaves_out(land: Tx) -> None:
    household, collective = make.party(land, PartyKind.HOUSEHOLD).id, make.party(land).id
    bare = actions.record_mandate(land, None, MandateIn(principal_party_id=household, written=True))
    assert queries.mandate_facts(bare)["missing_elements"] == ["agent_name", "matter", "authority", "term", "signature"]
    stated = MandateIn(
        principal_party_id=household,
        agent_party_id=collective,
        written=True,
        matter="流转南地承包地",
        authority="签订流转合同",
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        signed_on=date(2026, 1, 1),
    )
    whole = actions.record_mandate(land, None, stated)
    facts = queries.mandate_facts(whole, transferee_party_id=collective)
    assert (facts["missing_elements"], facts["agent_is_transferee"]) == ([], True)
    actions.revoke_mandate(land, None, whole.id, reason="不再委托")
    assert queries.mandate_facts(whole)["written"] is False
    with pytest.raises(Conflict):
        actions.revoke_mandate(land, None, whole.id, reason="再次")
    with pytest.raises(Invalid) as refused:
        actions.record_mandate(
            land, None, MandateIn(principal_party_id=household, agent_party_id=household, written=True)
        )
    assert refused.value.field == "agent_party_id"


@pytest.mark.parametrize(("days", "runs"), [(0, True), (-1, False)])
def test_a_mandate_may_last_one_day_and_not_less(days: int, runs: bool) -> None:
    first = date(2026, 1, 1)
    fields: dict[str, Any] = {"principal_party_id": 1, "written": True, "valid_from": first}
    fields["valid_to"] = first + timedelta(days=days)
    if runs:
        assert MandateIn(**fields).valid_to == first
    else:
        with pytest.raises(ValidationError, match="委托期止"):
            MandateIn(**fields)


def store(tx: Tx, content: bytes | None, reference: str | None = None) -> Document:
    return actions.record_document(
        tx, None, region_code=make.VILLAGE, kind="minutes", title="演示会议记录", content=content, reference=reference
    )


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, MediaType.PDF),
        (b"\x89PNG\r\n\x1a\n....", MediaType.PNG),
        (b"\xff\xd8\xff\xe0JFIF", MediaType.JPEG),
    ],
)
def test_a_document_is_known_by_its_bytes(land: Tx, content: bytes, media_type: MediaType) -> None:
    row = store(land, content)
    assert (row.media_type, row.sha256, row.size) == (media_type, sha256(content).digest(), len(content))
    assert queries.body_of(land, row.id) == content


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"<html>", b"PK\x03\x04", b" %PDF-1.7", b"%PDF", b"\xff\xd8"])
def test_other_files_are_refused(land: Tx, content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        store(land, content)
    assert refused.value.field == "file"


def test_a_million_bytes_are_a_document_and_one_more_are_not(land: Tx) -> None:
    assert store(land, PDF.ljust(actions.MAX_DOCUMENT, b" ")).size == actions.MAX_DOCUMENT
    with pytest.raises(Invalid) as refused:
        store(land, PDF.ljust(actions.MAX_DOCUMENT + 1, b" "))
    assert refused.value.reason == "FILE_SIZE"


def test_a_paper_kept_elsewhere_is_a_document_too(land: Tx) -> None:
    row = store(land, None, reference="村档案室2026-12号")
    assert queries.body_of(land, row.id) is None
    with pytest.raises(Invalid):
        store(land, None)
