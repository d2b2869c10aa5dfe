"""Who may what (procedure 4.2): every permission once, and the roles that hold it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from app.base.actor import CENTRE_POSTS, Grant, Role


class P(StrEnum):
    """Permissions, `area:verb`. Whose thing it is, is a matter of scope, not of permission."""

    ACCOUNT_MANAGE = "account:manage"
    ACCOUNT_READ = "account:read"
    CLIENT_MANAGE = "client:manage"
    SELF = "account:self"

    AUDIT_READ = "audit:read"
    PERSON_UNMASK = "person:unmask"
    PERSON_ERASE = "person:erase"

    PARAMETER_READ = "parameter:read"
    PARAMETER_PROPOSE = "parameter:propose"
    PARAMETER_APPROVE = "parameter:approve"
    CALENDAR_LOAD = "calendar:load"

    REGISTRY_READ = "registry:read"
    REGISTRY_RECORD = "registry:record"
    RESOLUTION_RECORD = "resolution:record"
    RESTRICTION_RECORD = "restriction:record"
    MORTGAGE_RECORD = "mortgage:record"
    DOCUMENT_RECORD = "document:record"

    HOLDING_READ = "holding:read"
    HOLDING_RECORD = "holding:record"

    EXTENSION_READ = "extension:read"
    EXTENSION_RECORD = "extension:record"
    EXTENSION_SIGN = "extension:sign"
    EXTENSION_APPROVE = "extension:approve"
    EXTENSION_FILE = "extension:file"

    EXIT_READ = "exit:read"
    EXIT_APPLY = "exit:apply"
    EXIT_AGREE = "exit:agree"
    EXIT_CONFIRM = "exit:confirm"
    EXIT_PAY = "exit:pay"

    HOMESTEAD_READ = "homestead:read"
    HOMESTEAD_APPLY = "homestead:apply"
    HOMESTEAD_OBJECT = "homestead:object"
    HOMESTEAD_DELIBERATE = "homestead:deliberate"
    HOMESTEAD_REVIEW = "homestead:review"
    HOMESTEAD_APPROVE = "homestead:approve"
    HOMESTEAD_REGISTER = "homestead:register"
    BREACH_RECORD = "breach:record"
    BREACH_DECIDE = "breach:decide"

    LISTING_READ = "listing:read"
    LISTING_DRAFT = "listing:draft"
    LISTING_SUBMIT = "listing:submit"
    LISTING_PREREVIEW = "listing:prereview"
    LISTING_ACCEPT = "listing:accept"
    LISTING_REVIEW = "listing:review"
    LISTING_APPROVE = "listing:approve"
    LISTING_COSIGN = "listing:cosign"
    LISTING_PUBLISH = "listing:publish"
    LISTING_SUSPEND = "listing:suspend"
    LISTING_TERMINATE = "listing:terminate"
    LISTING_WITHDRAW = "listing:withdraw"
    LISTING_RELIST = "listing:relist"

    ENTRY_REGISTER = "entry:register"
    ENTRY_READ = "entry:read"
    ENTRY_QUALIFY = "entry:qualify"

    AUCTION_SCHEDULE = "auction:schedule"
    AUCTION_FREEZE = "auction:freeze"
    AUCTION_COSIGN = "auction:cosign"
    BID_PLACE = "bid:place"
    SHARE_HOLD = "share:hold"

    AWARD_CONFIRM = "award:confirm"
    AWARD_DECIDE = "award:decide"
    OBJECTION_FILE = "objection:file"
    OBJECTION_HANDLE = "objection:handle"
    OBJECTION_REVIEW = "objection:review"
    CONTRACT_READ = "contract:read"
    CONTRACT_SIGN = "contract:sign"
    CONTRACT_OVERSEE = "contract:oversee"
    CERTIFICATE_PREPARE = "certificate:prepare"
    CERTIFICATE_ISSUE = "certificate:issue"
    ARCHIVE_FILE = "archive:file"

    MONEY_READ = "money:read"
    MONEY_POST = "money:post"
    MONEY_APPROVE = "money:approve"

    WARNING_READ = "warning:read"
    WARNING_HANDLE = "warning:handle"
    TURNOVER_READ = "turnover:read"
    TARGET_SET = "target:set"


_EVERYONE = frozenset({P.SELF})
_STAFF = _EVERYONE | {
    P.LISTING_READ, P.REGISTRY_READ, P.DOCUMENT_RECORD, P.CONTRACT_READ, P.TURNOVER_READ, P.PARAMETER_READ,
    P.WARNING_READ, P.HOLDING_READ, P.EXTENSION_READ, P.EXIT_READ,
    P.HOMESTEAD_READ,
}  # fmt: skip
_OVERSIGHT = _STAFF | {P.ENTRY_READ, P.MONEY_READ, P.AUDIT_READ}
_TRANSFEROR = _EVERYONE | {
    P.LISTING_READ, P.LISTING_DRAFT, P.LISTING_SUBMIT, P.LISTING_WITHDRAW, P.OBJECTION_FILE, P.CONTRACT_READ,
    P.CONTRACT_SIGN, P.AWARD_CONFIRM, P.DOCUMENT_RECORD,
}  # fmt: skip
_TRANSFEREE = _EVERYONE | {
    P.ENTRY_REGISTER, P.BID_PLACE, P.OBJECTION_FILE, P.CONTRACT_READ, P.CONTRACT_SIGN, P.AWARD_CONFIRM,
    P.DOCUMENT_RECORD,
}  # fmt: skip

HOLDS: Mapping[Role, frozenset[P]] = {
    Role.VILLAGE_CLERK: _TRANSFEROR
    | {
        P.LISTING_RELIST, P.REGISTRY_READ, P.RESOLUTION_RECORD, P.TURNOVER_READ, P.WARNING_READ, P.HOLDING_READ,
        P.HOLDING_RECORD, P.EXTENSION_READ, P.EXTENSION_RECORD, P.EXIT_READ, P.EXIT_AGREE,
        P.HOMESTEAD_READ, P.HOMESTEAD_DELIBERATE, P.HOMESTEAD_OBJECT,
    },
    Role.HOUSEHOLD: _TRANSFEROR
    | _TRANSFEREE
    | {
        P.EXIT_READ, P.EXIT_APPLY, P.EXTENSION_SIGN, P.HOMESTEAD_READ, P.HOMESTEAD_APPLY, P.HOMESTEAD_OBJECT,
    },
    Role.TOWN_STATION: _STAFF
    | {
        P.LISTING_PREREVIEW, P.REGISTRY_RECORD, P.RESOLUTION_RECORD, P.OBJECTION_FILE, P.WARNING_HANDLE,
        P.HOLDING_RECORD, P.EXTENSION_APPROVE, P.EXIT_APPLY, P.EXIT_CONFIRM, P.HOMESTEAD_APPLY,
        P.HOMESTEAD_REVIEW, P.HOMESTEAD_APPROVE, P.BREACH_RECORD,
    },
    Role.CENTRE_RECEPTION: _STAFF
    | {P.LISTING_ACCEPT, P.REGISTRY_RECORD, P.OBJECTION_HANDLE, P.HOMESTEAD_REGISTER},
    Role.CENTRE_REVIEWER: _STAFF | {P.LISTING_REVIEW, P.LISTING_PUBLISH, P.ENTRY_READ, P.ENTRY_QUALIFY},
    Role.CENTRE_APPROVER: _STAFF
    | {
        P.LISTING_APPROVE, P.LISTING_SUSPEND, P.LISTING_TERMINATE, P.MONEY_APPROVE, P.MONEY_READ, P.AWARD_DECIDE,
        P.OBJECTION_HANDLE, P.CERTIFICATE_ISSUE, P.CONTRACT_OVERSEE, P.SHARE_HOLD,
    },
    Role.CENTRE_AUCTIONEER: _STAFF | {P.AUCTION_SCHEDULE, P.AUCTION_FREEZE},
    Role.CENTRE_CASHIER: _STAFF | {P.MONEY_READ, P.MONEY_POST, P.EXIT_PAY},
    Role.CENTRE_CERTIFIER: _STAFF | {P.CERTIFICATE_PREPARE},
    Role.CENTRE_ARCHIVIST: _STAFF | {P.ARCHIVE_FILE},
    Role.CITY_CENTRE: _STAFF | {P.PARAMETER_PROPOSE},
    Role.SUPERVISOR: _OVERSIGHT
    | {
        P.LISTING_COSIGN, P.LISTING_SUSPEND, P.LISTING_TERMINATE, P.AUCTION_FREEZE, P.AUCTION_COSIGN,
        P.OBJECTION_REVIEW, P.PARAMETER_PROPOSE, P.PARAMETER_APPROVE, P.WARNING_HANDLE, P.TARGET_SET,
        P.PERSON_UNMASK, P.RESTRICTION_RECORD, P.SHARE_HOLD, P.EXTENSION_FILE, P.BREACH_DECIDE,
    },
    Role.JOINT_CONFERENCE: _OVERSIGHT | {P.OBJECTION_REVIEW, P.AUCTION_COSIGN, P.LISTING_COSIGN, P.SHARE_HOLD},
    Role.BIDDER: _TRANSFEREE,
    Role.BANK: _EVERYONE | {P.TURNOVER_READ, P.MORTGAGE_RECORD},
    Role.AUDITOR: _OVERSIGHT,
    Role.OPERATOR: _EVERYONE | {P.ACCOUNT_MANAGE, P.ACCOUNT_READ, P.CLIENT_MANAGE, P.CALENDAR_LOAD, P.PERSON_ERASE},
}  # fmt: skip

_OFFICIAL = CENTRE_POSTS | {Role.TOWN_STATION, Role.SUPERVISOR, Role.JOINT_CONFERENCE, Role.AUDITOR}

INCOMPATIBLE: frozenset[frozenset[Role]] = (
    frozenset(
        frozenset({official, party})
        for official in _OFFICIAL
        for party in (Role.BIDDER, Role.HOUSEHOLD, Role.VILLAGE_CLERK)
    )
    | frozenset(
        frozenset(pair)
        for pair in (
            (Role.CENTRE_REVIEWER, Role.CENTRE_APPROVER),
            (Role.CENTRE_CASHIER, Role.CENTRE_REVIEWER),
            (Role.CENTRE_CASHIER, Role.CENTRE_APPROVER),
        )
    )
    | frozenset(frozenset({Role.OPERATOR, other}) for other in Role if other is not Role.OPERATOR)
)
"""Pairs that one natural person may never hold, in whatever accounts (procedure 4.2).

Who runs the system holds no other role: no business data, no deciding, no bidding.
"""


def permissions_of(grants: Iterable[Grant]) -> dict[str, tuple[str, ...]]:
    """Each permission with the region prefixes in which the grants give it."""
    held: dict[str, set[str]] = {}
    for grant in grants:
        for permission in HOLDS[grant.role]:
            held.setdefault(permission, set()).add(grant.prefix)
    return {permission: tuple(sorted(prefixes)) for permission, prefixes in held.items()}
