"""Decoding what a prefetch key or a FHIR search brought: each resource alone, so that one bad one costs only itself."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from cds_service.errors import BadRequest
from cds_service.fhir.resources import READABLE_TYPES, OperationOutcome, Readable
from cds_service.wire.decoding import decode


class Link(msgspec.Struct, frozen=True):
    """A Bundle's link."""

    relation: str | None = None
    url: str | None = None


class Entry(msgspec.Struct, frozen=True):
    """A Bundle's entry whose resource has not been looked into."""

    fullUrl: str | None = None  # noqa: N815 - FHIR's name
    resource: msgspec.Raw = msgspec.Raw()

    @property
    def is_filled(self) -> bool:
        """Whether it holds a resource at all."""
        return bytes(self.resource) not in {b"", b"null"}


class Bundle(msgspec.Struct, frozen=True):
    """A Bundle of any type, or a single resource: `entry` tells which."""

    resourceType: str | None = None  # noqa: N815 - FHIR's name
    entry: list[Entry | None] | None = None
    link: list[Link] | None = None


class _TypedEntry(msgspec.Struct, frozen=True):
    resource: Readable | None = None


class _TypedBundle(msgspec.Struct, frozen=True, tag_field="resourceType", tag="Bundle"):
    entry: list[_TypedEntry] | None = None


class _Head(msgspec.Struct, frozen=True):
    resourceType: str | None = None  # noqa: N815 - FHIR's name


class Decoded(NamedTuple):
    """The resources that could be read, how many of each type could not, and whether the whole was a failure."""

    resources: tuple[Readable, ...]
    unreadable: Counter[str]
    is_failure: bool = False


_BUNDLE = msgspec.json.Decoder(Bundle)
_TYPED_BUNDLE = msgspec.json.Decoder(_TypedBundle)
_RESOURCE: msgspec.json.Decoder[Readable] = msgspec.json.Decoder(Readable)
_HEAD = msgspec.json.Decoder(_Head)


def decode_resources(raw: msgspec.Raw | bytes, field: str) -> Decoded:
    """The resources of a Bundle, or of a single resource in its place.

    `field` is where it stands in the request. An OperationOutcome, alone or as an entry, is a failure to read.

    Raises:
        BadRequest: when it is neither Bundle nor resource, or holds text that is not UTF-8.
    """
    try:
        return _sorted(entry.resource for entry in _TYPED_BUNDLE.decode(raw).entry or () if entry.resource is not None)
    except (msgspec.ValidationError, RecursionError):
        return _one_by_one(raw, field)  # something in it is unusual: look at each resource alone
    except UnicodeDecodeError:
        raise BadRequest("is malformed JSON: a text in it is not UTF-8", field) from None


def _one_by_one(raw: msgspec.Raw | bytes, field: str) -> Decoded:
    bundle = decode(_BUNDLE, raw, field)
    if bundle.resourceType is None:
        raise BadRequest("is required", f"{field}.resourceType")
    is_bundle = bundle.resourceType == "Bundle"
    raws = [entry.resource for entry in bundle.entry or () if entry and entry.is_filled] if is_bundle else [raw]
    unreadable: Counter[str] = Counter()
    readable = [resource for one in raws if (resource := decode_one(one, field, unreadable)) is not None]
    return _sorted(readable, unreadable)


def _sorted(found: Iterable[Readable], unreadable: Counter[str] | None = None) -> Decoded:
    everything = tuple(found)
    resources = tuple(resource for resource in everything if not isinstance(resource, OperationOutcome))
    is_failure = len(resources) < len(everything)
    return Decoded(resources, unreadable if unreadable is not None else Counter(), is_failure)


def decode_one(raw: msgspec.Raw | bytes, field: str, unreadable: Counter[str]) -> Readable | None:
    """One resource; None, counted, when it cannot be read, and None when it is of a type nobody reads here."""
    kind = "resource"
    try:
        kind = _HEAD.decode(raw).resourceType or kind
        return _RESOURCE.decode(raw) if kind in READABLE_TYPES else None
    except (msgspec.ValidationError, RecursionError):
        unreadable[kind if kind in READABLE_TYPES else "resource"] += 1
        return None
    except UnicodeDecodeError:
        raise BadRequest("is malformed JSON: a text in it is not UTF-8", field) from None


def draft_entries(raw: msgspec.Raw, field: str) -> list[Entry]:
    """The entries of a Bundle of drafts; none for a Bundle without `entry`; one for a single resource.

    Raises:
        BadRequest: when it is no Bundle and no resource.
    """
    bundle = decode(_BUNDLE, raw, field)
    if bundle.resourceType is None and bundle.entry is None:
        raise BadRequest("is required", f"{field}.resourceType")
    if bundle.resourceType not in {"Bundle", None}:
        return [Entry(resource=raw)]
    return [entry for entry in bundle.entry or () if entry and entry.is_filled]
