"""Who acts: an account of a natural person, the organisation behind it, and the roles it holds in which regions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import ColumnElement, false, or_
from sqlalchemy.orm import InstrumentedAttribute


class Role(StrEnum):
    """角色与岗位 (procedure 4.1). A role is always held in a region."""

    VILLAGE_CLERK = "village_clerk"
    HOUSEHOLD = "household"
    TOWN_STATION = "town_station"
    CENTRE_RECEPTION = "centre_reception"
    CENTRE_REVIEWER = "centre_reviewer"
    CENTRE_APPROVER = "centre_approver"
    CENTRE_AUCTIONEER = "centre_auctioneer"
    CENTRE_CASHIER = "centre_cashier"
    CENTRE_CERTIFIER = "centre_certifier"
    CENTRE_ARCHIVIST = "centre_archivist"
    CITY_CENTRE = "city_centre"
    SUPERVISOR = "supervisor"
    JOINT_CONFERENCE = "joint_conference"
    BIDDER = "bidder"
    BANK = "bank"
    AUDITOR = "auditor"
    OPERATOR = "operator"


ROLE_ZH: Mapping[Role, str] = {
    Role.VILLAGE_CLERK: "村集体经办",
    Role.HOUSEHOLD: "农户",
    Role.TOWN_STATION: "乡镇服务站",
    Role.CENTRE_RECEPTION: "县中心受理岗",
    Role.CENTRE_REVIEWER: "县中心初审岗",
    Role.CENTRE_APPROVER: "县中心复核岗",
    Role.CENTRE_AUCTIONEER: "县中心竞价岗",
    Role.CENTRE_CASHIER: "县中心财务岗",
    Role.CENTRE_CERTIFIER: "县中心鉴证岗",
    Role.CENTRE_ARCHIVIST: "县中心档案岗",
    Role.CITY_CENTRE: "市级中心",
    Role.SUPERVISOR: "监管部门",
    Role.JOINT_CONFERENCE: "联席会议",
    Role.BIDDER: "意向受让方",
    Role.BANK: "金融机构",
    Role.AUDITOR: "审计监督",
    Role.OPERATOR: "系统运维",
}

CENTRE_POSTS = frozenset(
    {
        Role.CENTRE_RECEPTION,
        Role.CENTRE_REVIEWER,
        Role.CENTRE_APPROVER,
        Role.CENTRE_AUCTIONEER,
        Role.CENTRE_CASHIER,
        Role.CENTRE_CERTIFIER,
        Role.CENTRE_ARCHIVIST,
        Role.CITY_CENTRE,
    }
)
"""Staff of a trading centre: none of them may bid (procedure 4.2)."""


PARTIES = frozenset({Role.VILLAGE_CLERK, Role.HOUSEHOLD, Role.BIDDER, Role.BANK})
"""Roles of those who trade: they see what is theirs, wherever it lies."""


def region_prefix(code: str) -> str:
    """The prefix that all divisions inside share: `411000` (the city) gives `4110`, a county, town or village itself.

    Codes filled up with zeros (`411002000000` for a county) mean the same division as the short ones.
    """
    for length, filling in ((12, "000"), (9, "000"), (6, "00"), (4, "00")):
        if len(code) == length and code.endswith(filling):
            code = code.removesuffix(filling)
    return code


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held in the region whose codes begin with `prefix`."""

    role: Role
    prefix: str


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in account, or (`client_id`) the software that acts for it.

    `permissions` maps each permission to the region prefixes it is held in. `prefixes` is the scope of the act at
    hand: the regions of the grants that give the permission which the route names.
    """

    account_id: int
    person_id: int
    organisation_id: int | None
    name: str
    grants: tuple[Grant, ...] = ()
    permissions: Mapping[str, tuple[str, ...]] | None = None
    prefixes: tuple[str, ...] = ()
    client_id: str | None = None
    session_id: int | None = None
    must_change_password: bool = False
    """Signed in with a one-time password: no role counts before it is changed."""

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(g.role for g in self.grants)

    @property
    def is_official(self) -> bool:
        """Whether he acts in an office of the trade, and not for himself or his village."""
        return not self.roles <= PARTIES

    def may(self, permission: str) -> bool:
        return permission in (self.permissions or {})

    def acting(self, permission: str) -> "Actor":
        """The same person with the scope of one permission."""
        return replace(self, prefixes=(self.permissions or {}).get(permission, ()))

    def sees(self, region_code: str) -> bool:
        return any(region_code.startswith(p) for p in self.prefixes)


def in_scope(column: InstrumentedAttribute[str], who: Actor) -> ColumnElement[bool]:
    """The rows whose region lies in the actor's scope; none where he has none."""
    if not who.prefixes:
        return false()
    return or_(*(column.startswith(prefix, autoescape=True) for prefix in who.prefixes))
