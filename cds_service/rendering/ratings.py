"""Ratings as system actions: the caller's own order with `pama-rating` extensions (Argonaut CDS Hooks for PAMA).

The order's meaning never changes: only these extensions are added, and they replace those of an earlier rating.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from cds_service.model.decision import OrderRating
from cds_service.rendering.card_context import CardContext
from cds_service.wire.response import Action

_EXTENSION_URL: Final = "http://fhir.org/argonaut/Extension/pama-rating"
_RATING_SYSTEM_URI: Final = "http://fhir.org/argonaut/CodeSystem/pama-rating"


def build_rating_actions(
    order_ratings: Iterable[OrderRating], context: CardContext, new_uuid: Callable[[], str]
) -> list[Action]:
    """Build an update for each rated order that has an id, if the client's dialect has a `qcdsm`."""
    if context.dialect.qcdsm is None:
        return []
    updates = [
        _build_update(rating, context.raw_drafts.get(rating.order.source.reference), context.dialect.qcdsm, new_uuid)
        for rating in order_ratings
    ]
    return [update for update in updates if update]


def _build_update(
    order_rating: OrderRating, raw: bytes | None, qcdsm: str, new_uuid: Callable[[], str]
) -> Action | None:
    order: dict[str, Any] = msgspec.json.decode(raw) if raw else {}
    extensions = order.get("extension") or []
    if not order.get("id") or not isinstance(extensions, list):  # a malformed value would not come back unchanged
        return None
    other_extensions = [extension for extension in extensions if not _is_rating_extension(extension)]
    order["extension"] = [*other_extensions, *_build_rating_extensions(order_rating, qcdsm, new_uuid())]
    return Action(type="update", description=f"Rate the order: {order_rating.criterion.rating}", resource=order)


def _is_rating_extension(extension: Any) -> bool:
    return isinstance(extension, dict) and str(extension.get("url")).startswith(_EXTENSION_URL)


def _build_rating_extensions(order_rating: OrderRating, qcdsm: str, consult_id: str) -> list[dict[str, Any]]:
    applied = (
        [{"url": f"{_EXTENSION_URL}-auc-applied", "valueUri": order_rating.criterion.criteria_url}]
        if order_rating.criterion.criteria_url
        else []
    )
    return [
        {
            "url": _EXTENSION_URL,
            "valueCodeableConcept": {"coding": [{"system": _RATING_SYSTEM_URI, "code": order_rating.criterion.rating}]},
        },
        {"url": f"{_EXTENSION_URL}-qcdsm-consulted", "valueString": qcdsm},
        {"url": f"{_EXTENSION_URL}-consult-id", "valueUri": f"urn:uuid:{consult_id}"},
        *applied,
    ]
