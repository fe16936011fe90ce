"""An EHR that signs: its keys, key set, entry in a client table, and tokens that vary by one thing at a time."""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

PUBLIC = "https://cds.example"
ISSUER = "https://ehr.example/oauth2"
FHIR = "https://ehr.example/fhir/R4"
KID = "key-1"


def private_key(algorithm: str = "ES384", number: int = 1) -> Any:
    """Return a key for an algorithm, the same for a whole run; another `number` is another key."""
    return _private_key(algorithm if algorithm.startswith("ES") else "RSA", number)


@cache
def _private_key(algorithm: str, number: int) -> Any:
    del number
    if algorithm.startswith("ES"):
        return ec.generate_private_key(ec.SECP384R1() if algorithm == "ES384" else ec.SECP256R1())
    return rsa.generate_private_key(65537, 2048)


def public_jwk(algorithm: str = "ES384", kid: str = KID, number: int = 1, **more: Any) -> dict[str, Any]:
    """Return the public half as a JSON Web Key."""
    public = private_key(algorithm, number).public_key()
    made = (ECAlgorithm if algorithm.startswith("ES") else RSAAlgorithm).to_jwk(public, as_dict=True)
    return {**made, "kid": kid, "use": "sig", **more}


def key_set(*keys: dict[str, Any]) -> bytes:
    return json.dumps({"keys": list(keys)}).encode()


def segment(value: Any) -> str:
    """Encode a part of a token."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class SigningEhr:
    """Signs tokens at `now` for an endpoint. A claim or header field that is None is left out."""

    now: datetime
    algorithm: str = "ES384"
    issuer: str = ISSUER
    number: int = 1
    headers: dict[str, Any] = field(default_factory=dict)

    def claims(self, path: str, **changed: Any) -> dict[str, Any]:
        seconds = int(self.now.timestamp())
        made = {
            "iss": self.issuer,
            "aud": f"{PUBLIC}/cds-services{path}",
            "iat": seconds,
            "exp": seconds + 300,
            "jti": uuid4().hex,
            **changed,
        }
        return {name: value for name, value in made.items() if value is not None}

    def token(self, path: str, *, header: dict[str, Any] | None = None, **changed: Any) -> str:
        fields = {"kid": KID, **self.headers, **(header or {})}
        given = {name: value for name, value in fields.items() if value is not None}
        key = private_key(self.algorithm, self.number)
        return jwt.encode(self.claims(path, **changed), key, self.algorithm, given)

    def bearer(self, path: str, **changed: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(path, **changed)}"}


def client_table(folder: Path, *keys: dict[str, Any], name: str = "north", **changed: Any) -> Path:
    """Write a client table with one client, and its key set beside it."""
    (folder / "keys.json").write_bytes(key_set(*(keys or (public_jwk(),))))
    table = {"id": name, "issuer": ISSUER, "jwks_file": "keys.json", "fhir_servers": [FHIR], **changed}
    lines = [f"{key} = {json.dumps(value)}" for key, value in table.items() if value is not None]
    path = folder / "clients.toml"
    path.write_text("\n".join(["[[client]]", *lines, ""]), encoding="utf-8")
    return path
