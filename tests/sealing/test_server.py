"""What the server opens, the bidder's tool opens alike, and neither opens what the other does not."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from app.bidding import envelope
from app.bidding.envelope import Content
from tests.sealing.test_seal import PRIVATE, PUBLIC, S

PLACE = S.Place("lot/7/1.0", "A43F2A5", "one_shot/1")
SERVER = envelope.Place("lot/7/1.0", "A43F2A5")


def told(ciphertext: bytes, commitment: str) -> Content:
    """What the bidder's tool says of an envelope, in the server's words."""
    try:
        receipt = S.open_one(PRIVATE, PLACE, S.Envelope(ciphertext, commitment))
    except S.CannotOpen as e:
        return Content(fault=str(e))
    return Content(receipt.amount_fen, bytes.fromhex(receipt.nonce))


@given(
    st.integers(1, 10**15 - 1), st.one_of(st.none(), st.tuples(st.integers(0, 559), st.integers(1, 255))), st.booleans()
)
def test_both_say_the_same_of_every_envelope(fen: int, flip: tuple[int, int] | None, truthful: bool) -> None:
    sent, kept = S.seal(PUBLIC, PLACE, fen)
    raw = bytearray(sent.ciphertext)
    if flip is not None:
        raw[flip[0]] ^= flip[1]
    committed = sent.commitment if truthful else S.commitment(PLACE, S.Receipt(fen + 1, kept.nonce))
    found = envelope.content(PRIVATE, SERVER, bytes(raw), bytes.fromhex(committed))
    assert found == told(bytes(raw), committed)
    # The top bit of the ephemeral point is not looked at (RFC 7748), but HPKE binds the bytes as they were sent.
    assert (found.amount_fen is not None) == (flip is None and truthful)


@given(st.binary(max_size=700))
def test_both_refuse_noise_alike(noise: bytes) -> None:
    assert envelope.content(PRIVATE, SERVER, noise, bytes(32)) == told(noise, "00" * 32)


@given(
    st.binary(min_size=512, max_size=512)
    | st.sampled_from([b"", b"\x80", b"{}\x80", b'{"amount_fen":01,"nonce":""}\x80'])
)
def test_both_read_the_same_from_any_content(padded: bytes) -> None:
    """Content that no honest tool seals."""
    sealed = S.SUITE.encrypt(padded.ljust(512, b"\0"), S.X25519PublicKey.from_public_bytes(PUBLIC), PLACE.info())
    assert envelope.content(PRIVATE, SERVER, sealed, bytes(32)) == told(sealed, "00" * 32)


@given(st.binary(min_size=32, max_size=32))
def test_any_two_shares_give_the_key_and_one_false_one_does_not_hide_it(secret: bytes) -> None:
    public = S.public_of(secret)
    shares = dict(S.split(secret))
    for pair in combinations(shares, 2):
        found = envelope.private_half({n: shares[n] for n in pair}, public)
        assert found == (secret, pair)
    assert envelope.private_half({1: shares[1]}, public) is None
    false = shares | {2: bytes(b ^ 1 for b in shares[2])}
    assert envelope.private_half(false, public) == (secret, (1, 3))


def test_keys_of_small_order_are_none() -> None:
    assert envelope.is_key(PUBLIC)
    assert not envelope.is_key(bytes(32))
    assert not envelope.is_key(b"\x01" + bytes(31))
    assert not envelope.is_key(PUBLIC[:-1])
