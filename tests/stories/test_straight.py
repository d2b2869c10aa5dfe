"""A lot's straight life: from a listing to a certificate, the archive, the log and the figures."""

from decimal import Decimal

from app.demo.script import deals
from tests.stories.stage import DEAL, Stage, another


def test_a_lot_lives_from_its_listing_to_the_archive(stage: Stage) -> None:
    lot = stage.walk(until="L90")

    kinds = [n["kind"] for n in stage.get(None, f"/lots/{lot['id']}/notices")]
    assert kinds == ["announcement", "result"]
    assert lot["listing"]["acceptance_no"].startswith("SL411082")
    bids = stage.get(None, f"/lots/{lot['id']}/bids")["items"]
    assert [b["amount_fen"] for b in bids] == [80_000, 81_000, 83_000]
    assert all(b["verdict"] == "LEADING" for b in bids)
    replay = stage.get(None, f"/lots/{lot['id']}/replay")
    award = stage.get(None, f"/lots/{lot['id']}/award")
    assert replay["agrees"]
    assert replay["price_fen"] == award["price_fen"] == 83_000
    assert award["total_fen"] == 83_000 * 50 * 3


def test_the_certificate_is_verified_by_anyone_and_names_no_person(stage: Stage) -> None:
    lot = stage.walk(until="L90")
    contract = stage.get("changge-clerk", f"/lots/{lot['id']}/contract")
    notice = stage.get(None, f"/lots/{lot['id']}/notices")[-1]["body"]
    events = stage.get("changge-supervisor", "/audit-events", subject=f"lot/{lot['id']}", limit=100)["items"]
    cert_no = next(e["facts"]["cert_no"] for e in events if e["act"] == "lot.certify")

    shown = stage.get(None, f"/certificates/{cert_no}")

    assert shown["status"] == "valid"
    assert shown["body"]["contract_no"] == contract["contract_no"]
    assert shown["body"]["price"]["total_fen"] == 83_000 * 50 * 3
    assert shown["body"]["is_demo"]
    assert shown["body"]["transferee"]["name"] == notice["transferee"]["name"] == "演**号"
    assert "演示竞买人" not in str(shown) + str(notice)


def test_every_act_is_in_the_log_and_its_chain_holds(stage: Stage) -> None:
    lot = stage.walk(until="L90")
    events = stage.get("changge-supervisor", "/audit-events", subject=f"lot/{lot['id']}", limit=100)["items"]

    acts = {e["act"] for e in events}
    assert {
        "lot.draft", "lot.submit", "lot.take", "lot.prereview", "lot.accept", "lot.review", "lot.approve", "lot.publish",
        "lot.close_entry", "lot.schedule", "lot.open", "bid.hear", "lot.close", "lot.win", "lot.confirm",
        "lot.end_publicity", "lot.sign", "lot.bill", "lot.settle", "lot.certify", "lot.file", "lot.archive",
    } <= acts  # fmt: skip
    assert sorted(e["seq"] for e in events) == list(range(1, len(events) + 1))
    published = next(e for e in events if e["act"] == "lot.publish")
    assert published["findings"] is not None
    assert published["facts"]["parameters"]["notice_days"] == 10


def test_the_figures_towards_2030_move(stage: Stage) -> None:
    before = stage.get(None, "/turnover", demo="true")["total"]["n_deals"]
    stage.walk(until="L73")
    after = stage.get(None, "/turnover", demo="true")["total"]
    assert (before, after["n_deals"], after["final_total_fen"]) == (0, 1, 83_000 * 50 * 3)
    assert stage.get(None, "/turnover")["total"]["n_deals"] == 0, "a demonstration is no real deal"


def test_published_totals_come_out_to_the_fen(stage: Stage) -> None:
    script = {d.id: d for d in deals()}
    benniu = script["benniu"]
    while (wait := stage.player._advance(benniu)) is not None:
        stage.player._let_time_pass(wait)
    listing = stage.player._listing(benniu)
    totals = [stage.get(None, f"/lots/{lot['id']}/award")["total_fen"] for lot in listing["lots"]]
    assert sum(totals) == 264_654_750

    dachuan = stage.walk(script["dachuan"], until="L73")
    assert stage.get(None, f"/lots/{dachuan['id']}/award")["total_fen"] == 31_123_800
    assert dachuan["start_fen"] == 31_123_800


def test_parts_that_do_not_add_up_are_refused(stage: Stage) -> None:
    dachuan = next(d for d in deals() if d.id == "dachuan")
    body = stage.player._draft(dachuan)
    body["lots"][0]["start_fen"] += 1
    problem = stage.refused("xiangcheng-clerk", "/listings", body)
    assert (problem["status"], problem["field"]) == (422, "lots[0].start_fen")


def test_a_lease_once_signed_stands_in_the_registry_and_in_the_way_of_the_next(stage: Stage) -> None:
    stage.walk(until="L81")
    again = stage.player._draft(another(DEAL))
    again["source_note"] = "第二次"
    listing = stage.post("changge-clerk", "/listings", again)
    for kind in ("application", "title_proof", "price_basis"):
        stage.player.registrar.document("changge-clerk", listing, kind, "材料")
    problem = stage.refused("changge-clerk", f"/listings/{listing['id']}/submit")
    blocks = {f["rule_id"]: f for f in problem["findings"] if f["verdict"] == "BLOCK"}
    assert problem["status"] == 409
    assert "SPC-LC-19" in blocks
    assert all(f["citation"] for f in blocks.values())
    assert "人工复核" in problem["detail"]


def test_area_beyond_the_parcel_is_refused(stage: Stage) -> None:
    body = stage.player._draft(DEAL)
    body["lots"][0]["items"][0]["quantity"] = str(Decimal("50.01"))
    problem = stage.refused("changge-clerk", "/listings", body)
    assert (problem["status"], problem["field"]) == (422, "lots[0].items[0].quantity")


def test_what_was_sold_for_good_is_the_buyers_in_the_register_from_the_certificate_on(stage: Stage) -> None:
    tractors = next(d for d in deals() if d.id == "tractors")
    lot = stage.walk(tractors, until="L82")
    clerk = f"{tractors.county}-clerk"
    contract = stage.get(clerk, f"/lots/{lot['id']}/contract")["content"]
    (before,) = stage.get(clerk, "/assets", owner_party_id=contract["transferor_party_id"])["items"]
    asset_id = before["id"]
    day = stage.get(clerk, f"/lots/{lot['id']}")["auction_at"][:10]

    stage.walk(tractors, until="L90")

    assert stage.get(clerk, f"/assets/{asset_id}")["owner_party_id"] == contract["transferee_party_id"]
    assert stage.get(clerk, f"/assets/{asset_id}", on=day)["owner_party_id"] == contract["transferor_party_id"]
    events = stage.get(f"{tractors.county}-supervisor", "/audit-events", subject=f"asset/{asset_id}")["items"]
    assert [e["act"] for e in events if e["act"] == "asset.convey"] == ["asset.convey"]
