"""Sealed offers: opened by two holders and by nobody else, bound to their place, and the same from browser and script."""

import io
import json
import re
import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BROWSER = ROOT / "app/web/static/nongjiao_seal.js"


def _module() -> Any:
    spec = spec_from_file_location("nongjiao_seal", ROOT / "verify/nongjiao_seal.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules["nongjiao_seal"] = module
    spec.loader.exec_module(module)
    return module


S = _module()
PRIVATE = bytes(range(32))
PUBLIC = S.public_of(PRIVATE)
PLACE = S.Place("7", "A43F2A5", "one_shot/1")


@given(st.integers(1, 10**15 - 1))
def test_every_amount_comes_back_and_none_shows_in_the_size(fen: int) -> None:
    envelope, receipt = S.seal(PUBLIC, PLACE, fen)
    assert len(envelope.ciphertext) == 560
    assert S.open_one(PRIVATE, PLACE, envelope) == receipt
    assert receipt.amount_fen == fen


@pytest.mark.parametrize("fen", [0, -1, 10**15, True])
def test_what_is_no_amount_is_not_sealed(fen: int) -> None:
    with pytest.raises(ValueError, match="金额"):
        S.seal(PUBLIC, PLACE, fen)


def test_the_same_offer_twice_looks_different() -> None:
    one, other = (S.seal(PUBLIC, PLACE, 100)[0] for _ in range(2))
    assert one.ciphertext != other.ciphertext
    assert one.commitment != other.commitment


@pytest.mark.parametrize(
    "place", [("8", "A43F2A5", "one_shot/1"), ("7", "B43F2A5", "one_shot/1"), ("7", "A43F2A5", "one_shot/2")]
)
def test_moved_to_another_lot_bidder_or_rule_version_it_does_not_open(place: tuple[str, str, str]) -> None:
    envelope, receipt = S.seal(PUBLIC, PLACE, 100)
    with pytest.raises(S.CannotOpen, match="NOT_FOR_THIS_PLACE"):
        S.open_one(PRIVATE, S.Place(*place), envelope)
    assert not S.is_receipt_of(S.Place(*place), receipt, envelope.commitment)


def test_a_place_cannot_be_read_two_ways() -> None:
    with pytest.raises(ValueError, match="只能用"):
        S.Place("7\nA", "A43F2A5", "one_shot/1")


@given(st.integers(0, 559), st.integers(1, 255))
def test_one_changed_byte_anywhere_and_it_does_not_open(at: int, by: int) -> None:
    envelope, _ = S.seal(PUBLIC, PLACE, 100)
    bent = bytearray(envelope.ciphertext)
    bent[at] ^= by
    with pytest.raises(S.CannotOpen, match="NOT_FOR_THIS_PLACE"):
        S.open_one(PRIVATE, PLACE, S.Envelope(bytes(bent), envelope.commitment))


def test_envelopes_that_cheat_are_named_by_their_fault() -> None:
    envelope, _ = S.seal(PUBLIC, PLACE, 100)
    other, receipt = S.seal(PUBLIC, PLACE, 200)
    with pytest.raises(S.CannotOpen, match="NOT_AS_COMMITTED"):
        S.open_one(PRIVATE, PLACE, S.Envelope(envelope.ciphertext, other.commitment))
    with pytest.raises(S.CannotOpen, match="WRONG_SIZE"):
        S.open_one(PRIVATE, PLACE, S.Envelope(envelope.ciphertext[:-1], envelope.commitment))
    key = S.X25519PublicKey.from_public_bytes(PUBLIC)
    nonce = "0" * 64
    for content in (bytes(512), b"x" * 512, S._pad(b"{}"), S._pad(f'{{"amount_fen":0,"nonce":"{nonce}"}}'.encode())):
        empty = S.Envelope(S.SUITE.encrypt(content, key, PLACE.info()), envelope.commitment)
        with pytest.raises(S.CannotOpen, match="NO_OFFER"):
            S.open_one(PRIVATE, PLACE, empty)
    assert S.is_receipt_of(PLACE, receipt, other.commitment), "a lost key does not lose the offer"


@given(st.binary(min_size=32, max_size=32))
def test_any_two_of_three_shares_give_the_key_back(secret: bytes) -> None:
    for one, other in permutations(S.split(secret), 2):
        assert S.join(one, other, public_key=S.public_of(secret)) == secret


@given(st.binary(min_size=32, max_size=32), st.integers(1, 3))
def test_one_share_fits_every_key(other_secret: bytes, number: int) -> None:
    """一份什么也说明不了：for any other key there is a line through the same share."""
    _, share = S.split(PRIVATE)[number - 1]
    over = S._inverse(number)
    slope = bytes(S._times(a ^ b, over) for a, b in zip(share, other_secret, strict=True))
    assert bytes(s ^ S._times(k, number) for s, k in zip(other_secret, slope, strict=True)) == share


def test_shares_that_do_not_belong_together_give_nothing() -> None:
    mine, others = S.split(PRIVATE), S.split(bytes(32))
    for one, other in ((mine[0], others[1]), (mine[0], mine[0]), (mine[0], (0, mine[1][1])), (mine[0], (2, b"short"))):
        with pytest.raises(S.CannotOpen, match="WRONG_SHARES"):
            S.join(one, other, public_key=PUBLIC)


def test_each_share_opens_for_its_holder_and_its_lot_alone() -> None:
    keys = [S.new_key() for _ in range(3)]
    public, sealed = S.ceremony("7", [k[1] for k in keys])
    shares = [S.open_share(k[0], "7", n, s) for n, (k, s) in enumerate(zip(keys, sealed, strict=True), 1)]
    private = S.join(shares[0], shares[2], public_key=public)
    envelope, receipt = S.seal(public, PLACE, 100)
    assert S.open_one(private, PLACE, envelope) == receipt
    for key, lot, number in ((keys[1][0], "7", 1), (keys[0][0], "8", 1), (keys[0][0], "7", 2)):
        with pytest.raises(S.CannotOpen, match="NOT_FOR_THIS_PLACE"):
            S.open_share(key, lot, number, sealed[0])


def test_what_a_browser_sealed_once_opens_here() -> None:
    _opens_what_a_browser_made(json.loads((HERE / "sealed_in_a_browser.json").read_text("utf-8")))


@pytest.mark.skipif(shutil.which("node") is None, reason="no JavaScript engine here; the stored vector stands in")
def test_what_the_browser_module_seals_now_opens_here() -> None:
    place = json.dumps({"lot": "7", "bidder": "A43F2A5", "rules": "one_shot/1"})
    script = f"""import {{ seal }} from "{BROWSER.as_uri()}";
        console.log(JSON.stringify(await seal("{PUBLIC.hex()}", {place}, 123400)));
        for (const fen of [0, 1.5, 1e15, "100"]) {{
          let refused = false;
          try {{ await seal("{PUBLIC.hex()}", {place}, fen); }} catch {{ refused = true; }}
          if (!refused) throw new Error("sealed " + fen);
        }}"""
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    _opens_what_a_browser_made(json.loads(done.stdout))


def _opens_what_a_browser_made(made: dict[str, Any]) -> None:
    sent = made["envelope"]
    envelope = S.Envelope(bytes.fromhex(sent["ciphertext"]), sent["commitment"])
    receipt = S.open_one(PRIVATE, S.Place(sent["lot"], sent["bidder"], sent["rules"]), envelope)
    assert (receipt.amount_fen, receipt.nonce) == (123400, made["receipt"]["nonce"])


def test_the_browser_module_is_served_and_stands_alone(client: TestClient) -> None:
    answer = client.get("/static/nongjiao_seal.js")
    assert answer.status_code == 200
    assert "javascript" in answer.headers["content-type"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.text == BROWSER.read_text("utf-8")
    assert not re.search(r"^import |https?://", answer.text, re.MULTILINE)
    assert client.get("/static/../main.py").status_code == 404


def test_the_whole_way_at_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def say(*words: str) -> str:
        assert S.main(list(words)) == 0
        return capsys.readouterr().out

    holders = {n: json.loads(say("holder", "--save", str(tmp_path / n)))["public"] for n in "ABC"}
    made = json.loads(say("ceremony", "--lot", "7", *[w for n, k in holders.items() for w in ("--holder", f"{n}={k}")]))
    place = ("--lot", "7", "--bidder", "A43F2A5", "--rules", "one_shot/1", "--key", made["public"])
    line = say("seal", *place, "--amount-fen", "123400", "--save", str(tmp_path / "receipt"))
    assert S.main(["seal", *place, "--amount-fen", "1", "--save", str(tmp_path / "receipt")]) == 2
    assert "receipt" in capsys.readouterr().err, "a receipt is never written over"
    shares = [
        say("share", "--lot", "7", "--key", str(tmp_path / s["holder"]), "--sealed-share", s["sealed_share"]).strip()
        for s in made["shares"][1:]
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO(line + "\n"))
    opened = say("open", "--key", made["public"], "--share", shares[0], "--share", shares[1]).splitlines()
    assert json.loads(opened[1])["amount_fen"] == 123400
    monkeypatch.setattr("sys.stdin", io.StringIO(line.replace("A43F2A5", "B43F2A5")))
    assert S.main(["check", "--private", json.loads(opened[0])["private"]]) == 1
    assert json.loads(capsys.readouterr().out)["unreadable"] == "NOT_FOR_THIS_PLACE"
    assert S.main(["open", "--key", made["public"], "--share", shares[0]]) == 2
    assert S.main(["ceremony", "--lot", "7", "--holder", f"A={holders['A']}"]) == 2
