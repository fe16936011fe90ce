"""Whatever an Authorization header contains, the service gives the same refusal and never fails."""

import json
from typing import Any

import jwt
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from signing import KID, PUBLIC, SigningEhr, private_key, segment
from synthetic import VIEW, call, encoded

BODY = encoded(call())
PATH = f"/cds-services/{VIEW}"

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
trees = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))
header_names = st.sampled_from(["alg", "typ", "kid", "jku", "jwk", "x5u", "crit", "b64", "cty", "zip"])
claim_names = st.sampled_from(["iss", "aud", "exp", "iat", "nbf", "jti", "tenant", "sub"])
known = st.sampled_from(["ES384", "JWT", KID, "none", "HS256", f"{PUBLIC}{PATH}", "https://ehr.example/oauth2"])
headers = st.dictionaries(header_names, trees | known)
claims = st.dictionaries(claim_names, trees | known)
nested = st.integers(1, 3000).map(lambda depth: ("[" * depth + "]" * depth).encode())
parts = st.one_of(headers.map(segment), claims.map(segment), st.binary(max_size=200).map(segment), nested.map(segment))
tokens = st.one_of(
    st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=400),
    st.lists(parts, max_size=5).map(".".join),
    st.tuples(headers.map(segment), claims.map(segment), st.binary(max_size=96).map(segment)).map(".".join),
)

_ROOMY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)


def refused(client: FlaskClient, token: str) -> bytes:
    response = client.post(
        PATH, data=BODY, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )
    assert response.status_code == 401
    return response.get_data()


@_ROOMY
@given(token=tokens)
def test_garbage_gets_the_same_refusal_as_any_other_token(production: FlaskClient, token: str) -> None:
    assert refused(production, token) == refused(production, "x")


@_ROOMY
@given(changed=claims, header=headers)
def test_claims_and_headers_of_any_shape_are_checked_without_an_error(
    production: FlaskClient, ehr: SigningEhr, changed: dict[str, Any], header: dict[str, Any]
) -> None:
    """The signature is that of another token."""
    body = {**ehr.claims(f"/{VIEW}"), **changed}
    head = {"alg": "ES384", "typ": "JWT", "kid": KID, **header}
    signature = ehr.token(f"/{VIEW}").rpartition(".")[2]
    assert json.loads(refused(production, f"{segment(head)}.{segment(body)}.{signature}"))


@_ROOMY
@given(changed=claims)
def test_signed_claims_of_any_shape_are_checked_without_an_error(
    production: FlaskClient, ehr: SigningEhr, changed: dict[str, Any]
) -> None:
    payload = json.dumps({**ehr.claims(f"/{VIEW}"), **changed}).encode()
    token = jwt.PyJWS().encode(payload, private_key(), "ES384", {"kid": KID})
    answer = production.post(PATH, json=call(), headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code in {200, 401, 403}
    assert (answer.status_code == 200) is ("cards" in answer.get_json())


@_ROOMY
@given(place=st.integers(0, 10_000), character=st.sampled_from("ABCDEFGHwxyz0189-_.=+/ %"))
def test_no_character_of_a_token_can_be_changed(
    production: FlaskClient, ehr: SigningEhr, place: int, character: str
) -> None:
    token = ehr.token(f"/{VIEW}")
    at = place % len(token)
    changed = token[:at] + character + token[at + 1 :]
    if changed != token:
        refused(production, changed)
