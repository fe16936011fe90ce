"""Who may call: CDS Hooks 2.0, "Trusting CDS Clients", attacked through HTTP. No refusal reveals more than another."""

import base64
import hashlib
import hmac
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import jwt
import pytest
import responses
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from error_shape import assert_error
from flask.testing import FlaskClient
from signing import KID, PUBLIC, SigningEhr, private_key, public_jwk, segment
from structlog.testing import capture_logs
from synthetic import INSTANCE, SIGN, VIEW, call
from werkzeug.test import TestResponse

from cds_service.service.catalogue import SERVICES

ORIGIN = "https://browser.example"
HOUR = 3600


def post(client: FlaskClient, token: str | None, path: str = f"/{VIEW}", body: Any = None) -> TestResponse:
    headers = {"Origin": ORIGIN} | ({"Authorization": f"Bearer {token}"} if token is not None else {})
    return client.post(f"/cds-services{path}", json=call() if body is None else body, headers=headers)


def refusal(client: FlaskClient, token: str | None, path: str = f"/{VIEW}") -> Any:
    """Assert that the call is refused like every other, and return the reason from the log."""
    with capture_logs() as logged:
        response = post(client, token, path)
    assert_bare(response)
    [line] = logged
    assert (line["event"], line["status"]) == ("call refused", 401)
    if token:
        assert token not in str(logged)
    return line


def assert_bare(response: TestResponse) -> None:
    """Assert a 401 that does not depend on the reason."""
    assert_error(response, 401, origin=None)
    assert response.get_json()["issue"] == [
        {"severity": "error", "code": "login", "details": {"text": _SAID}, "diagnostics": _SAID}
    ]
    assert response.headers["WWW-Authenticate"] == "Bearer"


_SAID = "not authenticated"
_FORM = "claim-missing-or-malformed"
_BY_CLAIM = {
    "iss": {"issuer-unknown"},
    "aud": {_FORM, "audience-wrong"},
    "exp": {_FORM, "expired"},
    "iat": {_FORM, "lifetime-too-long"},
    "jti": {_FORM},
}


@pytest.mark.parametrize("algorithm", ["ES384", "RS384", "ES256", "RS256", "PS384"])
def test_2_0_at_176_a_sound_token_is_let_in(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, algorithm: str
) -> None:
    client = produce(public_jwk(algorithm), algorithms=[algorithm])
    ehr.algorithm = algorithm
    assert post(client, ehr.token(f"/{VIEW}")).get_json()["cards"] == []


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS384"])
def test_2_0_at_205_what_is_not_recommended_is_refused_unless_configured(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, algorithm: str
) -> None:
    client = produce(public_jwk(algorithm), public_jwk(kid="other"))
    ehr.algorithm = algorithm
    assert refusal(client, ehr.token(f"/{VIEW}"))["reason"] == "algorithm-not-allowed"


def test_2_0_at_177_without_a_token_nothing_is_read(production: FlaskClient) -> None:
    assert refusal(production, None)["reason"] == "no-token"
    response = production.post(f"/cds-services/{VIEW}", data=b"{", headers={"Content-Type": "text/plain"})
    assert_bare(response)


@pytest.mark.parametrize("scheme", ["Basic", "Token", "", "Bearer Bearer", "Bearer,"])
def test_another_scheme_is_no_token(production: FlaskClient, ehr: SigningEhr, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {ehr.token(f'/{VIEW}')}".strip()}
    assert_bare(production.post(f"/cds-services/{VIEW}", json=call(), headers=headers))


def test_the_schemes_letters_may_be_of_either_case(production: FlaskClient, ehr: SigningEhr) -> None:
    headers = {"Authorization": f"bEARER  {ehr.token(f'/{VIEW}')}"}
    assert production.post(f"/cds-services/{VIEW}", json=call(), headers=headers).status_code == 200


def test_two_tokens_in_one_header_are_none(production: FlaskClient, ehr: SigningEhr) -> None:
    tokens = [f"Bearer {ehr.token(f'/{VIEW}')}" for _ in range(2)]
    assert_bare(production.post(f"/cds-services/{VIEW}", json=call(), headers={"Authorization": ", ".join(tokens)}))


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", ""])
def test_2_0_at_201_alg_none_is_refused_with_and_without_a_signature(
    production: FlaskClient, ehr: SigningEhr, name: str
) -> None:
    head, payload = segment({"alg": name, "typ": "JWT", "kid": KID}), segment(ehr.claims(f"/{VIEW}"))
    signature = ehr.token(f"/{VIEW}").rpartition(".")[2]
    assert refusal(production, f"{head}.{payload}.{signature}")["reason"] == "algorithm-not-allowed"
    assert refusal(production, f"{head}.{payload}.")["reason"] == "token-malformed"


@pytest.mark.parametrize("name", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("form", [PublicFormat.SubjectPublicKeyInfo, None])
def test_2_0_at_203_the_public_key_is_no_shared_secret(
    production: FlaskClient, ehr: SigningEhr, name: str, form: PublicFormat | None
) -> None:
    """Use the public key, as PEM or as the text of the key set, as HMAC secret."""
    public = private_key().public_key()
    secret = public.public_bytes(Encoding.PEM, form) if form else json.dumps(public_jwk()).encode()
    signed = f"{segment({'alg': name, 'typ': 'JWT', 'kid': KID})}.{segment(ehr.claims(f'/{VIEW}'))}"
    digest = hmac.digest(secret, signed.encode(), getattr(hashlib, f"sha{name[2:]}"))
    assert refusal(production, f"{signed}.{segment(digest)}")["reason"] == "algorithm-not-allowed"


def test_a_header_of_one_algorithm_over_a_signature_of_another_is_refused(
    produce: Callable[..., FlaskClient], ehr: SigningEhr
) -> None:
    client = produce(public_jwk("RS384"), public_jwk("ES384", kid="other"))
    ehr.algorithm = "RS384"
    _, payload, signature = ehr.token(f"/{VIEW}").split(".")
    head = segment({"alg": "ES384", "typ": "JWT", "kid": KID})
    assert refusal(client, f"{head}.{payload}.{signature}")["reason"] == "kid-unknown"


def test_a_strangers_key_under_a_known_kid_is_refused(production: FlaskClient, ehr: SigningEhr) -> None:
    ehr.number = 2
    assert refusal(production, ehr.token(f"/{VIEW}"))["reason"] == "signature-wrong"


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_token_changed_by_one_bit_is_refused(production: FlaskClient, ehr: SigningEhr, part: int) -> None:
    parts = ehr.token(f"/{VIEW}").split(".")
    data = bytearray(base64.urlsafe_b64decode(parts[part] + "=="))
    data[len(data) // 2] ^= 1
    parts[part] = segment(bytes(data))
    assert_bare(post(production, ".".join(parts)))


@pytest.mark.parametrize("claim", ["iss", "aud", "exp", "iat", "jti"])
@pytest.mark.parametrize("value", [None, "", 0, True, [], {}, -1, "x" * 300, "tab\there", ["a", 1]])
def test_2_0_at_187_to_193_each_claim_is_required_in_its_form(
    production: FlaskClient, ehr: SigningEhr, claim: str, value: Any
) -> None:
    claims = {**ehr.claims(f"/{VIEW}"), claim: value}
    if value is None:
        del claims[claim]
    assert refusal(production, signed(ehr, claims))["reason"] in _BY_CLAIM[claim]


def signed(ehr: SigningEhr, claims: Any) -> str:
    """Return a token with a valid signature over claims that `encode` would refuse to sign."""
    return jwt.PyJWS().encode(json.dumps(claims).encode(), private_key(ehr.algorithm), ehr.algorithm, {"kid": KID})


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", [1e400, float("nan"), "1773144000", 10**40, [1], None])
def test_a_moment_must_be_a_number_of_seconds(production: FlaskClient, ehr: SigningEhr, claim: str, value: Any) -> None:
    token = signed(ehr, {**ehr.claims(f"/{VIEW}"), claim: value})
    assert refusal(production, token)["reason"] == _FORM


@pytest.mark.parametrize("claims", [[], "x", 1, None, {}])
def test_claims_that_are_no_object_or_empty_are_refused(production: FlaskClient, ehr: SigningEhr, claims: Any) -> None:
    assert_bare(post(production, signed(ehr, claims)))


@pytest.mark.parametrize(
    ("iat", "exp", "reason"),
    [
        (-300, -60, "expired"),
        (-300, -59, None),
        (60, 300, None),
        (61, 300, "not-yet-valid"),
        (0, HOUR, None),
        (0, HOUR + 1, "lifetime-too-long"),
        (-HOUR, 10, "lifetime-too-long"),
        (10, 10, "lifetime-too-long"),
        (10, 5, "lifetime-too-long"),
    ],
)
def test_2_0_at_190_and_191_a_token_holds_from_iat_to_exp_within_a_minute_and_for_an_hour_at_most(
    production: FlaskClient, ehr: SigningEhr, iat: int, exp: int, reason: str | None
) -> None:
    now = int(ehr.now.timestamp())
    token = ehr.token(f"/{VIEW}", iat=now + iat, exp=now + exp)
    if reason:
        assert refusal(production, token)["reason"] == reason
    else:
        assert post(production, token).status_code == 200


@pytest.mark.parametrize(("nbf", "status"), [(-300, 200), (60, 200), (61, 401)])
def test_nbf_is_heeded_where_it_is_sent(production: FlaskClient, ehr: SigningEhr, nbf: int, status: int) -> None:
    token = ehr.token(f"/{VIEW}", nbf=int(ehr.now.timestamp()) + nbf)
    assert post(production, token).status_code == status


@pytest.mark.parametrize(
    "audience",
    [
        f"{PUBLIC}/cds-services/{VIEW}/",
        f"{PUBLIC}:443/cds-services/{VIEW}",
        f"HTTPS://CDS.example/cds-services/{VIEW}",
        f"{PUBLIC}/cds-services//{VIEW}",
        [f"{PUBLIC}/cds-services/{VIEW}"],
        ["https://other.example", f"{PUBLIC}/cds-services/{VIEW}"],
    ],
)
def test_2_0_at_189_aud_names_this_endpoint_alone_or_among_others(
    production: FlaskClient, ehr: SigningEhr, audience: Any
) -> None:
    assert post(production, ehr.token(f"/{VIEW}", aud=audience)).status_code == 200


@pytest.mark.parametrize(
    "audience",
    [
        PUBLIC,
        f"{PUBLIC}/cds-services",
        f"{PUBLIC}/cds-services/{SIGN}",
        f"{PUBLIC}/cds-services/{VIEW}/feedback",
        f"{PUBLIC}/cds-services/{VIEW}?x=1",
        f"{PUBLIC}/cds-services/{VIEW}#x",
        f"{PUBLIC}/cds-services/x/../{VIEW}",
        f"{PUBLIC}/cds%2Dservices/{VIEW}",
        f"{PUBLIC}/CDS-services/{VIEW}",
        f"{PUBLIC}:8443/cds-services/{VIEW}",
        f"http://cds.example/cds-services/{VIEW}",
        f"http://localhost/cds-services/{VIEW}",
        f"https://cds.example@evil.example/cds-services/{VIEW}",
        f"https://user@cds.example/cds-services/{VIEW}",
        f"https:///cds.example/cds-services/{VIEW}",
        f"/cds-services/{VIEW}",
        VIEW,
        "*",
        ["https://other.example"],
        [f"{PUBLIC}/cds-services/{VIEW}"] * 21,
    ],
)
def test_2_0_at_196_aud_of_another_endpoint_is_refused(production: FlaskClient, ehr: SigningEhr, audience: Any) -> None:
    assert_bare(post(production, ehr.token(f"/{VIEW}", aud=audience)))


def test_the_public_url_counts_and_not_what_the_host_header_says(
    produce: Callable[..., FlaskClient], ehr: SigningEhr
) -> None:
    client = produce(settings={"public_url": "https://gateway.example:8443/api/cds/"})
    aud = f"https://gateway.example:8443/api/cds/cds-services/{VIEW}"
    assert post(client, ehr.token(f"/{VIEW}", aud=aud)).status_code == 200
    headers = {**ehr.bearer(f"/{VIEW}", aud=f"https://evil.example/cds-services/{VIEW}"), "Host": "evil.example"}
    assert_bare(client.post(f"/cds-services/{VIEW}", json=call(), headers=headers))


@pytest.mark.parametrize("issuer", ["https://ehr.example/oauth2/", "https://EHR.example/oauth2", "https://ehr.example"])
def test_2_0_at_195_an_issuer_is_the_one_registered_to_the_letter(
    production: FlaskClient, ehr: SigningEhr, issuer: str
) -> None:
    ehr.issuer = issuer
    line = refusal(production, ehr.token(f"/{VIEW}"))
    assert (line["reason"], line["iss"]) == ("issuer-unknown", issuer)


@pytest.mark.parametrize(
    "jku",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:8500/v1/kv",
        "https://evil.example/jwks.json",
        "file:///etc/passwd",
        "https://ehr.example/jwks.json#x",
        "",
        None,
        7,
    ],
)
def test_2_0_at_195_a_jku_that_is_not_registered_is_refused_and_never_fetched(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, jku: Any
) -> None:
    client = produce(jwks_file=None, jwks_url="https://ehr.example/jwks.json")
    head = segment({"alg": "ES384", "typ": "JWT", "kid": KID, "jku": jku})
    _, payload, signature = ehr.token(f"/{VIEW}").split(".")
    with responses.RequestsMock() as network:
        line = refusal(client, f"{head}.{payload}.{signature}")
        assert line["reason"] == "jku-not-registered"
        assert len(network.calls) == 0


def test_2_0_at_185_a_jku_that_is_registered_is_let_in(produce: Callable[..., FlaskClient], ehr: SigningEhr) -> None:
    where = "https://ehr.example/jwks.json"
    client = produce(jwks_file=None, jwks_url=where)
    with responses.RequestsMock() as network:
        network.get(where, json={"keys": [public_jwk()]})
        for _ in range(3):
            assert post(client, ehr.token(f"/{VIEW}", header={"jku": where})).status_code == 200
        assert len(network.calls) == 1


def test_a_storm_of_unknown_kids_costs_one_fetch(produce: Callable[..., FlaskClient], ehr: SigningEhr) -> None:
    where = "https://ehr.example/jwks.json"
    client = produce(jwks_file=None, jwks_url=where)
    with responses.RequestsMock() as network:
        network.get(where, json={"keys": [public_jwk()]})
        reasons = {refusal(client, ehr.token(f"/{VIEW}", header={"kid": f"kid-{n}"}))["reason"] for n in range(50)}
        assert reasons == {"kid-unknown"}
        assert post(client, ehr.token(f"/{VIEW}")).status_code == 200
        assert len(network.calls) == 1


@pytest.mark.parametrize("kid", [None, "", 7, "x" * 300, "a b", ["key-1"]])
def test_2_0_at_182_kid_is_required(production: FlaskClient, ehr: SigningEhr, kid: Any) -> None:
    head = {"alg": "ES384", "typ": "JWT", "kid": kid}
    _, payload, signature = ehr.token(f"/{VIEW}").split(".")
    head = {name: value for name, value in head.items() if value is not None}
    assert refusal(production, f"{segment(head)}.{payload}.{signature}")["reason"] == "token-malformed"


@pytest.mark.parametrize("kind", [None, "at+jwt", "JOSE", 7])
def test_2_0_at_183_typ_is_jwt(production: FlaskClient, ehr: SigningEhr, kind: Any) -> None:
    head = {"alg": "ES384", "kid": KID} | ({} if kind is None else {"typ": kind})
    _, payload, signature = ehr.token(f"/{VIEW}").split(".")
    assert refusal(production, f"{segment(head)}.{payload}.{signature}")["reason"] == "token-malformed"


@pytest.mark.parametrize(
    ("name", "value"),
    [("jwk", public_jwk(number=2)), ("x5u", "https://evil.example/cert"), ("crit", ["exp"]), ("b64", False)],
)
def test_a_token_brings_no_key_and_no_rules_of_its_own(
    production: FlaskClient, ehr: SigningEhr, name: str, value: Any
) -> None:
    ehr.number = 2
    head = segment({"alg": "ES384", "typ": "JWT", "kid": KID, name: value})
    _, payload, signature = ehr.token(f"/{VIEW}").split(".")
    assert refusal(production, f"{head}.{payload}.{signature}")["reason"] in {"header-not-allowed", "token-malformed"}


def test_keys_of_one_kid_are_each_tried(produce: Callable[..., FlaskClient], ehr: SigningEhr) -> None:
    """A set that names a stranger's key, a symmetric key and an RSA key alike does not lock the client out."""
    strange = {"kty": "oct", "k": segment(b"secret" * 8), "kid": KID}
    client = produce(public_jwk(number=2), strange, public_jwk("RS384"), public_jwk())
    assert post(client, ehr.token(f"/{VIEW}")).status_code == 200
    ehr.algorithm = "RS384"
    assert post(client, ehr.token(f"/{VIEW}")).status_code == 200
    ehr.algorithm, ehr.number = "ES384", 3
    assert refusal(client, ehr.token(f"/{VIEW}"))["reason"] == "signature-wrong"


def test_a_huge_token_is_refused_by_its_size(production: FlaskClient, ehr: SigningEhr) -> None:
    assert refusal(production, ehr.token(f"/{VIEW}", padding="x" * 9000))["reason"] == "token-too-large"


def test_2_0_at_193_a_token_counts_once(production: FlaskClient, ehr: SigningEhr) -> None:
    token = ehr.token(f"/{VIEW}")
    assert post(production, token).status_code == 200
    line = refusal(production, token)
    assert line["reason"] == "replayed"


def test_a_jti_counts_once_for_its_issuer_even_in_another_token(production: FlaskClient, ehr: SigningEhr) -> None:
    assert post(production, ehr.token(f"/{VIEW}", jti="one")).status_code == 200
    assert refusal(production, ehr.token(f"/{SIGN}", jti="one"), f"/{SIGN}")["reason"] == "replayed"


def test_a_token_that_is_refused_is_not_used_up(production: FlaskClient, ehr: SigningEhr) -> None:
    """Otherwise anyone who guesses the next id could lock the client out."""
    stranger = SigningEhr(ehr.now, number=2)
    assert_bare(post(production, stranger.token(f"/{VIEW}", jti="next")))
    assert post(production, ehr.token(f"/{VIEW}", jti="next")).status_code == 200


def test_a_call_refused_for_its_rate_uses_up_no_token(produce: Callable[..., FlaskClient], ehr: SigningEhr) -> None:
    client = produce(settings={"rate_limit": 1})
    assert post(client, ehr.token(f"/{VIEW}")).status_code == 200
    token = ehr.token(f"/{VIEW}")
    assert post(client, token).status_code == 429
    assert post(produce(), token).status_code == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": b"{" + b" " * 10_000 + b"}", "content_type": "application/json"}, 413),
        ({"data": b"{}", "content_type": "text/plain"}, 415),
        ({"data": b"no gzip", "content_type": "application/json", "headers": {"Content-Encoding": "gzip"}}, 400),
    ],
)
@pytest.mark.parametrize("route", ["", "/feedback"])
def test_a_call_whose_body_is_not_taken_uses_up_no_token(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, sent: dict[str, Any], status: int, route: str
) -> None:
    client = produce(settings={"body_limit": 5_000})
    path = f"/{VIEW}{route}"
    token = ehr.token(path)
    headers = {"Authorization": f"Bearer {token}", **sent.get("headers", {})}
    assert client.post(f"/cds-services{path}", **{**sent, "headers": headers}).status_code == status
    body = {"feedback": []} if route else None
    assert post(produce(), token, path, body).status_code == 200


def test_while_the_store_cannot_be_written_a_call_is_refused_and_needs_a_new_token(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, tmp_path: Path
) -> None:
    first, second = produce(), produce()
    token = ehr.token(f"/{VIEW}")
    with closing(sqlite3.connect(tmp_path / "store.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for worker in (first, second):
            response = post(worker, token)
            assert assert_error(response, 503, says="new token", origin=None)["code"] == "transient"
            assert int(response.headers["Retry-After"]) > 0
    assert post(first, token).status_code == 401
    assert post(first, ehr.token(f"/{VIEW}")).status_code == 200


@pytest.mark.parametrize(
    ("tenants", "tenant", "status"),
    [
        (["main"], "main", 200),
        (["main"], "other", 403),
        (["main"], None, 403),
        (["main"], "MAIN", 403),
        ([], None, 200),
        ([], "main", 403),
        (["main"], 7, 401),
        (["main"], "a b", 401),
    ],
)
def test_2_0_at_194_a_tenant_that_is_not_registered_may_not_call(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, tenants: list[str], tenant: Any, status: int
) -> None:
    response = post(produce(tenants=tenants), ehr.token(f"/{VIEW}", tenant=tenant))
    assert response.status_code == status
    if status == 403:
        assert assert_error(response, 403, origin=None)["code"] == "forbidden"


def test_a_refused_tenant_is_told_to_the_log_and_its_token_may_come_again(
    produce: Callable[..., FlaskClient], ehr: SigningEhr
) -> None:
    client = produce(tenants=["main"])
    token = ehr.token(f"/{VIEW}", tenant="other", jti="j-1")
    for _ in range(2):
        with capture_logs() as logged:
            post(client, token)
        [line] = logged
        assert (line["status"], line["reason"]) == (403, "tenant-not-allowed")
        assert (line["tenant"], line["jti"]) == ("other", "j-1")


def test_only_sane_claims_reach_the_log(production: FlaskClient, ehr: SigningEhr) -> None:
    ehr.number = 2
    token = ehr.token(f"/{VIEW}", jti="a\nb", tenant="x" * 300, sub="secret", patient="secret")
    line = refusal(production, token)
    assert not {"jti", "tenant", "sub"} & set(line)
    assert "secret" not in str(line)


@pytest.mark.parametrize("audience", [f"/{VIEW}/feedback", f"/{VIEW}"])
def test_feedback_takes_a_token_for_its_own_url_or_the_services(
    production: FlaskClient, ehr: SigningEhr, audience: str
) -> None:
    response = post(production, ehr.token(audience), f"/{VIEW}/feedback", {"feedback": []})
    assert response.get_json() == {"stored": 0}


@pytest.mark.parametrize("audience", [f"/{SIGN}/feedback", f"/{SIGN}", ""])
def test_feedback_takes_no_token_for_something_else(production: FlaskClient, ehr: SigningEhr, audience: str) -> None:
    assert refusal(production, ehr.token(audience), f"/{VIEW}/feedback")["reason"] == "audience-wrong"


def test_discovery_is_open_unless_it_asks_for_a_token(production: FlaskClient) -> None:
    assert len(production.get("/cds-services").get_json()["services"]) == len(SERVICES)


def test_discovery_with_a_token(produce: Callable[..., FlaskClient], ehr: SigningEhr) -> None:
    client = produce(settings={"discovery_token": True})
    assert_bare(client.get("/cds-services"))
    assert_bare(client.get("/cds-services", headers=ehr.bearer(f"/{VIEW}")))
    assert client.get("/cds-services", headers=ehr.bearer("")).status_code == 200
    assert client.get("/cds-services/", headers=ehr.bearer("/")).status_code == 200


@pytest.mark.parametrize("path", ["", f"/{VIEW}", f"/{VIEW}/feedback"])
def test_2_0_at_208_a_preflight_needs_no_token_and_a_refusal_may_be_read_by_the_browser(
    produce: Callable[..., FlaskClient], path: str
) -> None:
    client = produce(settings={"allowed_origins": [ORIGIN], "discovery_token": True})
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    answer = client.options(f"/cds-services{path}", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    method = "POST" if path else "GET"
    refused = client.open(f"/cds-services{path}", method=method, headers={"Origin": ORIGIN})
    assert_bare(refused)
    assert refused.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_in_production_no_browser_may_call_unless_its_origin_is_set(production: FlaskClient, ehr: SigningEhr) -> None:
    response = post(production, ehr.token(f"/{VIEW}"))
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers


def test_every_route_that_takes_data_asks_for_a_token(production: FlaskClient) -> None:
    """Also for an unknown service, so that a stranger does not learn which services exist."""
    rules = [rule for rule in production.application.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert rules
    for rule in rules:
        for service in (*SERVICES, "unknown", "%2e%2e"):
            assert_bare(production.post(rule.rule.replace("<service_id>", service), json=call()))


def test_a_known_caller_learns_that_a_service_is_not_there(production: FlaskClient, ehr: SigningEhr) -> None:
    assert post(production, ehr.token("/unknown"), "/unknown").status_code == 404


def test_demo_mode_ignores_bearer_tokens(client: FlaskClient, ehr: SigningEhr) -> None:
    for header in ("Bearer not.a.token", f"Bearer {ehr.token('/x', aud='y')}", "Basic eA==", ""):
        response = client.post(f"/cds-services/{VIEW}", json=call(), headers={"Authorization": header})
        assert response.get_json()["cards"] == []


def test_a_call_is_logged_with_its_client_and_token_id(production: FlaskClient, ehr: SigningEhr) -> None:
    with capture_logs() as logged:
        post(production, ehr.token(f"/{VIEW}", jti="j-9"))
    [line] = logged
    assert (line["client"], line["iss"], line["jti"]) == ("north", ehr.issuer, "j-9")
    assert line["hook_instance"] == INSTANCE
