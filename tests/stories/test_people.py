"""Who may not: duties kept apart, staff that may not bid, strangers that see nothing, two at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.demo.client import ActError
from tests.stories.stage import DEAL, Stage


def test_a_stranger_s_listing_is_not_found(stage: Stage) -> None:
    lot = stage.walk(until="L21")
    path = f"/listings/{lot['listing']['id']}"
    for stranger in ("yuzhou-clerk", "yuzhou-reviewer", "yanling-supervisor"):
        assert stage.refused(stranger, path, method="GET")["status"] == 404
    assert stage.refused("bidder1", path, method="GET")["status"] == 403
    assert stage.refused(None, path, method="GET")["status"] == 401
    assert stage.refused("yuzhou-reviewer", f"{path}/review")["status"] == 404
    assert stage.refused(None, f"/lots/{lot['id']}", method="GET")["status"] == 404, "未公告的标的公众看不到"


def test_staff_of_the_centre_may_not_bid(stage: Stage) -> None:
    lot = stage.walk(until="L40")
    assert stage.refused("changge-reviewer", f"/lots/{lot['id']}/entries", {"declaration": "我也来"})["status"] == 403
    operator = stage.client.everything("operator", "/accounts")
    reviewer = next(a for a in operator if a["login"] == "changge-reviewer")
    role = {"role": "bidder", "region_code": "411000"}
    assert stage.refused("operator", f"/accounts/{reviewer['id']}/roles", role)["reason"] == "INCOMPATIBLE_ROLES"


def test_the_transferor_does_not_bid_for_his_own(stage: Stage) -> None:
    lot = stage.walk(until="L40")
    assert stage.refused("changge-clerk", f"/lots/{lot['id']}/entries", {"declaration": "x"})["status"] == 403


def test_officers_see_who_entered_and_never_under_which_plate(stage: Stage) -> None:
    lot = stage.walk(until="L40")
    plates = [e["plate"] for e in stage.enter(lot, 1, 2)]
    seen = str(stage.get("changge-reviewer", f"/lots/{lot['id']}/entries"))
    assert not any(plate in seen for plate in plates)
    assert stage.refused("changge-auctioneer", f"/lots/{lot['id']}/entries", method="GET")["status"] == 403


def test_two_officers_at_once_one_wins_and_the_other_hears_the_present_state(stage: Stage) -> None:
    lot = stage.walk(until="L10")
    path = f"/listings/{lot['listing']['id']}/take"

    def take(_: int) -> int:
        try:
            stage.post("changge-town", path)
        except ActError as e:
            return e.status if e.problem["state"] == "L11" else 0
        return 200

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(take, range(4)))
    assert answers == [200, 409, 409, 409]


def test_county_parameters_take_two_supervisors_and_a_running_lot_keeps_its_own(stage: Stage) -> None:
    lot = stage.walk(until="L40")
    proposal = {
        "county_code": "411082", "name": "result_notice_days", "value": 7, "valid_from": stage.get(None, "/demo/clock")["now"][:10],
        "basis": "长葛市农业农村局演示通知",
    }  # fmt: skip
    made = stage.post("city-centre", "/county-parameters", proposal)
    wrong = stage.refused("city-centre", "/county-parameters", proposal | {"value": True})
    assert (wrong["status"], wrong["field"]) == (422, "value")
    stage.post("changge-supervisor", f"/county-parameters/{made['id']}/decide", {"approved": True})
    shown = stage.get(None, "/county-parameters", county_code="411082", category="other")
    assert shown["values"]["result_notice_days"] == 7
    assert lot["listing"]["parameters"]["result_notice_days"] == 5
    own = stage.post("changge-supervisor", "/county-parameters", proposal | {"value": 9})
    problem = stage.refused("changge-supervisor", f"/county-parameters/{own['id']}/decide", {"approved": True})
    assert problem["reason"] == "FOUR_EYES"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start_fen", 0),
        ("start_fen", -1),
        ("start_fen", True),
        ("start_fen", "80000"),
        ("start_fen", 2**63),
        ("nobody", 1),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(stage: Stage, field: str, value: object) -> None:
    body = stage.player._draft(DEAL)
    body["lots"][0][field] = value
    problem = stage.refused("changge-clerk", "/listings", body)
    assert (problem["status"], problem["field"]) == (422, f"lots[0].{field}")


def test_a_clerk_asks_the_law_about_his_listing_before_he_files_it(stage: Stage) -> None:
    listing = stage.draft()
    path = f"/listings/{listing['id']}/compliance-checks"
    (told,) = stage.post(f"{DEAL.county}-clerk", path)
    assert told["case"]["transferor"]["party_type"] == "collective_economic_organisation"
    assert told["case"]["step"] == "S4"
    assert told["check"]["verdict"] in {"PASS", "WARN"}
    assert all(f["citation"] for f in told["check"]["findings"])
    assert stage.refused(f"{DEAL.county}-clerk", path, {"step": "S17"})["field"] == "step"
    assert stage.refused("weidu-clerk", path)["status"] == 404
    assert stage.lot()["state"] == "L00", "问而不动"
