"""Decode Bundles and resources from prefetch or a FHIR search, so that a bad resource affects only itself."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, cast

import msgspec

from cds_service.errors import BadRequest
from cds_service.fhir.lone_coding import list_lone_codings
from cds_service.fhir.resources import SUPPORTED_TYPES, OperationOutcome, SupportedResource
from cds_service.wire.json_decoder import decode_json
from cds_service.wire.request import Envelope, EnvelopeDecoder


class Link(msgspec.Struct, frozen=True):
    """A Bundle's link."""

    relation: str | None = None
    url: str | None = None


class Entry(msgspec.Struct, frozen=True):
    """An entry of a Bundle whose resource has not been parsed."""

    fullUrl: str | None = None  # noqa: N815 - FHIR's name
    resource: msgspec.Raw = msgspec.Raw()

    @property
    def has_resource(self) -> bool:
        """Return whether the entry holds a resource."""
        return bytes(self.resource) not in {b"", b"null"}


class Bundle(msgspec.Struct, frozen=True):
    """A Bundle of any type, or a single resource in its place.

    Without a type it may hold a lone `resource`, as prefetch did in drafts before CDS Hooks 1.0.
    """

    resourceType: str | None = None  # noqa: N815 - FHIR's name
    entry: list[Entry | None] | None = None
    link: msgspec.Raw = msgspec.Raw()
    total: msgspec.Raw = msgspec.Raw()
    resource: msgspec.Raw = msgspec.Raw()

    @property
    def is_wrapper(self) -> bool:
        """Return whether it is neither a Bundle nor a resource, but holds one."""
        is_typed = self.resourceType is not None or self.entry is not None
        return not is_typed and bytes(self.resource)[:1] == b"{"


class _TypedEntry(msgspec.Struct, frozen=True, gc=False):
    resource: SupportedResource | None = None


class TypedBundle(msgspec.Struct, frozen=True, gc=False, tag_field="resourceType", tag="Bundle"):
    """A Bundle in which every entry has the expected shape."""

    entry: list[_TypedEntry] | None = None
    link: msgspec.Raw = msgspec.Raw()
    total: msgspec.Raw = msgspec.Raw()


class _Head(msgspec.Struct, frozen=True):
    resourceType: str | None = None  # noqa: N815 - FHIR's name


class DecodedResources(msgspec.Struct, frozen=True, gc=False):
    """The resources that could be read, and how many of each type could not.

    `is_failure`: whether an OperationOutcome reports a failure. `next_link`: the link to the next page, if any.
    `total`: how many results the Bundle says there are, or 0. `unsupported`: how many entries are of other types.
    `repeated`: how many came more than once; a `total` counts these too.
    """

    resources: tuple[SupportedResource, ...]
    unreadable: Mapping[str, int]
    is_failure: bool = False
    next_link: str | None = None
    total: int = 0
    unsupported: int = 0
    repeated: int = 0


UNTYPED: Final = "resource"  # how a resource whose type cannot be read is counted
NONE_UNREADABLE: Mapping[str, int] = MappingProxyType({})
_BUNDLE = msgspec.json.Decoder(Bundle)
_TYPED: msgspec.json.Decoder[TypedBundle | SupportedResource] = msgspec.json.Decoder(TypedBundle | SupportedResource)
# Decodes a whole request with its prefetch in one pass. Most requests contain nothing unusual.
TYPED_ENVELOPE: Final[EnvelopeDecoder] = msgspec.json.Decoder(
    Envelope[dict[str, TypedBundle | SupportedResource | None] | None]
)
_RESOURCE: msgspec.json.Decoder[SupportedResource] = msgspec.json.Decoder(SupportedResource)
_MAX_TOTAL_DIGITS = 10  # of an unsignedInt
_HEAD = msgspec.json.Decoder(_Head)
_LINKS = msgspec.json.Decoder(list[Link | None])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_ENTRY = msgspec.json.Decoder(Entry)


def decode_resources(raw: msgspec.Raw | bytes, field: str) -> DecodedResources:
    """Decode the resources of a Bundle, or a single resource in its place.

    `field` is its path in the request. An OperationOutcome, alone or as an entry, means that the data could not be
    read, unless it is an entry that only warns or informs.

    Raises:
        BadRequest: If it is neither a Bundle nor a resource, or holds text that is not UTF-8.
    """
    try:
        return collect_resources(_TYPED.decode(raw))
    except (msgspec.DecodeError, RecursionError):
        return _decode_individually(raw, field)  # something in it is unusual: decode each resource by itself
    except UnicodeDecodeError:
        raise BadRequest("is malformed JSON: a string in it is not UTF-8", field) from None


def collect_resources(bundle_or_resource: TypedBundle | SupportedResource) -> DecodedResources:
    """Return the resources of a parsed Bundle, or of a single resource in its place.

    A lone OperationOutcome, whatever its severity, means that the data could not be read.
    """
    if type(bundle_or_resource) is TypedBundle:
        resources = [entry.resource for entry in bundle_or_resource.entry or () if entry.resource is not None]
        next_link, total = find_next_link(bundle_or_resource.link), _read_total(bundle_or_resource.total)
        return _separate_failures(resources, next_link=next_link, total=total)
    decoded = _separate_failures([cast("SupportedResource", bundle_or_resource)])
    return decoded if decoded.resources else msgspec.structs.replace(decoded, is_failure=True)


def _decode_individually(raw: msgspec.Raw | bytes, field: str) -> DecodedResources:
    bundle = decode_json(_BUNDLE, raw, field)
    if bundle.is_wrapper:
        return decode_resources(bundle.resource, f"{field}.resource")
    _require_type(bundle, field)
    is_bundle = bundle.resourceType in {"Bundle", None}
    raws = [entry.resource for entry in bundle.entry or () if entry and entry.has_resource] if is_bundle else [raw]
    unreadable: Counter[str] = Counter()
    readable = [resource for part in raws if (resource := decode_resource(part, field, unreadable)) is not None]
    decoded = msgspec.structs.replace(
        _separate_failures(readable, unreadable, find_next_link(bundle.link), _read_total(bundle.total)),
        unsupported=len(raws) - len(readable) - unreadable.total(),
    )
    # A lone OperationOutcome, whatever its severity, is in the place of the data.
    if is_bundle:
        return decoded
    return msgspec.structs.replace(decoded, is_failure=bundle.resourceType == "OperationOutcome")


def _require_type(bundle: Bundle, field: str) -> None:
    if bundle.resourceType is None and bundle.entry is None:
        raise BadRequest("is required", f"{field}.resourceType")


def _read_total(raw: msgspec.Raw) -> int:
    """Return the number of results that a Bundle names. Anything but a whole number says nothing, like none."""
    if len(raw) == 0:
        return 0
    digits = bytes(raw).strip(b'"')
    return int(digits) if digits.isdigit() and len(digits) <= _MAX_TOTAL_DIGITS else 0


def find_next_link(links: msgspec.Raw) -> str | None:
    """Return the URL of the next page from a Bundle's links. Unreadable links count as none."""
    if len(links) == 0 or b"next" not in bytes(links):
        return None
    try:
        return next((link.url for link in _LINKS.decode(links) if link and link.relation == "next" and link.url), None)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _separate_failures(
    resources: list[SupportedResource],
    unreadable: Counter[str] | None = None,
    next_link: str | None = None,
    total: int = 0,
) -> DecodedResources:
    if OperationOutcome not in map(type, resources):  # in C: this runs for every key of every call
        return DecodedResources(tuple(resources), unreadable or NONE_UNREADABLE, False, next_link, total)
    outcomes = [resource for resource in resources if type(resource) is OperationOutcome]
    data = tuple(resource for resource in resources if type(resource) is not OperationOutcome)
    is_failure = any(outcome.is_failure for outcome in outcomes)
    return DecodedResources(data, unreadable or NONE_UNREADABLE, is_failure, next_link, total)


def decode_resource(raw: msgspec.Raw | bytes, field: str, unreadable: Counter[str]) -> SupportedResource | None:
    """Decode one resource. Return None if its type is not supported, or if it cannot be read, which is counted."""
    kind = UNTYPED
    try:
        kind = _HEAD.decode(raw).resourceType or kind
        return _decode_supported(raw) if kind in SUPPORTED_TYPES or kind == UNTYPED else None
    except (msgspec.ValidationError, RecursionError):
        unreadable[kind if kind in SUPPORTED_TYPES else UNTYPED] += 1
        return None
    except UnicodeDecodeError:
        raise BadRequest("is malformed JSON: a string in it is not UTF-8", field) from None


def _decode_supported(raw: msgspec.Raw | bytes) -> SupportedResource:
    """Decode a resource of a supported type, also one whose codings are not in lists."""
    try:
        return _RESOURCE.decode(raw)
    except msgspec.ValidationError:
        repaired = list_lone_codings(raw)
        if repaired is None:
            raise
        return _RESOURCE.decode(repaired)


def decode_draft_entries(raw: msgspec.Raw, field: str) -> list[Entry]:
    """Return the entries of a Bundle of drafts: none if it has no `entry`, and one for a single resource.

    Some clients send a list of resources, or of entries, in place of the Bundle.

    Raises:
        BadRequest: If it is neither a Bundle nor a resource nor a list.
    """
    if bytes(raw)[:1] == b"[":
        return [entry for item in decode_json(_LIST, raw, field) for entry in _read_list_item(item)]
    bundle = decode_json(_BUNDLE, raw, field)
    _require_type(bundle, field)
    if bundle.resourceType not in {"Bundle", None}:
        return [Entry(resource=raw)]
    return [entry for entry in bundle.entry or () if entry and entry.has_resource]


def _read_list_item(raw: msgspec.Raw) -> list[Entry]:
    """Return the entry that an item of a list is or holds. What cannot be read is counted as a resource, later."""
    try:
        bundle = _BUNDLE.decode(raw)
        entry = _ENTRY.decode(raw) if bundle.is_wrapper else Entry(resource=raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [Entry(resource=raw)] if bytes(raw) != b"null" else []
    return [entry]
