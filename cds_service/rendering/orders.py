"""The orders that cards suggest: R4 ServiceRequests checked with fhir.resources at start-up, filled in on each call."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fhir.resources.R4B.servicerequest import ServiceRequest

from cds_service.errors import ContentError, Problem
from cds_service.model.sides import Side
from cds_service.model.terminology import Code, SiteMeaning, Terminology
from cds_service.model.wording import OrderTemplate

OWN_ORDERS = "https://hip-spine-cds.example/fhir/CodeSystem/order"
_REASONS_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """A finding given as an order's reason: its label and codes."""

    label: str
    codes: tuple[Code, ...]


class OrderBook:
    """Every order template on every side, built once. Validating on each call would cost the whole speed goal.

    Raises:
        ContentError: when a template does not make a valid R4 ServiceRequest.
    """

    def __init__(self, templates: Mapping[str, OrderTemplate], terms: Terminology) -> None:
        self._terms = terms
        self._sites = {meaning: code for code, meaning in reversed(tuple(terms.sites.items()))}
        self._templates = templates
        self._bases = {(name, side): self._base(one, side) for name, one in templates.items() for side in Side}
        problems = [
            Problem("orders.toml", name, f"makes no valid R4 ServiceRequest: {fault}")
            for name in templates
            for side in Side
            if (fault := _fault(self.fill(name, side, "specimen", [Reason("specimen", (Code("finding", "x"),))])))
        ]
        if problems:
            raise ContentError(problems)

    def fill(self, name: str, side: Side, patient_id: str, reasons: Iterable[Reason]) -> dict[str, Any]:
        """A draft order for one patient, side and reasons."""
        order = dict(self._bases[name, side])
        order["subject"] = {"reference": f"Patient/{patient_id}"}
        reason_codes = [
            {"coding": [self._coding(code) for code in reason.codes], "text": reason.label}
            for reason in list(reasons)[:_REASONS_AT_MOST]
        ]
        return order | {"reasonCode": reason_codes} if reason_codes else order

    def describe(self, name: str, side: Side) -> str:
        """The order in words, with its side where it has one."""
        template = self._templates[name]
        return f"{template.label} ({_side_words(side)})" if template.is_sided and _side_words(side) else template.label

    def _base(self, template: OrderTemplate, side: Side) -> dict[str, Any]:
        placed = side if template.is_sided else Side.UNSTATED
        order: dict[str, Any] = {
            "resourceType": "ServiceRequest",
            "status": "draft",
            "intent": "order",
            "priority": template.priority,
            "code": {
                "coding": [self._coding(code) for code in template.codes[placed]],
                "text": self.describe(template.id, side),
            },
        }
        site = self._site(template.body_site, placed)
        return order | {"bodySite": [site]} if site else order

    def _site(self, site: str | None, side: Side) -> dict[str, Any] | None:
        if site is None:
            return None
        code = self._sites.get(SiteMeaning(site, side)) or self._sites.get(SiteMeaning(site, Side.UNSTATED))
        place = site.replace("-", " ")
        text = f"{place} ({_side_words(side)})" if side is Side.BOTH else f"{_side_words(side)} {place}".strip()
        return {"coding": [self._coding(code)], "text": text} if code else None

    def _coding(self, code: Code) -> dict[str, str]:
        return {"system": self._terms.uris.get(code.system, OWN_ORDERS), "code": code.code}


def _side_words(side: Side) -> str:
    return {Side.LEFT: "left", Side.RIGHT: "right", Side.BOTH: "both sides"}.get(side, "")


def _fault(order: Mapping[str, Any]) -> str | None:
    try:
        ServiceRequest.model_validate(order)
    except ValueError as error:
        return str(error)
    return None
