"""Access tokens: the only module that touches python-jose. One algorithm, every claim required."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwt
from jose.exceptions import JWTError

from app.base.errors import Unauthenticated

ALGORITHM: Final = "ES256"
ISSUER: Final = "nongjiao"
AUDIENCE: Final = "nongjiao-api"
TYPE: Final = "at+jwt"
MAX_LENGTH: Final = 2048


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says: account, session, expiry (seconds since the epoch), token id, API client."""

    account_id: int
    session_id: int
    expires: int
    token_id: str
    client_id: str | None


class TokenKey:
    """A P-256 key pair; the private half signs, the public half verifies."""

    def __init__(self, pem: bytes) -> None:
        key = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise ValueError("the token key is a P-256 private key in PEM")
        self._private = pem.decode()
        self._public = (
            key.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    def sign(self, claims: Claims, *, now: datetime) -> str:
        body: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(claims.account_id),
            "sid": claims.session_id,
            "iat": int(now.timestamp()),
            "exp": claims.expires,
            "jti": claims.token_id,
        }
        if claims.client_id:
            body["client_id"] = claims.client_id
        token: str = jwt.encode(body, self._private, algorithm=ALGORITHM, headers={"typ": TYPE})
        return token

    def verify(self, token: str) -> Claims:
        """The claims of a good token. Raises Unauthenticated for every other string."""
        if len(token) > MAX_LENGTH:
            raise Unauthenticated("登录凭证无效", reason="BAD_TOKEN")
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != TYPE or header.get("alg") != ALGORITHM or not header.keys() <= {"typ", "alg"}:
                raise Unauthenticated("登录凭证无效", reason="BAD_TOKEN")
            body = jwt.decode(
                token,
                self._public,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={f"require_{claim}": True for claim in ("iss", "aud", "sub", "exp", "iat", "jti")}
                | {"leeway": 0},
            )
            return Claims(int(body["sub"]), int(body["sid"]), int(body["exp"]), str(body["jti"]), body.get("client_id"))
        except (JWTError, KeyError, ValueError, TypeError, RecursionError) as e:
            raise Unauthenticated("登录凭证无效或已过期", reason="BAD_TOKEN") from e


def load_or_make(path: Path) -> TokenKey:
    """The key in a PEM file; made on first use, readable by its owner only."""
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        path.parent.mkdir(parents=True, exist_ok=True)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        part = path.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_bytes(pem)
        part.replace(path)
    return TokenKey(path.read_bytes())
