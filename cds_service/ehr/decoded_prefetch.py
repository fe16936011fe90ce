"""Decode what a call sends in its prefetch."""

from typing import Final, cast

import msgspec

from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.fhir.bundles import NONE_UNREADABLE, DecodedResources, TypedBundle, collect_resources, decode_resources
from cds_service.fhir.resources import SupportedResource
from cds_service.wire.request import HookRequest

_EMPTY_RESULT: Final = DecodedResources((), NONE_UNREADABLE)  # the client looked, and there is no such data


def decode_prefetch(request: HookRequest, key: PrefetchKey) -> DecodedResources | None:
    """Decode what the prefetch holds for a key. Return None if the key was not sent.

    Raises:
        BadRequest: It holds neither a Bundle nor a resource.
    """
    if key.name not in request.prefetch:
        return None
    value = request.prefetch[key.name]
    if value is None:
        return _EMPTY_RESULT
    if isinstance(value, msgspec.Raw):
        return _EMPTY_RESULT if bytes(value) == b"null" else decode_resources(value, f"prefetch.{key.name}")
    return collect_resources(cast("TypedBundle | SupportedResource", value))
