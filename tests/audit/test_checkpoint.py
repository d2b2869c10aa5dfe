"""Signed heads: what C2SP's formats say, and that nothing bent is taken for good."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.audit.checkpoint import COSIGNATURE, BadNote, Checkpoint, Signer, Verifier, note, opened, parse_line, split

LOG = Signer("example.com/log", Ed25519PrivateKey.from_private_bytes(b"\x01" * 32))
NEXT = Signer("example.com/log", Ed25519PrivateKey.from_private_bytes(b"\x02" * 32))
WITNESS = Signer("witness.example/w1", Ed25519PrivateKey.from_private_bytes(b"\x03" * 32))
HEAD = Checkpoint("example.com/log", 123, b"\x07" * 32)
TEXT = HEAD.text()
SIGNED = note(TEXT, [LOG.line(TEXT)])


def test_a_checkpoint_is_three_lines() -> None:
    assert TEXT == "example.com/log\n123\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n"
    assert Checkpoint.parse(TEXT) == HEAD


@pytest.mark.parametrize(
    "vkey",
    [
        # The key of Go's checksum database, published with the Go command.
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        # The note package's own example.
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_published_verifier_keys_are_read(vkey: str) -> None:
    assert Verifier.parse(vkey).vkey() == vkey


def test_the_published_note_verifies() -> None:
    key = Verifier.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    line = "\N{EM DASH} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    assert key.check(text, line) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "a\n", "a\n1\n", "a\n1\nAAAA\n", TEXT + "x\n", TEXT[:-1], TEXT.replace("123", "0123"),
        TEXT.replace("123", "-1"), TEXT.replace("123", "１２３"), TEXT.replace("Bw", "B", 1), "\n" + TEXT,
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "vkey",
    [
        "", "a", "a+b+c", LOG.verifier().vkey()[:-4], LOG.verifier().vkey().replace("example", "elsewhere"),
        "+" + LOG.verifier().vkey().split("+", 1)[1],
    ],
)  # fmt: skip
def test_what_is_no_verifier_key_is_refused(vkey: str) -> None:
    with pytest.raises(BadNote):
        Verifier.parse(vkey)


def test_a_signed_head_opens_with_its_key_alone() -> None:
    assert opened(SIGNED, [LOG.verifier()]) == HEAD
    for keys in ([], [NEXT.verifier()], [WITNESS.verifier()]):
        with pytest.raises(BadNote):
            opened(SIGNED, keys)


def test_while_keys_overlap_the_head_opens_with_either() -> None:
    both = note(TEXT, [LOG.line(TEXT), NEXT.line(TEXT)])
    assert opened(both, [LOG.verifier()]) == opened(both, [NEXT.verifier()]) == HEAD


def test_a_bad_line_of_a_known_key_spoils_the_note_and_one_of_a_stranger_does_not() -> None:
    forged = LOG.line(TEXT.replace("123", "124"))
    with pytest.raises(BadNote):
        opened(note(TEXT, [NEXT.line(TEXT), forged]), [LOG.verifier(), NEXT.verifier()])
    assert opened(note(TEXT, [NEXT.line(TEXT), forged]), [NEXT.verifier()]) == HEAD


def test_a_cosignature_says_when() -> None:
    line = WITNESS.cosignature(TEXT, 1_700_000_000)
    assert WITNESS.verifier(COSIGNATURE).check(TEXT, line) == 1_700_000_000
    with pytest.raises(BadNote):
        WITNESS.verifier().check(TEXT, line)
    with pytest.raises(BadNote):
        WITNESS.verifier(COSIGNATURE).check(TEXT.replace("123", "124"), line)


@given(st.integers(0, len(SIGNED) - 1), st.characters())
def test_changing_any_character_of_a_signed_head_is_found(at: int, character: str) -> None:
    bent = SIGNED[:at] + character + SIGNED[at + 1 :]
    if bent == SIGNED:
        return
    with pytest.raises(BadNote):
        opened(bent, [LOG.verifier()])


@given(st.text(max_size=200))
def test_any_text_at_all_is_a_note_or_refused(text: str) -> None:
    for read in (split, parse_line, Verifier.parse, Checkpoint.parse):
        try:
            read(text)
        except BadNote:
            continue


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "key-1.pem"
    made = Signer.load_or_make("a/log", path)
    assert Signer.load_or_make("a/log", path).public == made.public
    assert path.stat().st_mode & 0o077 == 0
