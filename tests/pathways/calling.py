"""Calls of the complete service over HTTP, with a fixed clock and sequential uuids."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flask import Flask
from werkzeug.test import TestResponse

import cds_service.content_loading
from cds_service.app import build_app
from cds_service.ehr.prefetch_templates import PrefetchKey, build_prefetch_keys
from cds_service.settings import Settings
from tests.closed_at_end import close_at_end
from tests.liveness import LIVENESS_S
from tests.made_once import PARTS, make_once, read_once
from tests.shipped import shipped_knowledge

from .ehr import Ehr
from .scenarios import Scenario


def counting_uuids() -> Callable[[], str]:
    """Return a factory of sequential uuids, so that complete responses can be compared."""
    numbers = count(1)
    return lambda: f"00000000-0000-4000-8000-{next(numbers):012d}"


@contextmanager
def service_for(scenario: Scenario, folder: Path, *fhir_servers: str) -> Iterator[Flask]:
    """Run the service on the day of the scenario, with its own store in `folder`, and stop its threads at the end.

    It may read the open SMART servers and these.
    """
    settings = Settings(
        database=f"sqlite:///{folder / f'{scenario.name}.sqlite3'}",
        hash_key="pathways-pathways",
        fhir_deadline=LIVENESS_S,
        call_deadline=LIVENESS_S,
        demo_fhir_servers=list(fhir_servers),
    )
    with ExitStack() as opened:
        opened.enter_context(
            patch.object(cds_service.content_loading, "load_knowledge", read_once(shipped_knowledge()))
        )
        for module, name in PARTS:
            opened.enter_context(patch.object(module, name, make_once(getattr(module, name))))
        close_at_end(opened)
        yield build_app(settings, clock=lambda: scenario.now, uuid_factory=counting_uuids())


def call(scenario: Scenario, folder: Path, body: dict[str, Any]) -> TestResponse:
    """Return the service's response to a body, on the day of the scenario."""
    # Not `json=`: Flask would sort the members, and an `update` returns the caller's order unchanged.
    text = json.dumps(body)
    local = [base for base in [body.get("fhirServer", "")] if base.startswith("http://127.0.0.1:")]
    with service_for(scenario, folder, *local) as service:
        return service.test_client().post(
            f"/cds-services/{scenario.service}", data=text, content_type="application/json"
        )


@cache
def our_keys() -> tuple[PrefetchKey, ...]:
    """Return the prefetch keys that the service asks for."""
    knowledge = shipped_knowledge()
    return build_prefetch_keys(knowledge.content, knowledge.terminology)


def prefetched(scenario: Scenario) -> dict[str, Any]:
    """Return the prefetch that an EHR would send. A key that was null stays null if nothing is found for it."""
    ehr = Ehr(scenario.server)
    previous = scenario.request["prefetch"]
    visit = scenario.request["context"].get("encounterId")
    queries = {key.name: key.build_query(scenario.patient_id, visit) for key in our_keys()}
    found = {name: ehr.answer(query) for name, query in queries.items() if query is not None}
    return {
        name: None if name in previous and previous[name] is None and answer.get("total") == 0 else answer
        for name, answer in found.items()
    }


def by_fallback(scenario: Scenario, base: str, token: str | None = None) -> dict[str, Any]:
    """Return the request of an EHR that prefetches nothing and lets the service read from `base`."""
    body = {name: value for name, value in scenario.request.items() if name != "prefetch"} | {"fhirServer": base}
    if token is None:
        return body
    granted = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.read",
        "subject": "hip-spine-cds",
        "patient": scenario.patient_id,
    }
    return body | {"fhirAuthorization": granted}
