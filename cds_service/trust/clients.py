"""Loads the client table and reports every problem in it with file and key."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from cds_service.errors import ClientsError, Problem
from cds_service.trust.caller import AllowedFhirServers
from cds_service.trust.dialect_config import DialectConfig, DialectOptions, OrderCode
from cds_service.trust.keys import SANDBOX_HOST, KeysRefused, parse_key_set
from cds_service.trust.schema import ClientsFile, ClientTable, DialectTable, SuppressionTable
from cds_service.trust.suppression_config import SuppressionConfig
from cds_service.trust.urls import Url, parse_url


@dataclass(frozen=True, slots=True)
class Client:
    """A client. Its keys are at `jwks_url` or in `jwks_file`; `jku` is the key URL that its tokens may name, if any.

    `frame_ancestors`: origins whose pages may show our about page in a frame.
    """

    id: str
    issuer: str
    jwks_url: str | None
    jwks_file: Path | None
    jku: str | None
    fhir_servers: AllowedFhirServers
    tenants: frozenset[str]
    algorithms: frozenset[str]
    is_silent: bool
    frame_ancestors: frozenset[str]
    exempt_roles: frozenset[str]
    dialect: DialectConfig
    suppression: SuppressionConfig


def load_clients(path: Path) -> tuple[Client, ...]:
    """Load the clients of a file, in its order. The path of a `jwks_file` is relative to its folder.

    Raises:
        ClientsError: with every problem.
    """
    tables = _load_tables(path)
    problems = [
        Problem(path.name, f"client.{table.id}.{key}", text)
        for table in tables
        for key, text in _find_problems(table, path.parent)
    ]
    problems += [Problem(path.name, "client", text) for text in _find_duplicates(tables)]
    if problems:
        raise ClientsError(problems)
    return tuple(_build_client(table, path.parent) for table in tables)


def _load_tables(path: Path) -> list[ClientTable]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ClientsError([Problem(str(path), "", str(error.strerror))]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ClientsError([Problem(path.name, "", f"is not valid TOML: {error}")]) from None
    try:
        return ClientsFile.model_validate(document).client
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise ClientsError([_to_problem(path.name, document, detail) for detail in details]) from None


def _to_problem(file: str, document: dict[str, Any], detail: Any) -> Problem:
    location = list(detail["loc"])
    if len(location) > 1 and isinstance(location[1], int):  # name the client by its id rather than its number
        table, number = document["client"][location[1]], location[1] + 1
        location[1] = table.get("id", number) if isinstance(table, dict) else number
    key = ".".join(str(part) for part in location)
    match detail["type"]:
        case "extra_forbidden":
            known = [*ClientTable.model_fields, *DialectTable.model_fields, *SuppressionTable.model_fields]
            matches = get_close_matches(str(detail["loc"][-1]), known, 1)
            text = "is not a known key" + (f" (did you mean {matches[0]}?)" if matches else "")
        case "missing":
            text = "is required"
        case _:
            text = str(detail["msg"]).removeprefix("Value error, ")
    return Problem(file, key, text)


def _find_problems(table: ClientTable, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the problems of one client, each with its key."""
    if (table.jwks_url is None) is (table.jwks_file is None):
        yield "jwks_url", "exactly one of jwks_url and jwks_file is required"
    for key in ("issuer", "jwks_url", "jku"):
        if SANDBOX_HOST in str(getattr(table, key) or "").lower():
            yield key, "the public sandbox is never trusted: its private key is public"
    if table.jwks_file:
        yield from _find_key_file_problems(folder / table.jwks_file, frozenset(table.algorithms))
    for number, base in enumerate(table.fhir_servers):
        if text := _find_server_problem(base, table):
            yield f"fhir_servers.{number}", text


def _find_key_file_problems(path: Path, algorithms: frozenset[str]) -> Iterator[tuple[str, str]]:
    try:
        parse_key_set(path.read_bytes(), algorithms)
    except OSError as error:
        yield "jwks_file", str(error.strerror)
    except KeysRefused as error:
        yield "jwks_file", str(error)


def _find_server_problem(base_url: str, table: ClientTable) -> str | None:
    url = parse_url(base_url)
    if url is None:
        return "must be an https URL without user, query, fragment, `%` or dot segments"
    is_local = table.allow_insecure_fhir and url.is_loopback
    if url.scheme != "https" and not is_local:
        return "must be https; http is only for this machine, with allow_insecure_fhir = true"
    if url.address and not url.address.is_global and not (is_local or table.allow_private_fhir):
        return "is a private address, which needs allow_private_fhir = true"
    return None


def _find_duplicates(tables: list[ClientTable]) -> Iterator[str]:
    for key in ("id", "issuer"):
        counts = Counter(getattr(table, key) for table in tables)
        yield from (f"{key} {value} is used by {count} clients" for value, count in counts.items() if count > 1)


def _build_client(table: ClientTable, folder: Path) -> Client:
    bases = tuple(url for base in table.fhir_servers if (url := parse_url(base)))
    return Client(
        id=table.id,
        issuer=table.issuer,
        jwks_url=table.jwks_url,
        jwks_file=folder / table.jwks_file if table.jwks_file else None,
        jku=table.jku or table.jwks_url,
        fhir_servers=AllowedFhirServers(bases, is_private_allowed=table.allow_private_fhir, is_open=table.open),
        tenants=frozenset(table.tenants),
        algorithms=frozenset(table.algorithms),
        is_silent=table.silent,
        frame_ancestors=frozenset(table.frame_ancestors),
        exempt_roles=frozenset(table.exempt_roles),
        dialect=_build_dialect_config(table.dialect),
        suppression=SuppressionConfig(**table.suppression.model_dump()),
    )


def _build_dialect_config(table: DialectTable) -> DialectConfig:
    codes = {order: OrderCode(code.system, code.code, code.display) for order, code in table.order_codes.items()}
    options = DialectOptions(
        one_action_per_suggestion=table.one_action_per_suggestion,
        selection_behavior=table.selection_behavior,
        order_codes=MappingProxyType(codes),
        detail=table.detail,
        links=table.links,
        system_actions=table.system_actions,
        qcdsm=table.qcdsm,
    )
    return DialectConfig(table.name, options)


def parse_public_url(public_url: str | None) -> Url | None:
    """Return the public URL in its comparable form, or None if it is missing or not an https URL."""
    url = parse_url(public_url) if public_url else None
    return url if url and url.scheme == "https" else None
