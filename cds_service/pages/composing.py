"""Builds the request of what was chosen, as an EHR would send it, and then leaves out what is switched off."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from cds_service.ehr.prefetch_templates import ENCOUNTER_KEY, NOTES_KEY, PrefetchKey
from cds_service.model.vocabulary import Vocabulary
from cds_service.pages.choices import OrderChoice
from cds_service.pages.resources import (
    Json,
    make_bundle,
    make_finding,
    make_note,
    make_order,
    make_outcome,
    make_patient,
)
from cds_service.pages.scenarios import Scenario
from cds_service.pages.state import LEAVE_OUT, NO_ORDER, NULL, Choices, TryState
from cds_service.wire.request import ORDER_HOOKS, PATIENT_VIEW

_PATIENT_ID: Final = "try-patient"
_KEYS: Final = {"Condition": "conditions", "Observation": "observations", "Procedure": "procedures"}


class ComposedRequest(NamedTuple):
    """A request: its text before the switches, the bytes that are sent, and the same as values.

    `sent` is None where the edited text is no JSON object: it is sent as it is, as a faulty client would.
    """

    text: str
    body: bytes
    sent: dict[str, Any] | None


class RequestComposer:
    """Builds requests from the content's findings, orders and prefetch keys."""

    def __init__(self, choices: Choices, keys: tuple[PrefetchKey, ...], findings: Vocabulary) -> None:
        self._choices = choices
        self._keys = keys
        self._findings = findings

    def compose(self, state: TryState, today: date) -> ComposedRequest:
        """Return the request of a state, judged on this day."""
        if state.edited is not None:
            text, request = state.edited, _parse_object(state.edited)
        else:
            request = self._build(state, today)
            text = json.dumps(request, ensure_ascii=False, indent=2)
        if request is None or not state.switches:  # not decoded and encoded again: that would mend what is faulty
            return ComposedRequest(text, _encode(text), request)
        sent = _switch(request, state.switches)
        return ComposedRequest(text, _encode(json.dumps(sent, ensure_ascii=False)), sent)

    def _build(self, state: TryState, today: date) -> Json:
        scenario = self._choices.scenarios.get(state.scenario)
        request = scenario.build_request() if scenario else self._begin(state, today)
        patient_id = request["context"]["patientId"]
        for number, (name, answer) in enumerate(state.ticks, start=1):
            resource = make_finding(self._findings[name], answer, number, patient_id, today, state.weeks)
            _add(request["prefetch"], _KEYS[resource["resourceType"]], resource)
        if state.note.strip():
            _add(request["prefetch"], NOTES_KEY, make_note(state.note, patient_id, today))
        if state.order == NO_ORDER:
            _order_nothing(request)
        elif state.order:
            _order(request, self._choices.orders[state.order], state)
        if not _is_as_shipped(state, scenario):
            request["hookInstance"] = str(uuid5(NAMESPACE_URL, json.dumps(request, sort_keys=True)))
        return request

    def _begin(self, state: TryState, today: date) -> Json:
        """Return a call about a patient of whom nothing is recorded: every search has an answer, and finds nothing."""
        names = [key.name for key in self._keys if key.is_search and key.name != ENCOUNTER_KEY]
        prefetch = {"patient": make_patient(_PATIENT_ID, state.age, today), **{name: make_bundle([]) for name in names}}
        context = {"userId": "Practitioner/try", "patientId": _PATIENT_ID}
        return {"hook": PATIENT_VIEW, "hookInstance": "", "context": context, "prefetch": prefetch}


def _is_as_shipped(state: TryState, scenario: Scenario | None) -> bool:
    return scenario is not None and not (state.ticks or state.note.strip() or state.order)


def _add(prefetch: Json, key: str, resource: Json) -> None:
    """Add a resource to what is sent under a key, also where the scenario sends nothing there."""
    bundle = prefetch.get(key) or make_bundle([])
    bundle.setdefault("entry", []).append({"resource": resource})
    bundle.pop("total", None)
    prefetch[key] = bundle


def _order_nothing(request: Json) -> None:
    request["hook"] = PATIENT_VIEW
    for name in ("draftOrders", "selections"):
        request["context"].pop(name, None)


def _order(request: Json, order: OrderChoice, state: TryState) -> None:
    context = request["context"]
    request["hook"] = state.moment
    context["draftOrders"] = make_bundle([make_order(order, state.side, context["patientId"])], "collection")
    context.pop("selections", None)
    if state.moment not in ORDER_HOOKS or state.moment == "order-select":
        context["selections"] = ["ServiceRequest/try-order"]


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "replace")  # half of a surrogate pair, which a form may hold, has no encoding


def _parse_object(text: str) -> Json | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _switch(request: Json, switches: Mapping[str, str]) -> Json:
    """Return the request with what the switches make of its prefetch; a request without a prefetch stays as it is."""
    prefetch = request.get("prefetch")
    if not switches or not isinstance(prefetch, dict):
        return request
    changed = {key: value for key, value in prefetch.items() if switches.get(key) != LEAVE_OUT}
    for key, switch in switches.items():
        if switch != LEAVE_OUT:
            changed[key] = None if switch == NULL else make_outcome()
    return {**request, "prefetch": changed}
