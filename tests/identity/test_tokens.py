"""No token but ours opens a door: forgeries of every kind that has been seen elsewhere."""

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from fastapi.testclient import TestClient

from app.base.actor import Role
from app.base.errors import Unauthenticated
from app.identity.tokens import TokenKey, load_or_make
from tests.people import PASSWORD, ask_token, committed, login_of, problem, serve

HEADER = {"alg": "ES256", "typ": "at+jwt"}
Json = dict[str, Any]


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Forge:
    """Makes tokens from scratch, with the real key or with others."""

    def __init__(self, folder: Path, real: str, refresh: str) -> None:
        pem = (folder / "token-key.pem").read_bytes()
        key = serialization.load_pem_private_key(pem, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self.key = key
        self.claims: Json = json.loads(unb64(real.split(".")[1]))
        self.real, self.refresh = real, refresh

    def public(self, encoding: serialization.Encoding) -> bytes:
        return self.key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)

    def body(self, **over: Any) -> Json:
        return {k: v for k, v in (self.claims | over).items() if v is not None}

    def es256(self, header: Json, body: Json, key: ec.EllipticCurvePrivateKey | None = None) -> str:
        signed = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(body).encode())}"
        r, s = decode_dss_signature((key or self.key).sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{b64(r.to_bytes(32) + s.to_bytes(32))}"

    def hs256(self, header: Json, secret: bytes) -> str:
        signed = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(self.body()).encode())}"
        return f"{signed}.{b64(hmac.new(secret, signed.encode(), sha256).digest())}"

    def none(self, alg: str) -> str:
        return f"{b64(json.dumps(HEADER | {'alg': alg}).encode())}.{b64(json.dumps(self.body()).encode())}."


PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
HS = HEADER | {"alg": "HS256"}
FORGERIES: dict[str, Callable[[Forge], str]] = {
    "no signature": lambda f: f.none("none"),
    "no signature, in capitals": lambda f: f.none("NONE"),
    "signature cut off": lambda f: f.real.rsplit(".", 1)[0] + ".",
    "HMAC with the public key as PEM": lambda f: f.hs256(HS, f.public(PEM)),
    "HMAC with the public key as DER": lambda f: f.hs256(HS, f.public(DER)),
    "HMAC that calls itself ES256": lambda f: f.hs256(HEADER, f.public(PEM)),
    "kid with a path": lambda f: f.es256(HEADER | {"kid": "../../../../dev/null"}, f.body()),
    "jku of a stranger": lambda f: f.es256(HEADER | {"jku": "https://example.invalid/keys"}, f.body()),
    "embedded jwk": lambda f: f.es256(HEADER | {"jwk": {"kty": "EC"}}, f.body()),
    "unknown crit": lambda f: f.es256(HEADER | {"crit": ["exp"]}, f.body()),
    "wrong typ": lambda f: f.es256(HEADER | {"typ": "JWT"}, f.body()),
    "no typ": lambda f: f.es256({"alg": "ES256"}, f.body()),
    "wrong audience": lambda f: f.es256(HEADER, f.body(aud="other-api")),
    "no audience": lambda f: f.es256(HEADER, f.body(aud=None)),
    "wrong issuer": lambda f: f.es256(HEADER, f.body(iss="elsewhere")),
    "no issuer": lambda f: f.es256(HEADER, f.body(iss=None)),
    "no expiry": lambda f: f.es256(HEADER, f.body(exp=None)),
    "no id": lambda f: f.es256(HEADER, f.body(jti=None)),
    "no subject": lambda f: f.es256(HEADER, f.body(sub=None)),
    "no session": lambda f: f.es256(HEADER, f.body(sid=None)),
    "expired": lambda f: f.es256(HEADER, f.body(exp=int(time.time()) - 1)),
    "not yet valid": lambda f: f.es256(HEADER, f.body(nbf=int(time.time()) + 60)),
    "another key": lambda f: f.es256(HEADER, f.body(), ec.generate_private_key(ec.SECP256R1())),
    "refresh token as access token": lambda f: f.refresh,
    "another account's name on the same session": lambda f: f.es256(HEADER, f.body(sub="999999")),
    "header nested a thousand deep": lambda f: b64(b"[" * 1400) + ".e30.AA",
    "header that is a list": lambda f: b64(b"[]") + ".e30.AA",
    "longer than any token": lambda f: f.real + "A" * 4000,
    "no token at all": lambda f: "x",
}


@pytest.fixture(scope="module")
def door(clone: Any, _keys: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Forge]]:
    folder = tmp_path_factory.mktemp("forge")
    with serve(clone(), folder) as client:
        account = committed(Role.SUPERVISOR)
        given = ask_token(client, grant_type="password", username=login_of(account), password=PASSWORD).json()
        yield client, Forge(folder, given["access_token"], given["refresh_token"])


def me(client: TestClient, token: str) -> Any:
    return client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})


def test_the_forge_itself_makes_good_tokens(door: tuple[TestClient, Forge]) -> None:
    client, forge = door
    assert me(client, forge.real).status_code == 200
    assert me(client, forge.es256(HEADER, forge.body())).status_code == 200


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forged_token_is_nobody(door: tuple[TestClient, Forge], kind: str) -> None:
    client, forge = door
    token = FORGERIES[kind](forge)
    answer = me(client, token)
    assert problem(answer, 401, "unauthenticated")["reason"] in {"BAD_TOKEN", "SESSION_ENDED"}
    assert answer.headers["www-authenticate"] == "Bearer"
    assert token not in answer.text or len(token) == 1


def test_a_token_with_bytes_beyond_ascii_is_nobody(door: tuple[TestClient, Forge]) -> None:
    client, forge = door
    headers = [(b"authorization", b"Bearer " + forge.real.encode() + b"\xff")]
    problem(client.get("/api/v1/auth/me", headers=headers), 401, "unauthenticated")


def test_other_schemes_and_no_header_are_the_public(door: tuple[TestClient, Forge]) -> None:
    client, forge = door
    problem(client.get("/api/v1/auth/me"), 401, "unauthenticated")
    problem(client.get("/api/v1/auth/me", headers={"Authorization": f"Token {forge.real}"}), 401, "unauthenticated")


def test_only_a_p256_key_is_taken() -> None:
    other = ec.generate_private_key(ec.SECP384R1()).private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ValueError, match="P-256"):
        TokenKey(other)


def test_the_key_file_is_its_owners_alone_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "key.pem"
    load_or_make(path)
    first = path.read_bytes()
    load_or_make(path)
    assert path.read_bytes() == first
    assert path.stat().st_mode & 0o077 == 0


def test_every_single_changed_character_of_a_token_is_found(door: tuple[TestClient, Forge], tmp_path: Path) -> None:
    _, forge = door
    key = TokenKey(forge.key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    assert key.verify(forge.real).session_id == forge.claims["sid"]
    last = len(forge.real) - 1  # the last character of 64 bytes in base64 carries four bits that mean nothing
    for at in range(last):
        changed = forge.real[:at] + ("A" if forge.real[at] != "A" else "B") + forge.real[at + 1 :]
        with pytest.raises(Unauthenticated):
            key.verify(changed)
