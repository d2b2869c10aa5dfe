"""The case format: what is read, what is refused and where, and that our schema is the published one."""

import json
from pathlib import Path
from random import Random
from typing import Any

import jsonschema_rs
import pytest

from app.base.errors import Invalid
from app.rules.reading import json_schema, read_case
from tests.rules import guessing
from tests.rules.making import document

PUBLISHED = json.loads((Path(__file__).parent / "case.schema.json").read_text(encoding="utf-8"))


def bare(schema: Any, defs: Any) -> Any:
    """A schema without what only explains."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return bare(defs[schema["$ref"].rsplit("/", 1)[1]], defs)
        kept = {k: bare(v, defs) for k, v in schema.items() if k not in ("$defs", "$schema") and not isinstance(v, str)}
        kept |= {k: v for k, v in schema.items() if k in ("type", "format", "pattern")}
        return kept
    return schema


def test_our_schema_is_the_published_one() -> None:
    ours, theirs = bare(json_schema(), {}), bare(PUBLISHED, PUBLISHED["$defs"])
    assert set(ours["properties"]) == set(theirs["properties"])
    for name, schema in theirs["properties"].items():
        assert without_defaults(ours["properties"][name]) == without_defaults(schema), name


def without_defaults(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {k: without_defaults(v) for k, v in schema.items() if k != "default"}
    return schema


def readable(said: Any) -> str:
    """The field that is refused; empty where the case is read."""
    try:
        read_case(said)
    except Invalid as problem:
        return problem.field or "?"
    return ""


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"parcels": [{}, {"area_mu": 12}]}, "parcels[1].area_mu"),
        ({"parcels": [{"area_mu": "1e3"}]}, "parcels[0].area_mu"),
        ({"parcels": [{"area_mu": "12.12345"}]}, "parcels[0].area_mu"),
        ({"parcels": [{"existing_contracts": [{"start": "2026-01-01"}]}]}, "parcels[0].existing_contracts[0].end"),
        ({"parcels": {}}, "parcels"),
        ({"parcels": [1]}, "parcels[0]"),
        ({"parcels": [{}] * 1001}, "parcels"),
        ({"term": None}, "term"),
        ({"term": {"end": "2027-02-29"}}, "term.end"),
        ({"term": {"end": "2027-W01-1"}}, "term.end"),
        ({"term": {"end": "20270101"}}, "term.end"),
        ({"term": {"ends": "2027-01-01"}}, "term.ends"),
        ({"term": {"renewal_years": True}}, "term.renewal_years"),
        ({"term": {"renewal_years": -1}}, "term.renewal_years"),
        ({"term": {"open_ended": 1}}, "term.open_ended"),
        ({"announcement": {"title": ""}}, "announcement.title"),
        ({"announcement": {"title": "卖" * 4001}}, "announcement.title"),
        ({"announcement": {"title": 5}}, "announcement.title"),
        ({"category": "farmland"}, "category"),
        ({"category": []}, "category"),
        ({"contract": {"missing_items": ["term", "price"]}}, "contract.missing_items[1]"),
        ({"county_parameters": {"notice_days": "5"}}, "county_parameters.notice_days"),
        ({"co_ownership": {"owners": [{"name": "甲"}]}}, "co_ownership.owners[0].consents"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_what_the_format_does_not_allow_is_named_by_its_path(said: dict[str, Any], field: str) -> None:
    assert readable(document(**said)) == field
    assert not jsonschema_rs.is_valid(PUBLISHED, document(**said), validate_formats=True) or field == "term.end"


@pytest.mark.parametrize("said", [None, [], "x", {}, {"as_of": "2026-11-23", "county": "411003"}])
def test_a_case_says_at_least_when_where_and_what(said: Any) -> None:
    assert readable(said)


OWNERS = [{"consents": True, "share_num": 2, "share_den": 3}, {"consents": False, "share_num": 1, "share_den": 3}]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"term__start": "2027-01-02", "term__end": "2027-01-01"}, "term.start"),
        ({"term__start": "2027-01-01", "term__end": "2027-01-01"}, ""),
        ({"tenancy__notice_served_date": "2027-01-02", "auction__date": "2027-01-01"}, "tenancy.notice_served_date"),
        ({"resolution__yes": 3, "resolution__attended": 2}, "resolution.yes"),
        ({"resolution__yes": 3, "resolution__eligible": 2}, ""),
        ({"resolution__yes": 3, "resolution__eligible": 2, "resolution__body": "group_meeting"}, "resolution.yes"),
        ({"resolution__yes": 3, "resolution__eligible": 2, "resolution__body": "board"}, ""),
        ({"retransfer__parcels_consented": 3, "retransfer__parcels_total": 2}, "retransfer.parcels_consented"),
        ({"parcels": [{"parcel_code": "1"}, {"parcel_code": "1"}]}, "parcels[1].parcel_code"),
        ({"parcels": [{"parcel_code": "1"}, {"parcel_code": "2"}, {}]}, ""),
        ({"parcels": [{"contract_start": "2027-01-02", "contract_end": "2027-01-01"}]}, "parcels[0].contract_start"),
        (
            {"parcels": [{"existing_contracts": [{"start": "2027-01-02", "end": "2027-01-01"}]}]},
            "parcels[0].existing_contracts[0].start",
        ),
        ({"co_ownership": {"kind": "by_share", "owners": OWNERS}}, ""),
        ({"co_ownership": {"kind": "by_share", "owners": OWNERS[:1]}}, "co_ownership.owners"),
        ({"co_ownership": {"kind": "by_share", "owners": [{"consents": True}]}}, "co_ownership.owners[0]"),
        ({"co_ownership": {"kind": "joint", "owners": OWNERS[:1]}}, ""),
    ],
)
def test_what_cannot_be_true_together_is_refused(said: dict[str, Any], field: str) -> None:
    assert readable(document(**said)) == field


def test_every_case_that_we_read_the_published_schema_accepts() -> None:
    validator = jsonschema_rs.Draft202012Validator(PUBLISHED)
    facts = [f"{s}.{n}" for s, part in PUBLISHED["properties"].items() for n in part.get("properties", {})]
    facts += [f"p.{n}" for n in PUBLISHED["properties"]["parcels"]["items"]["properties"]]
    pick, read = Random(7), 0
    for _ in range(400):
        said = guessing.document(pick, pick.sample(facts, 12))
        if not readable(said):
            read += 1
            assert validator.is_valid(said)
    assert read > 100
