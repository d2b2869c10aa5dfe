"""A lot sold by sealed offers, from its draft to the settled contract, over nothing but the public API."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from tests.stories.stage import Stage

RULES = {"mode": "one_shot", "free_seconds": 3600, "timed_seconds": None, "requote_rounds": 0}
HOLDERS = ("changge-approver", "changge-supervisor", "joint-conference")


def _tool() -> Any:
    path = Path(__file__).parents[2] / "verify/nongjiao_seal.py"
    spec = spec_from_file_location("nongjiao_seal_of_the_story", path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_lot_is_sold_by_sealed_offers_and_goes_on_to_its_contract(stage: Stage) -> None:
    tool = _tool()
    lot = stage.walk(until="L60", bidding=RULES)
    base = f"/lots/{lot['id']}"
    said = stage.get(None, f"{base}/notices")
    assert next(n for n in said if n["kind"] == "announcement")["body"]["bidding"]["mode"] == "one_shot"
    keys = {login: tool.new_key() for login in HOLDERS}
    ids = [stage.post(h, "/share-holders", {"public_key": keys[h][1].hex()})["id"] for h in HOLDERS]
    name = f"lot/{lot['id']}/1.0"
    public, shares = tool.ceremony(name, [keys[h][1] for h in HOLDERS])
    told = [
        {"holder_id": h, "sealed_share": f"{i}:{s.hex()}"} for i, (h, s) in enumerate(zip(ids, shares, strict=True), 1)
    ]
    stage.post("changge-auctioneer", f"{base}/sealed-keys", {"keys": [{"public_key": public.hex(), "shares": told}]})
    stage.pass_time(lot["auction_at"])
    assert stage.lot()["state"] == "L64"
    kept = {}
    for n, fen in ((1, 82_000), (2, 83_000)):
        entry = next(e for e in stage.client.everything(f"bidder{n}", "/entries/mine") if e["lot_id"] == lot["id"])
        place = tool.Place(name, entry["plate"], "one_shot/1")
        sent, kept[entry["plate"]] = tool.seal(public, place, fen)
        line = {**vars(place), "ciphertext": sent.ciphertext.hex(), "commitment": sent.commitment}
        answer = stage.post(f"bidder{n}", f"{base}/sealed-offers", line, key=f"sealed-{n:04d}")
        assert (answer["verdict"], answer["log"]["body"].count(sent.commitment)) == ("SEALED", 1)
        again = stage.post(f"bidder{n}", f"{base}/sealed-offers", line, key=f"sealed-{n:04d}")
        assert again == answer | {"replayed": True}
        assert stage.get(f"bidder{n}", f"{base}/sealed-offers/mine") == [answer]
    assert stage.refused("bidder1", f"{base}/sealed-offers", line, key="not-his-1")["reason"] == "WRONG_BIDDER"
    shown = stage.get(None, f"{base}/sealed")["rounds"][0]
    assert (shown["offers"], shown["private_key"]) == ([], None)

    def share_of(holder: str) -> dict[str, Any]:
        own = stage.get(holder, f"{base}/sealed-shares/mine")[0]
        number, sealed = own["sealed_share"].split(":")
        share = tool.open_share(keys[holder][0], own["lot"], int(number), bytes.fromhex(sealed))[1]
        return {"round": 0, "share": f"{number}:{share.hex()}"}

    early = stage.refused(HOLDERS[0], f"{base}/sealed-shares", share_of(HOLDERS[0]))
    assert (early["status"], early["reason"]) == (409, "NOT_CLOSED")
    stage.pass_time(stage.get(None, f"{base}/sealed")["end_at"])
    late = stage.refused("bidder2", f"{base}/sealed-offers", line, key="too-late-1")
    assert (late["reason"], late["receipt"]["verdict"]) == ("ENDED", "ENDED")
    outcomes = [stage.post(h, f"{base}/sealed-shares", share_of(h))["outcome"] for h in HOLDERS[1:]]
    assert outcomes == ["WAITING", "OPENED"]
    shown = stage.get(None, f"{base}/sealed")["rounds"][0]
    for row in shown["offers"]:
        place = tool.Place(row["lot"], row["bidder"], row["rules"])
        sent = tool.Envelope(bytes.fromhex(row["ciphertext"]), row["commitment"])
        assert tool.open_one(bytes.fromhex(shown["private_key"]), place, sent) == kept[row["plate"]]
    replayed = stage.get(None, f"{base}/replay")
    assert (replayed["agrees"], replayed["price_fen"]) == (True, 83_000)
    assert stage.get(None, f"{base}/auction")["best_fen"] == 83_000
    assert stage.walk(until="L90")["state"] == "L90"
