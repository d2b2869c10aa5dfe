"""What cannot be true together in one case (case format, section 8)."""

from collections.abc import Iterator
from fractions import Fraction
from operator import attrgetter
from typing import Any

from app.rules.facts import Case

_IN_ORDER = (
    ("term.start", "term.end"),
    ("resolution.notice_date", "resolution.meeting_date"),
    ("announcement.start_date", "announcement.end_date"),
    ("result_notice.start_date", "result_notice.end_date"),
    ("auction.announcement_date", "auction.date"),
    ("capital_review.accepted_date", "capital_review.decision_date"),
    ("plan_report.received_date", "plan_report.opinion_date"),
    ("mandate.valid_from", "mandate.valid_to"),
    ("surrender.notice_date", "surrender.return_date"),
    ("procurement.doc_issue_date", "procurement.bid_deadline"),
    ("procurement.clarification_date", "procurement.bid_deadline"),
    ("procurement.evaluation_report_date", "procurement.candidates_notice_start"),
    ("procurement.candidates_notice_start", "procurement.candidates_notice_end"),
    ("procurement.award_decided_date", "procurement.report_date"),
    ("land_use.forest_temporary_start", "land_use.forest_temporary_end"),
    ("tenancy.notice_served_date", "auction.date"),
    ("plan_report.submitted_date", "announcement.start_date"),
    ("priority_claim.notice_served_date", "priority_claim.claim_date"),
)
_WHOLE = ("members_assembly", "villagers_meeting", "group_meeting")
_BY_REPRESENTATIVES = ("members_representatives", "villagers_representatives")
_BOARD = ("board",)
_AT_MOST = (
    ("resolution.attended", "resolution.eligible", _WHOLE),
    ("resolution.yes", "resolution.eligible", _WHOLE),
    ("resolution.yes", "resolution.attended", None),
    ("resolution.yes", "resolution.reps_total", _BY_REPRESENTATIVES),
    ("resolution.attended", "resolution.reps_total", _BY_REPRESENTATIVES),
    ("resolution.attended", "resolution.board_total", _BOARD),
    ("resolution.yes", "resolution.board_total", _BOARD),
    ("transferee.cooperative_members_farmers", "transferee.cooperative_members_total", None),
    ("retransfer.parcels_consented", "retransfer.parcels_total", None),
)


def _pair(left: str, right: str) -> tuple[Any, ...]:
    section, name = left.split(".")
    other, bound = right.split(".")
    return section, name, other, bound, attrgetter(left), attrgetter(right), left, right


_ORDERED = tuple(_pair(left, right) for left, right in _IN_ORDER)
_COUNTED = tuple((*_pair(left, right), bodies) for left, right, bodies in _AT_MOST)


def contradictions(case: Case) -> Iterator[tuple[str, str]]:
    """Each contradiction as the path of the field and a Chinese reason."""
    said = case.given
    for section, name, other, bound, first, second, left, right in _ORDERED:
        both = section in said and other in said and name in said[section] and bound in said[other]
        if both and first(case) > second(case):
            yield left, f"不得晚于 {right}"
    for section, name, _, bound, first, second, left, right, bodies in _COUNTED:
        if section not in said or name not in said[section] or bound not in said[section]:
            continue
        if (bodies is None or said[section].get("body") in bodies) and first(case) > second(case):
            yield left, f"不得大于 {right}"
    if "parcels" in said:
        yield from _of_parcels(case)
    if "co_ownership" in said:
        yield from _of_shares(case)


def _of_parcels(case: Case) -> Iterator[tuple[str, str]]:
    codes = set()
    for parcel in case.parcels:
        said = parcel.given
        for name in ("contract", "extension"):
            start, end = f"{name}_start", f"{name}_end"
            if start in said and end in said and getattr(parcel, start) > getattr(parcel, end):
                yield f"{parcel.at}.{start}", f"不得晚于 {parcel.at}.{end}"
        if "existing_contracts" in said:
            for period in parcel.existing_contracts:
                if period.start > period.end:
                    yield f"{parcel.at}.{period.at}.start", f"不得晚于 {parcel.at}.{period.at}.end"
        if "parcel_code" in said:
            if parcel.parcel_code in codes:
                yield f"{parcel.at}.parcel_code", "地块代码重复"
            codes.add(parcel.parcel_code)


def _of_shares(case: Case) -> Iterator[tuple[str, str]]:
    """按份共有：份额须全部给出，合计为一。"""
    said = case.given["co_ownership"]
    if said.get("kind") != "by_share" or "owners" not in said:
        return
    owners = case.co_ownership.owners
    for i, owner in enumerate(owners):
        if "share_num" not in owner.given or "share_den" not in owner.given:
            yield f"co_ownership.owners[{i}]", "按份共有的，须给出每个共有人的份额"
            return
    if sum((Fraction(each.share_num, each.share_den) for each in owners), Fraction(0)) != 1:
        yield "co_ownership.owners", "各共有人份额之和须为一"
