"""The client table: every problem is reported at once, with file and key."""

import json
from pathlib import Path
from typing import Any

import pytest
from signing import FHIR, ISSUER, client_table, key_set, private_key, public_jwk, segment

from cds_service.errors import ClientsError
from cds_service.trust.clients import load_clients, parse_public_url
from cds_service.trust.dialect_config import DialectName

SANDBOX_KEY = {  # public in several repositories, as is its private half
    "kty": "EC",
    "crv": "P-384",
    "x": "dw_JGR8nB2I6XveNxUOl2qk699ZPLM2nYI5STSdiEl9avAkrm3CkfYMbrrjr8laB",
    "y": "Sm3mLE-n1zYNla_aiE3cb3nZsL51RbC7ysw3q8aJLxGm-hx79RPMYpITDjp7kgzy",
}


def problems(path: Path) -> list[str]:
    with pytest.raises(ClientsError) as refused:
        load_clients(path)
    return [str(problem) for problem in refused.value.problems]


def test_a_client_with_every_key(tmp_path: Path) -> None:
    path = client_table(
        tmp_path,
        jku="https://ehr.example/jwks.json?p=1",
        tenants=["main"],
        algorithms=["RS256", "ES384"],
        silent=True,
        frame_ancestors=["https://ehr.example"],
        exempt_roles=["https://ehr.example/roles|ORTHO"],
        allow_private_fhir=True,
    )
    with path.open("a", encoding="utf-8") as file:
        file.write('[client.dialect]\nname = "epic"\nselection_behavior = "any"\nlinks = false\n')
        file.write('[client.dialect.order_codes]\nlumbar-mri = { system = "urn:site", code = "77", display = "MRI" }\n')
    [client] = load_clients(path)
    assert (client.id, client.issuer, client.jku) == ("north", ISSUER, "https://ehr.example/jwks.json?p=1")
    assert (client.jwks_file, client.jwks_url) == (tmp_path / "keys.json", None)
    assert (client.tenants, client.algorithms) == ({"main"}, {"RS256", "ES384"})
    assert (client.is_silent, client.exempt_roles) == (True, {"https://ehr.example/roles|ORTHO"})
    assert client.frame_ancestors == {"https://ehr.example"}
    assert client.fhir_servers.may_read(FHIR)
    assert client.fhir_servers.allows_private(FHIR)
    options = client.dialect.options
    assert client.dialect.name is DialectName.EPIC
    assert (options.selection_behavior, options.links, options.detail) == ("any", False, None)
    assert options.order_codes["lumbar-mri"].code == "77"


def test_what_is_left_out_is_strict(tmp_path: Path) -> None:
    path = client_table(tmp_path, jwks_file=None, jwks_url="https://ehr.example/jwks.json", fhir_servers=None)
    [client] = load_clients(path)
    assert client.algorithms == {"ES384", "RS384"}
    assert client.jku == "https://ehr.example/jwks.json"
    assert not client.fhir_servers.may_read(FHIR)
    assert not client.is_silent
    assert client.dialect.name is DialectName.STANDARD


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"id": None}, "client.1.id: is required"),
        ({"id": "North"}, "client.North.id: "),
        ({"id": "a/b"}, "client.a/b.id: "),
        ({"issuer": None}, "client.north.issuer: is required"),
        ({"issuer": "https://ehr.example /x"}, "client.north.issuer: "),
        ({"issuer": "https://sandbox.cds-hooks.org"}, "client.north.issuer: the public sandbox is never trusted"),
        ({"issuer": "HTTPS://Sandbox.CDS-Hooks.org:443/"}, "client.north.issuer: the public sandbox is never trusted"),
        ({"jwks_file": None}, "client.north.jwks_url: exactly one of jwks_url and jwks_file is required"),
        ({"jwks_url": "https://ehr.example/jwks"}, "client.north.jwks_url: exactly one of jwks_url and jwks_file"),
        ({"jwks_file": None, "jwks_url": "http://ehr.example/jwks"}, "client.north.jwks_url: must be an https URL"),
        ({"jwks_file": None, "jwks_url": "https://u:p@ehr.example/jwks"}, "client.north.jwks_url: must be an https"),
        ({"jwks_file": None, "jwks_url": "https://ehr.example/jwks?x=#y"}, "client.north.jwks_url: must be an https"),
        (
            {"jwks_file": None, "jwks_url": "https://sandbox.cds-hooks.org/.well-known/jwks.json"},
            "client.north.jwks_url: the public sandbox is never trusted",
        ),
        ({"jku": "http://ehr.example/jwks"}, "client.north.jku: must be an https URL"),
        ({"jwks_file": "none.json"}, "client.north.jwks_file: No such file"),
        ({"jwks_file": "clients.toml"}, "client.north.jwks_file: is not JSON"),
        ({"algorithms": ["HS256"]}, "client.north.algorithms.0: Input should be 'ES384'"),
        ({"algorithms": ["none"]}, "client.north.algorithms.0: "),
        ({"algorithms": []}, "client.north.algorithms: "),
        ({"algorithms": ["RS384"]}, "client.north.jwks_file: has no public key with a kid for RS384"),
        ({"fhir_servers": ["http://ehr.example/fhir"]}, "client.north.fhir_servers.0: must be https"),
        ({"fhir_servers": [FHIR, "ehr.example"]}, "client.north.fhir_servers.1: must be an https URL"),
        ({"fhir_servers": ["https://ehr.example/a/../b"]}, "client.north.fhir_servers.0: must be an https URL"),
        ({"fhir_servers": ["http://127.0.0.1/fhir"]}, "client.north.fhir_servers.0: must be https"),
        (
            {"fhir_servers": ["http://10.0.0.1/fhir"], "allow_insecure_fhir": True},
            "client.north.fhir_servers.0: must be https; http is only for this machine",
        ),
        ({"fhir_servers": ["https://10.0.0.1/fhir"]}, "client.north.fhir_servers.0: is a private address"),
        ({"fhir_servers": ["https://169.254.169.254/"]}, "client.north.fhir_servers.0: is a private address"),
        ({"fhir_servers": "https://ehr.example"}, "client.north.fhir_servers: Input should be a valid list"),
        ({"tenants": [""]}, "client.north.tenants.0: "),
        ({"silent": "yes"}, "client.north.silent: Input should be a valid boolean"),
        ({"silent": 1}, "client.north.silent: Input should be a valid boolean"),
        ({"exempt_role": ["x"]}, "client.north.exempt_role: is not a known key (did you mean exempt_roles?)"),
        ({"secret": "x"}, "client.north.secret: is not a known key"),
    ],
)
def test_what_is_wrong_is_refused_with_file_and_key(tmp_path: Path, changed: dict[str, Any], says: str) -> None:
    found_problems = problems(client_table(tmp_path, **changed))
    assert any(problem.startswith(f"clients.toml: {says}") for problem in found_problems), found_problems


@pytest.mark.parametrize(
    ("dialect", "says"),
    [
        ('name = "cerner"', "name: must be one of standard, epic, oracle, sandbox"),
        ("name = 7", "name: must be one of standard"),
        ('detail = "html"', "detail: "),
        ('selection_behavior = "all"', "selection_behavior: "),
        ("selection_behaviour = 'any'", "selection_behaviour: is not a known key (did you mean selection_"),
        ("links = 'no'", "links: "),
        ("order_codes = { x = { code = '1' } }", "order_codes.x.system: is required"),
    ],
)
def test_a_dialect_is_checked_as_strictly(tmp_path: Path, dialect: str, says: str) -> None:
    path = client_table(tmp_path)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"[client.dialect]\n{dialect}\n")
    [problem] = problems(path)
    assert problem.startswith(f"clients.toml: client.north.dialect.{says}")


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    changed = {"issuer": "https://sandbox.cds-hooks.org", "jwks_file": "no.json", "fhir_servers": ["http://a.example"]}
    found_problems = problems(client_table(tmp_path, **changed))
    assert [problem.split(": ")[1] for problem in found_problems] == [
        "client.north.fhir_servers.0",
        "client.north.issuer",
        "client.north.jwks_file",
    ]


@pytest.mark.parametrize(("changed", "key"), [({"id": "south"}, "issuer"), ({"issuer": "https://south.example"}, "id")])
def test_ids_and_issuers_are_unique(tmp_path: Path, changed: dict[str, str], key: str) -> None:
    path = client_table(tmp_path)
    first = path.read_text(encoding="utf-8")
    path.write_text(first + client_table(tmp_path, **changed).read_text(encoding="utf-8"), encoding="utf-8")
    [problem] = problems(path)
    assert problem.startswith(f"clients.toml: client: {key} ")
    assert problem.endswith("is used by 2 clients")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "clients.toml: client: is required"),
        ("client = []", "clients.toml: client: "),
        ("client = 7", "clients.toml: client: "),
        ("client = [7]", "clients.toml: client.1: "),
        ("[[clients]]\nid = 'x'", "clients.toml: client: is required"),
        ("[[client]]\nid = 'x'\nid = 'y'", "clients.toml: is not valid TOML"),
    ],
)
def test_a_file_of_another_shape_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "clients.toml"
    path.write_text(text, encoding="utf-8")
    assert any(problem.startswith(says) for problem in problems(path))


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    assert problems(tmp_path / "clients.toml") == [f"{tmp_path / 'clients.toml'}: No such file or directory"]
    (tmp_path / "clients.toml").write_bytes(b"\xff\xfe")
    assert problems(tmp_path / "clients.toml")[0].startswith("clients.toml: is not valid TOML")


def test_plain_http_is_only_for_this_machine_and_only_if_allowed(tmp_path: Path) -> None:
    bases = ["http://127.0.0.1:9000/fhir", "http://localhost:9000/fhir", "https://127.0.0.1/fhir"]
    [client] = load_clients(client_table(tmp_path, fhir_servers=bases, allow_insecure_fhir=True))
    assert all(client.fhir_servers.may_read(base) and client.fhir_servers.allows_private(base) for base in bases)


def _secret_half(key: Any) -> dict[str, Any]:
    return {**public_jwk(), "d": segment(key.private_numbers().private_value.to_bytes(48, "big"))}


@pytest.mark.parametrize(
    "key",
    [
        {**SANDBOX_KEY, "kid": "under-another-name"},
        {"kty": "oct", "k": segment(b"x" * 48), "kid": "k"},
        public_jwk(use="enc"),
        public_jwk(alg="ES256"),
        {**public_jwk(), "key_ops": ["encrypt"]},
        {**public_jwk(), "key_ops": "verify"},
        {**public_jwk(), "kid": None},
        {**public_jwk(), "y": public_jwk()["x"]},
        {**public_jwk(), "x": 7},
        {**public_jwk(), "crv": "P-256"},
        {name: value for name, value in public_jwk().items() if name != "kid"},
        "no key",
        None,
    ],
)
def test_an_unusable_key_is_rejected(tmp_path: Path, key: Any) -> None:
    path = client_table(tmp_path)
    (tmp_path / "keys.json").write_bytes(key_set(key))
    assert problems(path) == [
        "clients.toml: client.north.jwks_file: has no public key with a kid for ES384, RS384",
    ]


def test_a_key_whose_private_half_is_public_is_rejected(tmp_path: Path) -> None:
    path = client_table(tmp_path)
    (tmp_path / "keys.json").write_bytes(key_set(_secret_half(private_key())))
    assert "has no public key" in problems(path)[0]


@pytest.mark.parametrize(
    "data", ["[]", "{}", '{"keys": {}}', '{"keys": []}', "[" * 10_000, json.dumps({"keys": [1] * 101})]
)
def test_a_key_file_that_is_no_key_set_is_refused(tmp_path: Path, data: str) -> None:
    path = client_table(tmp_path)
    (tmp_path / "keys.json").write_text(data, encoding="utf-8")
    assert problems(path)[0].startswith("clients.toml: client.north.jwks_file: ")


@pytest.mark.parametrize(
    "url", [None, "", "cds.example", "http://cds.example", "https://cds.example?x=1", "https://u@x"]
)
def test_a_public_url_is_https_and_plain(url: str | None) -> None:
    assert parse_public_url(url) is None


def ordered(folder: Path, **code: str) -> Path:
    path = client_table(folder)
    fields = {"system": "urn:site", "code": "77", **code}
    row = ", ".join(f"{key} = {json.dumps(value)}" for key, value in fields.items())
    with path.open("a", encoding="utf-8") as file:
        file.write(f"[client.dialect.order_codes]\nlumbar-mri-without-contrast = {{ {row} }}\n")
    return path


@pytest.mark.parametrize(
    "display",
    [
        "",
        " MRI",
        "MRI ",
        "x" * 121,
        "MRI\nof the spine",
        "MRI\u0000",
        "MRI \u202espine",
        "M\u200bRI",
        "<b>MRI</b>",
        "[MRI](https://elsewhere.example)",
        "**MRI**",
        "`MRI`",
        "# MRI",
        "a | b",
        "MRI_spine_",
        "MRI \\ spine",
    ],
)
def test_an_orders_display_is_short_plain_and_on_one_line(tmp_path: Path, display: str) -> None:
    [problem] = problems(ordered(tmp_path, display=display))
    assert problem.startswith(
        "clients.toml: client.north.dialect.order_codes.lumbar-mri-without-contrast.display: must"
    )
    assert display not in problem or not display


@pytest.mark.parametrize(
    "display", ["MRI L-Spine w/o contrast (72148)", "IRM du rachis, sans produit: 1,5 T", "腰椎MRI"]
)
def test_an_orders_display_may_be_what_sites_call_their_orders(tmp_path: Path, display: str) -> None:
    [client] = load_clients(ordered(tmp_path, display=display))
    assert client.dialect.options.order_codes["lumbar-mri-without-contrast"].display == display


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("system", "site"),
        ("system", "urn:a b"),
        ("system", "https://ehr.example/<b>"),
        ("system", f"urn:{'x' * 252}"),
        ("code", ""),
        ("code", " 77"),
        ("code", "7  7"),
        ("code", "7\n7"),
        ("code", "<7>"),
        ("code", "7" * 256),
    ],
)
def test_an_orders_code_is_one_that_fhir_can_carry(tmp_path: Path, key: str, value: str) -> None:
    [problem] = problems(ordered(tmp_path, **{key: value}))
    assert problem.startswith(f"clients.toml: client.north.dialect.order_codes.lumbar-mri-without-contrast.{key}: must")


@pytest.mark.parametrize(
    "origin",
    [
        "http://ehr.example",
        "https://ehr.example/",
        "https://ehr.example/app",
        "https://*.example",
        "https://EHR.example",
        "https://ehr.example; script-src *",
        "https://ehr.example https://evil.example",
        "*",
        "'self'",
        "https://ehr.example\r\nX: y",
        "https://ehr.example:443",
    ],
)
def test_what_may_frame_the_pages_is_an_exact_https_origin(tmp_path: Path, origin: str) -> None:
    [problem] = problems(client_table(tmp_path, frame_ancestors=[origin]))
    assert "frame_ancestors" in problem
    assert "must be an https origin" in problem
