"""The orders that cards suggest: R4 ServiceRequests, validated at start-up and filled in for each call."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fhir.resources.R4B.servicerequest import ServiceRequest

from cds_service.errors import ContentError, Problem
from cds_service.model.sides import Side
from cds_service.model.terminology import BodySiteMeaning, Code, Terminology
from cds_service.model.vocabulary import CANONICAL_BASE
from cds_service.model.wording import OrderTemplate

ORDER_SYSTEM_URI = f"{CANONICAL_BASE}/CodeSystem/order"
_MAX_REASONS = 3


@dataclass(frozen=True, slots=True)
class OrderReason:
    """A finding as the reason of an order: its label and codes."""

    label: str
    codes: tuple[Code, ...]


class OrderBuilder:
    """Builds orders from templates, which are built and validated once for every side.

    Validating the orders of each call would use up the time that a whole call may take.

    Raises:
        ContentError: when a template does not yield a valid R4 ServiceRequest.
    """

    def __init__(self, templates: Mapping[str, OrderTemplate], terminology: Terminology) -> None:
        self._terminology = terminology
        self._code_by_body_site = {meaning: code for code, meaning in reversed(tuple(terminology.body_sites.items()))}
        self._templates = templates
        self._base_orders = {
            (name, side): self._build_base(template, side) for name, template in templates.items() for side in Side
        }
        problems = [
            Problem("orders.toml", name, f"does not yield a valid R4 ServiceRequest: {error}")
            for name, template in templates.items()
            for side in (Side if template.is_sided else (Side.UNSTATED,))
            if (
                error := _validation_error(
                    self.build(name, side, "specimen", [OrderReason("specimen", (Code("finding", "x"),))])
                )
            )
        ]
        if problems:
            raise ContentError(problems)

    def build(self, template_id: str, side: Side, patient_id: str, reasons: Iterable[OrderReason]) -> dict[str, Any]:
        """Build a draft order for one patient and side, with its reasons."""
        order = dict(self._base_orders[template_id, side])
        order["subject"] = {"reference": f"Patient/{patient_id}"}
        reason_codes = [
            {"coding": [self._to_coding(code) for code in reason.codes], "text": reason.label}
            for reason in list(reasons)[:_MAX_REASONS]
        ]
        return order | {"reasonCode": reason_codes} if reason_codes else order

    def describe(self, template_id: str, side: Side) -> str:
        """Describe the order, with its side if it has one."""
        template = self._templates[template_id]
        side_words = _describe_side(side) if template.is_sided else ""
        return f"{template.label} ({side_words})" if side_words else template.label

    def _build_base(self, template: OrderTemplate, side: Side) -> dict[str, Any]:
        order_side = side if template.is_sided else Side.UNSTATED
        order: dict[str, Any] = {
            "resourceType": "ServiceRequest",
            "status": "draft",
            "intent": "order",
            "priority": template.priority,
            "code": {
                "coding": [self._to_coding(code) for code in template.codes[order_side]],
                "text": self.describe(template.id, side),
            },
        }
        body_site = self._build_body_site(template.body_site, order_side)
        return order | {"bodySite": [body_site]} if body_site else order

    def _build_body_site(self, body_site: str | None, side: Side) -> dict[str, Any] | None:
        if body_site is None:
            return None
        code = self._code_by_body_site.get(BodySiteMeaning(body_site, side)) or self._code_by_body_site.get(
            BodySiteMeaning(body_site, Side.UNSTATED)
        )
        label = body_site.replace("-", " ")
        text = f"{label} ({_describe_side(side)})" if side is Side.BOTH else f"{_describe_side(side)} {label}".strip()
        return {"coding": [self._to_coding(code)], "text": text} if code else None

    def _to_coding(self, code: Code) -> dict[str, str]:
        return {"system": self._terminology.uri_by_system.get(code.system, ORDER_SYSTEM_URI), "code": code.code}


def _describe_side(side: Side) -> str:
    return {Side.LEFT: "left", Side.RIGHT: "right", Side.BOTH: "both sides"}.get(side, "")


def _validation_error(order: Mapping[str, Any]) -> str | None:
    try:
        ServiceRequest.model_validate(order)
    except ValueError as error:
        return str(error)
    return None
