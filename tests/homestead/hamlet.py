"""A village where somebody wants to build: its collective, the household, a plot, and everybody who has a say."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from app.base.actor import Role
from app.base.db import Tx
from app.homestead import actions
from app.homestead.models import HomesteadCase
from app.homestead.schemas import BreachIn, CheckIn, HomesteadIn, InspectIn, VerifyIn, VisitIn
from app.homestead.states import BUILDING_STAGES, HomesteadState, Stage
from app.identity.permissions import P
from app.registry import actions as registry_actions
from app.registry.models import Document, Party
from app.registry.schemas import MemberIn, MembershipIn, MembershipsIn, MembersIn
from app.registry.states import PartyKind, RightKind
from tests.extension.village import PUBLICITY, Village, days_pass, resolution
from tests.people import account, actor
from tests.registry import make

TOWN, COUNTY = "411003001", "411003"
BEGIN = date(2026, 3, 2)
"""A Monday from which every day of the story lies in a year whose working days are published."""
S = HomesteadState


def begins(tx: Tx, on: date) -> None:
    """Puts the platform's clock to a day, as a demonstration does."""
    days_pass(tx, (on - tx.today()).days)


class Hamlet:
    """A household of two without a homestead, a plot of the collective, and the people of village, town and county."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        begins(tx, BEGIN)
        self.collective = make.party(tx)
        people = {
            "clerk": (Role.VILLAGE_CLERK, make.VILLAGE), "acceptor": (Role.TOWN_STATION, TOWN),
            "planner": (Role.TOWN_STATION, TOWN), "approver": (Role.TOWN_STATION, TOWN),
            "registrar": (Role.CENTRE_RECEPTION, COUNTY), "head": (Role.HOUSEHOLD, make.VILLAGE),
            "neighbour": (Role.HOUSEHOLD, make.VILLAGE), "supervisor": (Role.SUPERVISOR, COUNTY),
            "closer": (Role.SUPERVISOR, COUNTY),
        }  # fmt: skip
        self.accounts = {name: account(tx, role, region=region) for name, (role, region) in people.items()}
        self.clerk = self._acting("clerk", P.HOMESTEAD_DELIBERATE)
        self.inspector = self._acting("acceptor", P.HOMESTEAD_REVIEW)
        self.planner = self._acting("planner", P.HOMESTEAD_REVIEW)
        self.approver = self._acting("approver", P.HOMESTEAD_APPROVE)
        self.registrar = self._acting("registrar", P.HOMESTEAD_REGISTER)
        self.head_actor = self._acting("head", P.HOMESTEAD_APPLY)
        self.neighbour = self._acting("neighbour", P.HOMESTEAD_OBJECT)
        self.supervisor = self._acting("supervisor", P.WARNING_HANDLE)
        self.officer = self._acting("supervisor", P.BREACH_DECIDE)
        self.closer = self._acting("closer", P.BREACH_DECIDE)
        self.finder = self._acting("acceptor", P.BREACH_RECORD)
        self.head = make.party(
            tx, PartyKind.INDIVIDUAL, born_on=date(1980, 1, 1), person_id=self.head_actor.person_id
        )  # fmt: skip
        self.spouse = make.party(tx, PartyKind.INDIVIDUAL, born_on=date(1982, 1, 1))
        self.house = self.household(self.head, self.spouse)
        self.join(self.house, self.head, self.spouse)
        self.plot = make.parcel(tx, land_type="homestead", area_mu=Decimal("0.3"))
        make.right(tx, self.collective, [self.plot], kind=RightKind.LAND_OWNERSHIP, starts_on=None, ends_on=None)

    def _acting(self, name: str, permission: P) -> Any:
        return actor(self.tx, self.accounts[name], permission)

    def household(self, head: Party, *others: Party) -> Party:
        house = make.party(self.tx, PartyKind.HOUSEHOLD)
        members = [MemberIn(party_id=head.id, is_representative=True), *(MemberIn(party_id=p.id) for p in others)]
        registry_actions.record_members(self.tx, None, house.id, MembersIn(members=members))
        return house

    def join(self, house: Party, *people: Party) -> None:
        joined = [
            MembershipIn(member_party_id=p.id, household_party_id=house.id, joined_on=date(2020, 1, 1)) for p in people
        ]
        registry_actions.join(self.tx, None, self.collective.id, MembershipsIn(members=joined, source="演示确认"))

    def has_homestead(self, holder: Party | None = None) -> Any:
        plot = make.parcel(self.tx, land_type="homestead", area_mu=Decimal("0.3"))
        return make.right(
            self.tx, holder or self.house, [plot], kind=RightKind.HOMESTEAD_USE_RIGHT, starts_on=None, ends_on=None
        )  # fmt: skip

    def photo(self, n: int = 1) -> Document:
        return registry_actions.record_document(
            self.tx, None, region_code=make.VILLAGE, kind="photo", title="演示照片",
            content=b"\xff\xd8\xff" + bytes([n]),
        )  # fmt: skip

    def found(self, **over: Any) -> BreachIn:
        fields: dict[str, Any] = {
            "region_code": make.VILLAGE, "kind": "unapproved", "builder_party_id": self.house.id, "place": "演示村东头",
            "area_m2": Decimal(90), "found_on": self.tx.today(), "description": "演示：未经批准开挖基础",
            "document_ids": over.pop("document_ids", None) or [self.photo().id],
        }  # fmt: skip
        return BreachIn(**fields | over)

    def paper(self) -> Document:
        return registry_actions.record_document(
            self.tx, None, region_code=make.VILLAGE, kind="drawings", title="演示图纸", content=None, reference="柜1"
        )

    def body(self, **over: Any) -> HomesteadIn:
        fields: dict[str, Any] = {
            "household_party_id": self.house.id, "representative_party_id": self.head.id, "reason": "new",
            "requested_m2": Decimal(160), "area_class": "plain",
            "members": [{"member_party_id": self.head.id}, {"member_party_id": self.spouse.id}],
        }  # fmt: skip
        return HomesteadIn(**fields | over)

    def apply(self, **over: Any) -> HomesteadCase:
        return actions.apply(self.tx, self.head_actor, self.body(**over))

    def decided(self, **over: Any) -> int:
        plain: dict[str, Any] = {"voters": None, "attended": 2, "yes": 2, "improper_proxies": 0}
        return resolution(self.tx, Village(self.collective), matter="homestead_use", **plain | over).id

    def visit(self, **over: Any) -> dict[str, Any]:
        seen = {"visited_on": self.tx.today(), "present": "演示：农业农村、自然资源、村委会", "note": "演示记录"}
        return seen | over

    def inspected(self, **over: Any) -> InspectIn:
        return InspectIn(**self.visit(**{"parcel_id": self.plot.id, "area_class": "plain"} | over))

    def measured(self, measured: str = "158.5", floor: str = "210") -> VerifyIn:
        return VerifyIn(**self.visit(measured_m2=Decimal(measured), floor_m2=Decimal(floor)))

    def walk(self, row: HomesteadCase, until: HomesteadState) -> HomesteadCase:
        """Takes an application to a state as life does."""
        order = list(S)[: list(S).index(S.REGISTERED) + 1]
        for state in order[order.index(row.state) + 1 : order.index(until) + 1]:
            self._step(row, state)
        return row

    def _step(self, row: HomesteadCase, state: HomesteadState) -> None:
        tx, id_ = self.tx, row.id
        if state is S.SUBMITTED:
            days_pass(tx, PUBLICITY + 1)
        steps: dict[HomesteadState, Callable[[], object]] = {
            S.DELIBERATED: lambda: actions.deliberate(tx, self.clerk, id_, resolution_id=self.decided()),
            S.PUBLICISED: lambda: actions.publicise(tx, self.clerk, id_),
            S.SUBMITTED: lambda: actions.submit(tx, self.clerk, id_),
            S.ACCEPTED: lambda: actions.accept(tx, self.inspector, id_),
            S.INSPECTED: lambda: actions.inspect(tx, self.inspector, id_, self.inspected()),
            S.PERMITTED: lambda: actions.permit(tx, self.planner, id_),
            S.APPROVED: lambda: actions.approve(tx, self.approver, id_, approved_m2=row.requested_m2),
            S.REVIEWED: lambda: actions.review(tx, self.inspector, id_, document_id=self.paper().id),
            S.STAKED: lambda: actions.stake(tx, self.inspector, id_, VisitIn(**self.visit())),
            S.BUILDING: lambda: [self.check(row, stage) for stage in BUILDING_STAGES],
            S.COMPLETED: lambda: actions.complete(tx, self.head_actor, id_),
            S.VERIFIED: lambda: actions.verify(tx, self.inspector, id_, self.measured()),
            S.REGISTERED: lambda: actions.register(tx, self.registrar, id_, certificate_no=f"演示不动产权{id_}"),
        }
        steps[state]()

    def check(self, row: HomesteadCase, stage: Stage, *, passed: bool = True) -> HomesteadCase:
        return actions.check(self.tx, self.inspector, row.id, CheckIn(**self.visit(stage=stage, passed=passed)))
