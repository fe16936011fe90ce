"""Ratings as system actions: the caller's own order with the `pama-rating` set (Argonaut CDS Hooks for PAMA).

The order's meaning never changes: extensions alone are added, in place of an earlier rating's.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from cds_service.model.decision import Rated
from cds_service.rendering.suggestions import Call
from cds_service.wire.response import Action

_PREFIX: Final = "http://fhir.org/argonaut/Extension/pama-rating"
_RATINGS: Final = "http://fhir.org/argonaut/CodeSystem/pama-rating"


def rate_orders(rated: Iterable[Rated], call: Call, new_uuid: Callable[[], str]) -> list[Action]:
    """An update for each rated order that has an id; none unless the client's dialect names who was consulted."""
    if call.dialect.qcdsm is None:
        return []
    updates = [_update(one, call.drafts.get(one.order.source.reference), call.dialect.qcdsm, new_uuid) for one in rated]
    return [update for update in updates if update]


def _update(one: Rated, raw: bytes | None, qcdsm: str, new_uuid: Callable[[], str]) -> Action | None:
    order: dict[str, Any] = msgspec.json.decode(raw) if raw else {}
    given = order.get("extension") or []
    if not order.get("id") or not isinstance(given, list):  # what is malformed would not come back as it was
        return None
    others = [extension for extension in given if not _is_rating(extension)]
    order["extension"] = [*others, *_rating_set(one, qcdsm, new_uuid())]
    return Action(type="update", description=f"Rate the order: {one.rating.rating}", resource=order)


def _is_rating(extension: Any) -> bool:
    return isinstance(extension, dict) and str(extension.get("url")).startswith(_PREFIX)


def _rating_set(one: Rated, qcdsm: str, consult: str) -> list[dict[str, Any]]:
    applied = [{"url": f"{_PREFIX}-auc-applied", "valueUri": one.rating.criteria}] if one.rating.criteria else []
    return [
        {"url": _PREFIX, "valueCodeableConcept": {"coding": [{"system": _RATINGS, "code": one.rating.rating}]}},
        {"url": f"{_PREFIX}-qcdsm-consulted", "valueString": qcdsm},
        {"url": f"{_PREFIX}-consult-id", "valueUri": f"urn:uuid:{consult}"},
        *applied,
    ]
