"""Builds the hook request of `try`, as an EHR would send it."""

import json
from typing import Any, NamedTuple
from uuid import uuid4

import click

_SNOMED_CT = "http://snomed.info/sct"
_SIDE_CODES = {"left": "7771000", "right": "24028007"}


class TryOrder(NamedTuple):
    """An imaging order to try."""

    code: str
    side: str | None
    reason: str | None


def build_hook_request(
    fhir_base: str, patient_id: str, token: str | None, hook: str | None, order: TryOrder | None
) -> bytes:
    """Build a request about a patient of the FHIR server at `fhir_base`, without prefetch: everything is fetched."""
    hook = hook or ("order-sign" if order else "patient-view")
    if (hook == "patient-view") is (order is not None):
        raise click.UsageError("--order goes with the hooks order-select and order-sign, which need it")
    context: dict[str, Any] = {"userId": "Practitioner/try", "patientId": patient_id}
    if order:
        context["draftOrders"] = {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": _build_draft(order, patient_id)}],
        }
        context["selections"] = ["ServiceRequest/try-order"]
    request: dict[str, Any] = {
        "hook": hook,
        "hookInstance": str(uuid4()),
        "fhirServer": fhir_base,
        "context": context,
    }
    if token:
        request["fhirAuthorization"] = {"access_token": token, "token_type": "Bearer"}
    return json.dumps(request).encode()


def _build_draft(order: TryOrder, patient_id: str) -> dict[str, Any]:
    draft: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "id": "try-order",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{patient_id}"},
        "code": {"coding": [_parse_coding(order.code)]},
    }
    if order.side:
        draft["bodySite"] = [{"coding": [{"system": _SNOMED_CT, "code": _SIDE_CODES[order.side]}]}]
    if order.reason:
        draft["reasonCode"] = [{"coding": [_parse_coding(order.reason, _SNOMED_CT)]}]
    return draft


def _parse_coding(text: str, default_system: str | None = None) -> dict[str, str]:
    """Read a code as `system|code`; without a system it is LOINC if it has a dash, else of `default_system` or CPT."""
    system, bar, code = text.rpartition("|")
    if bar:
        return {"system": system, "code": code}
    if "-" in text:
        return {"system": "http://loinc.org", "code": text}
    return {"system": default_system or "http://www.ama-assn.org/go/cpt", "code": text}
