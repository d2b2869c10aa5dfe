"""Consents, mandates, filings and mortgages: what the law asks of a trade is counted from the register."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound, Refused
from app.registry import actions, queries
from app.registry.models import LandRight, Lease, Parcel, Party
from app.registry.schemas import (
    ConsentIn,
    FilingIn,
    MandateIn,
    MemberIn,
    MembersIn,
    MortgageIn,
    PartyIn,
    RestrictionIn,
)  # fmt: skip
from app.registry.states import ConsentForm, ConsentMatter, PartyKind, PlanningUse, RestrictionKind, RightKind
from tests.registry import make

END = date(2028, 9, 30)
DAY = timedelta(days=1)
QUICK = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def consent(tx: Tx, giver: Party, things: list[Parcel], matter: ConsentMatter, **over: Any) -> None:
    fields: dict[str, Any] = {
        "matter": matter, "giver_party_id": giver.id, "parcel_ids": [t.id for t in things], "form": ConsentForm.PAPER,
        "given_on": tx.today(),
    }  # fmt: skip
    actions.record_consent(tx, None, ConsentIn(**fields | over))


def filing(tx: Tx, by: Party, collective: Party, things: list[Parcel], matter: ConsentMatter) -> None:
    body = FilingIn(
        matter=matter, filed_with_party_id=collective.id, filed_by_party_id=by.id,
        parcel_ids=[t.id for t in things], filed_on=tx.today(),
    )  # fmt: skip
    actions.record_filing(tx, None, body)


def mandate(tx: Tx, principal: Party, agent: Party, **over: Any) -> Any:
    fields: dict[str, Any] = {
        "principal_party_id": principal.id, "agent_party_id": agent.id, "written": True, "matter": "流转承包地",
        "authority": "签订流转合同", "valid_from": tx.today(), "valid_to": tx.today() + DAY, "signed_on": tx.today(),
    }  # fmt: skip
    return actions.record_mandate(tx, None, MandateIn(**fields | over))


@pytest.fixture
def contracted(land: Tx) -> tuple[Parcel, Party, LandRight]:
    """A parcel that a household holds under contract."""
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    return field, farmer, make.right(land, farmer, [field])


class TestMandates:
    def test_one_covers_only_the_land_and_the_days_that_it_names(
        self, land: Tx, contracted: tuple[Parcel, Party, LandRight]
    ) -> None:
        field, farmer, _ = contracted
        other, agent, on = make.parcel(land), make.party(land), land.today()
        make.right(land, farmer, [other])
        mandate(land, farmer, agent, parcel_ids=[field.id])
        used, gaps = queries.mandates_for(land, [field, other], agent=agent.id, on=on)
        assert [m.parcel_ids for m in used] == [[field.id]]
        assert [(g.parcel_id, g.household_party_id, g.reason) for g in gaps] == [(other.id, farmer.id, "没有委托书")]
        late = queries.mandates_for(land, [field], agent=agent.id, on=on + 2 * DAY)[1]
        assert [g.reason for g in late] == ["委托书不在有效期内"]
        assert queries.mandate_facts_of(land, [field], agent=agent.id, on=on) == {
            "written": True, "missing_elements": [], "valid_from": on, "valid_to": on + DAY,
        }  # fmt: skip
        assert queries.mandate_facts_of(land, [field, other], agent=agent.id, on=on)["written"] is False

    def test_one_that_is_spoken_revoked_or_to_another_is_none(
        self, land: Tx, contracted: tuple[Parcel, Party, LandRight]
    ) -> None:
        field, farmer, _ = contracted
        agent, on = make.party(land), land.today()
        mandate(land, farmer, make.party(land))
        revoked = mandate(land, farmer, agent)
        actions.revoke_mandate(land, None, revoked.id, reason="撤回")
        assert [g.reason for g in queries.mandates_for(land, [field], agent=agent.id, on=on)[1]] == ["没有委托书"]
        mandate(land, farmer, agent, written=False)
        assert [g.reason for g in queries.mandates_for(land, [field], agent=agent.id, on=on)[1]] == ["委托不是书面"]

    def test_missing_elements_of_any_are_missing_and_the_shortest_term_counts(self, land: Tx) -> None:
        fields, agent, on = [make.parcel(land) for _ in range(2)], make.party(land), land.today()
        farmers = [make.party(land, PartyKind.HOUSEHOLD) for _ in range(2)]
        for farmer, field in zip(farmers, fields, strict=True):
            make.right(land, farmer, [field])
        mandate(land, farmers[0], agent, valid_to=on + 9 * DAY, authority=None)
        mandate(land, farmers[1], agent, valid_to=on + 3 * DAY, signed_on=None)
        facts = queries.mandate_facts_of(land, fields, agent=agent.id, on=on)
        assert facts["missing_elements"] == ["authority", "signature"]
        assert facts["valid_to"] == on + 3 * DAY

    def test_who_lists_for_households_is_judged_as_they_are_and_asks_their_members(
        self, land: Tx, contracted: tuple[Parcel, Party, LandRight]
    ) -> None:
        field, farmer, _ = contracted
        agent, member, on = make.party(land), make.party(land, PartyKind.INDIVIDUAL), land.today()

        def facts() -> dict[str, Any]:
            matter = ConsentMatter.LEASE
            return queries.represented_facts(land, [field], agent=agent.id, matter=matter, on=on)

        assert facts() == {}, "without a mandate he acts for himself"
        mandate(land, farmer, agent)
        assert facts() == {"party_type": "household", "is_right_holder": False}
        actions.record_members(land, None, farmer.id, MembersIn(members=[MemberIn(party_id=member.id)]))
        assert facts()["members_informed"] is False
        consent(land, member, [field], ConsentMatter.LEASE)
        assert (facts()["members_informed"], facts()["all_adult_members_consent"]) == (True, True)

    def test_land_under_no_contract_needs_none(self, land: Tx) -> None:
        assert queries.mandate_facts_of(land, [make.parcel(land)], agent=make.party(land).id, on=land.today()) == {}


class TestRetransfer:
    def lease(self, tx: Tx, field: Parcel, holder: Party, head: Lease | None = None, **over: Any) -> Lease:
        over |= {"head_lease_id": head.id} if head else {}
        return make.lease(tx, [field], holder, tx.today(), END, **over)[0]

    def test_each_hand_of_a_chain_needs_the_contractors_consent_and_not_the_last_hands(
        self, land: Tx, contracted: tuple[Parcel, Party, LandRight]
    ) -> None:
        field, farmer, _ = contracted
        collective, first, second, third = make.party(land), *(make.party(land, PartyKind.ENTERPRISE) for _ in "甲乙丙")
        head = self.lease(land, field, first)
        consent(land, farmer, [field], ConsentMatter.RETRANSFER, to_party_id=second.id)
        filing(land, first, collective, [field], ConsentMatter.RETRANSFER)
        middle = self.lease(land, field, second, head)

        consent(land, first, [field], ConsentMatter.RETRANSFER, to_party_id=third.id)
        filing(land, second, collective, [field], ConsentMatter.RETRANSFER)
        facts = queries.retransfer_facts(land, [field], by=second.id, to=third.id, on=land.today())
        assert (facts["parcels_total"], facts["parcels_consented"]) == (1, 0)
        with pytest.raises(Refused) as refused:
            self.lease(land, field, third, middle)
        assert refused.value.reason == "LCL-46"

        consent(land, farmer, [field], ConsentMatter.RETRANSFER, to_party_id=third.id)
        last = self.lease(land, field, third, middle)
        assert [x.holder_party_id for x in queries.lease_chain(land, last.id)] == [first.id, second.id, third.id]

    @pytest.mark.parametrize(
        ("form", "reason"),
        [
            (ConsentForm.PAPER, None),
            (ConsentForm.VERIFIED_DATA_MESSAGE, None),
            (ConsentForm.UNVERIFIED_SCREENSHOT, "LCL-46"),
            (ConsentForm.ORAL, "LCL-46"),
            (ConsentForm.SILENCE, "LCL-46"),
        ],
    )
    def test_only_a_written_consent_lets_a_lease_be_passed_on(
        self, land: Tx, contracted: tuple[Parcel, Party, LandRight], form: ConsentForm, reason: str | None
    ) -> None:
        field, farmer, _ = contracted
        first, second = (make.party(land, PartyKind.ENTERPRISE) for _ in "甲乙")
        head = self.lease(land, field, first)
        consent(land, farmer, [field], ConsentMatter.RETRANSFER, form=form)
        filing(land, first, make.party(land), [field], ConsentMatter.RETRANSFER)
        if reason is None:
            assert self.lease(land, field, second, head).head_lease_id == head.id
        else:
            with pytest.raises(Refused) as refused:
                self.lease(land, field, second, head)
            assert refused.value.reason == reason

    def test_without_the_filing_it_is_held_back(self, land: Tx, contracted: tuple[Parcel, Party, LandRight]) -> None:
        field, farmer, _ = contracted
        first, second = (make.party(land, PartyKind.ENTERPRISE) for _ in "甲乙")
        head = self.lease(land, field, first)
        consent(land, farmer, [field], ConsentMatter.RETRANSFER)
        with pytest.raises(Refused) as refused:
            self.lease(land, field, second, head)
        assert refused.value.reason == "LCL-46"

    def test_who_passes_a_lease_on_is_not_in_his_own_way(
        self, land: Tx, contracted: tuple[Parcel, Party, LandRight]
    ) -> None:
        field, _, _ = contracted
        first, on = make.party(land, PartyKind.ENTERPRISE), land.today()
        self.lease(land, field, first)
        assert len(queries.parcel_facts(land, [field], on=on)[0]["existing_contracts"]) == 1
        assert queries.parcel_facts(land, [field], on=on, held_by=first.id)[0]["existing_contracts"] == []


class TestConsents:
    def test_a_withdrawn_or_expired_or_foreign_one_does_not_count(
        self, land: Tx, contracted: tuple[Parcel, Party, LandRight]
    ) -> None:
        field, farmer, _ = contracted
        on, matter, receiver = land.today(), ConsentMatter.TRANSFER, make.party(land, PartyKind.ENTERPRISE)

        def count(day: date = on, to: int | None = None) -> int:
            return len(queries.consents(land, matter, [field], on=day, to=to))

        consent(land, farmer, [field], matter, to_party_id=receiver.id, valid_to=on)
        assert (count(), count(to=receiver.id), count(on + DAY, receiver.id)) == (0, 1, 0)
        row = queries.page_consents(land, seen_by=make.clerk())[0]
        actions.withdraw_consent(land, None, row.id, reason="反悔")
        assert count(to=receiver.id) == 0
        with pytest.raises(Conflict, match="已撤回"):
            actions.withdraw_consent(land, None, row.id, reason="再次")

    def test_a_day_to_come_a_second_kind_of_thing_and_another_village_are_refused(
        self, land: Tx, contracted: tuple[Parcel, Party, LandRight]
    ) -> None:
        field, farmer, _ = contracted
        with pytest.raises(Invalid, match="尚未到来"):
            consent(land, farmer, [field], ConsentMatter.LEASE, given_on=land.today() + DAY)
        fields = {"matter": "lease", "giver_party_id": 1, "form": "paper", "given_on": "2026-01-01"}
        for things in ({}, {"parcel_ids": [1], "asset_ids": [1]}, {"parcel_ids": [1, 1]}):
            with pytest.raises(ValidationError):
                ConsentIn.model_validate(fields | things)
        body = ConsentIn.model_validate(fields | {"giver_party_id": farmer.id, "parcel_ids": [field.id]})
        with pytest.raises(Invalid) as refused:
            actions.record_consent(land, make.clerk(make.OTHER_VILLAGE), body)
        assert refused.value.field == "parcel_ids[0]"

    def test_a_household_agrees_when_each_grown_member_has(
        self, land: Tx, contracted: tuple[Parcel, Party, LandRight]
    ) -> None:
        field, farmer, _ = contracted
        on = land.today()
        grown = [make.party(land, PartyKind.INDIVIDUAL, born_on=date(1980, 1, 1)) for _ in range(2)]
        child = make.party(land, PartyKind.INDIVIDUAL, born_on=on.replace(year=on.year - 18) + DAY)
        just = make.party(land, PartyKind.INDIVIDUAL, born_on=on.replace(year=on.year - 18))
        members = [MemberIn(party_id=p.id) for p in (*grown, child, just)]
        actions.record_members(land, None, farmer.id, MembersIn(members=members))
        assert queries.adults_of(land, [farmer.id], on) == {farmer.id: [*(p.id for p in grown), just.id]}
        for person in grown:
            consent(land, person, [field], ConsentMatter.MORTGAGE)

        def facts() -> dict[str, Any]:
            return queries.household_facts(land, farmer, [field], ConsentMatter.MORTGAGE, on=on)

        assert facts() == {"all_adult_members_consent": False, "members_informed": False}
        consent(land, just, [field], ConsentMatter.MORTGAGE, form=ConsentForm.ORAL)
        assert facts() == {"all_adult_members_consent": False, "members_informed": True}
        consent(land, just, [field], ConsentMatter.MORTGAGE)
        assert facts() == {"all_adult_members_consent": True, "members_informed": True}

    @QUICK
    @given(st.lists(st.sampled_from(list(ConsentForm)), min_size=1, max_size=5))
    def test_of_several_consents_the_strongest_counts(self, land: Tx, forms: list[ConsentForm]) -> None:
        field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
        for form in forms:
            consent(land, farmer, [field], ConsentMatter.LEASE, form=form)
        found = queries.consents(land, ConsentMatter.LEASE, [field], on=land.today())
        assert found == {(farmer.id, field.id): min(forms, key=list(ConsentForm).index)}


class TestMortgages:
    @pytest.fixture
    def bank(self, land: Tx) -> Party:
        return make.party(land, PartyKind.ENTERPRISE)

    def body(self, right: LandRight, bank: Party, **over: Any) -> MortgageIn:
        fields: dict[str, Any] = {
            "right_id": right.id, "mortgagee_party_id": bank.id, "contract_no": "演示抵字1号", "debt_fen": 10_000_000,
            "debt_from": date(2026, 11, 1), "debt_to": date(2027, 10, 31),
        }  # fmt: skip
        return MortgageIn(**fields | over)

    def test_a_lessee_mortgages_with_consent_and_filing_and_the_release_frees_the_right(
        self, land: Tx, contracted: tuple[Parcel, Party, LandRight], bank: Party
    ) -> None:
        field, farmer, contract = contracted
        lessee, collective = make.party(land, PartyKind.ENTERPRISE), make.party(land)
        leased = make.right(
            land, lessee, [], kind=RightKind.LAND_MANAGEMENT_RIGHT, parent_right_id=contract.id,
            starts_on=date(2026, 1, 1),
        )  # fmt: skip
        with pytest.raises(Refused) as refused:
            actions.register_mortgage(land, None, self.body(leased, bank))
        assert refused.value.reason == "LCL-47-2"
        consent(land, farmer, [field], ConsentMatter.MORTGAGE)
        with pytest.raises(Refused, match="尚不齐备"):
            actions.register_mortgage(land, None, self.body(leased, bank))
        filing(land, lessee, collective, [field], ConsentMatter.MORTGAGE)
        mortgage = actions.register_mortgage(land, None, self.body(leased, bank))

        facts = queries.restriction_facts(land, [field])
        assert (facts["mortgaged"], facts["mortgagee_notified"]) == (True, False)
        consent(land, bank, [field], ConsentMatter.TRANSFER)
        assert queries.restriction_facts(land, [field])["mortgagee_notified"] is True
        with pytest.raises(Conflict, match="已登记"):
            actions.register_mortgage(land, None, self.body(leased, bank))
        actions.release_mortgage(land, None, mortgage.restriction_id, source="贷款结清证明")
        facts = queries.restriction_facts(land, [field])
        assert facts["mortgaged"] is False
        assert "mortgagee_notified" not in facts
        with pytest.raises(Conflict, match="已解除"):
            actions.release_mortgage(land, None, mortgage.restriction_id, source="再次")

    def test_a_spoken_consent_mortgages_nothing(
        self, land: Tx, contracted: tuple[Parcel, Party, LandRight], bank: Party
    ) -> None:
        field, farmer, contract = contracted
        lessee = make.party(land, PartyKind.ENTERPRISE)
        over = {"kind": RightKind.LAND_MANAGEMENT_RIGHT, "parent_right_id": contract.id, "starts_on": date(2026, 1, 1)}
        leased = make.right(land, lessee, [], **over)
        consent(land, farmer, [field], ConsentMatter.MORTGAGE, form=ConsentForm.ORAL)
        filing(land, lessee, make.party(land), [field], ConsentMatter.MORTGAGE)
        with pytest.raises(Refused) as refused:
            actions.register_mortgage(land, None, self.body(leased, bank))
        assert refused.value.reason == "LCL-47-2"

    @pytest.mark.parametrize(
        ("kind", "holder"),
        [
            (RightKind.LAND_OWNERSHIP, PartyKind.COLLECTIVE_ECONOMIC_ORGANISATION),
            (RightKind.HOMESTEAD_USE_RIGHT, PartyKind.HOUSEHOLD),
        ],
    )
    def test_what_the_civil_code_keeps_from_mortgage_is_kept_from_it(
        self, land: Tx, bank: Party, kind: RightKind, holder: PartyKind
    ) -> None:
        right = make.right(land, make.party(land, holder), [make.parcel(land)], kind=kind, starts_on=None, ends_on=None)
        with pytest.raises(Refused) as refused:
            actions.register_mortgage(land, None, self.body(right, bank))
        assert "CC-399" in {f.rule_id for f in refused.value.findings if f.outcome.value == "BLOCK"}

    def test_seized_land_an_ended_right_and_anothers_bank_are_refused(
        self, land: Tx, contracted: tuple[Parcel, Party, LandRight], bank: Party
    ) -> None:
        field, farmer, contract = contracted
        consent(land, farmer, [field], ConsentMatter.MORTGAGE)
        filing(land, farmer, make.party(land), [field], ConsentMatter.MORTGAGE)
        teller = Actor(account_id=1, person_id=1, organisation_id=77, name="演示信贷员", prefixes=("411003",))
        with pytest.raises(Invalid) as refused:
            actions.register_mortgage(land, teller, self.body(contract, bank))
        assert refused.value.field == "mortgagee_party_id"
        with pytest.raises(NotFound):
            actions.register_mortgage(land, make.clerk(make.OTHER_VILLAGE), self.body(contract, bank))
        court = RestrictionIn(kind=RestrictionKind.SEIZURE, parcel_id=field.id, source="演示法院（2026）执1号")
        seizure = actions.impose(land, None, court)
        with pytest.raises(Refused) as blocked:
            actions.register_mortgage(land, None, self.body(contract, bank))
        assert blocked.value.reason == "CC-399"
        actions.release(land, None, seizure.id, source="解除")
        mortgage = actions.register_mortgage(land, None, self.body(contract, bank))
        with pytest.raises(NotFound):
            queries.mortgage(land, mortgage.restriction_id, seen_by=teller)
        with pytest.raises(IntegrityError, match="only added to"), land.session.begin_nested():
            land.execute(text("UPDATE mortgage SET debt_fen = 1"))
        actions.end_right(land, None, contract.id, reason="交回")
        with pytest.raises(Conflict, match="已终止"):
            actions.register_mortgage(land, None, self.body(contract, bank, contract_no="演示抵字2号"))


class TestWhatStandsOnTheLand:
    def test_a_register_outside_overrules_the_parcels_own_record_until_its_release(self, land: Tx) -> None:
        field = make.parcel(land, permanent_basic_farmland=False, soil_pollution_list=False)

        def facts() -> tuple[bool, bool]:
            row = queries.parcel_facts(land, [field], on=land.today())[0]
            return row["permanent_basic_farmland"], row["soil_pollution_list"]

        assert facts() == (False, False)
        kinds = (RestrictionKind.PERMANENT_BASIC_FARMLAND, RestrictionKind.SOIL_POLLUTION_REGISTER)
        rows = [actions.impose(land, None, RestrictionIn(kind=k, parcel_id=field.id, source="演示")) for k in kinds]
        assert facts() == (True, True)
        for row in rows:
            actions.release(land, None, row.id, source="调出")
        assert facts() == (False, False)

    def test_a_plan_gives_building_land_its_use_and_two_plans_give_none(self, land: Tx) -> None:
        field = make.parcel(land, land_type="construction")

        def plan(use: PlanningUse) -> None:
            body = RestrictionIn(
                kind=RestrictionKind.PLANNING_USE, parcel_id=field.id, planning_use=use, source="演示规划"
            )
            actions.impose(land, None, body)

        plan(PlanningUse.INDUSTRIAL)
        assert queries.construction_facts(land, [field]) == {
            "planning_use": "industrial", "ownership_registered": False,
        }  # fmt: skip
        plan(PlanningUse.COMMODITY_HOUSING)
        assert "planning_use" not in queries.construction_facts(land, [field])
        for over in ({"kind": "planning_use"}, {"kind": "dispute", "planning_use": "industrial"}):
            with pytest.raises(ValidationError, match="规划用途"):
                RestrictionIn.model_validate({"parcel_id": 1, "source": "演示"} | over)

    def test_who_dwells_in_a_house_is_asked_before_it_is_let(self, land: Tx) -> None:
        plot, owner, dweller = (
            make.parcel(land),
            make.party(land, PartyKind.HOUSEHOLD),
            make.party(land, PartyKind.INDIVIDUAL),
        )
        make.right(land, owner, [plot], kind=RightKind.HOMESTEAD_USE_RIGHT, starts_on=None, ends_on=None)
        on = land.today()
        assert queries.house_facts(land, [plot], [], on=on) == {"habitation_right": False}
        make.right(land, dweller, [plot], kind=RightKind.RIGHT_OF_HABITATION, starts_on=None, ends_on=None)
        assert queries.house_facts(land, [plot], [], on=on) == {
            "habitation_right": True, "habitation_lease_agreed": False,
        }  # fmt: skip
        consent(land, dweller, [plot], ConsentMatter.HOUSE_LEASE)
        assert queries.house_facts(land, [plot], [], on=on)["habitation_lease_agreed"] is True


def test_a_person_cannot_be_a_bank(land: Tx, contracted: tuple[Parcel, Party, LandRight]) -> None:
    lender = actions.record_party(
        land, None, PartyIn(kind=PartyKind.INDIVIDUAL, name="演示人", region_code=make.VILLAGE)
    )
    body = TestMortgages().body(contracted[2], lender)
    with pytest.raises(Invalid, match="金融机构"):
        actions.register_mortgage(land, None, body)


def test_who_once_had_a_lease_and_never_passed_it_on_is_no_re_transferor(
    land: Tx, contracted: tuple[Parcel, Party, LandRight]
) -> None:
    field, farmer, _ = contracted
    once, now = (make.party(land, PartyKind.ENTERPRISE) for _ in "甲乙")
    make.lease(land, [field], once, date(2010, 1, 1), date(2015, 12, 31))
    head = make.lease(land, [field], now, land.today(), END)[0]
    assert not queries.passes_on(land, [field.id], once.id)
    assert queries.passes_on(land, [field.id], now.id)
    assert queries.households_of(land, [field.id], now.id) == []
    assert queries.households_of(land, [field.id], once.id) == [(farmer.name, field.area_mu)]
    assert queries.leases_of(land, [field.id], holder=now.id, on=land.today())[field.id].id == head.id
