"""The data that one call is judged on: resources, draft orders, and what is missing."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from cds_service.fhir.documents import DocumentReference
from cds_service.fhir.resources import ServiceRequest, SupportedResource


class DataGaps(NamedTuple):
    """The labels of the data that are missing, by how much is missing.

    `words_not_sent`: sources of words that this EHR does not send. Nothing rests on them, and no card names them.
    """

    unavailable: tuple[str, ...] = ()
    not_sent: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
    words_not_sent: tuple[str, ...] = ()


NO_GAPS = DataGaps()


class MissingKey(NamedTuple):
    """A prefetch key of which data are missing. `state`: `not-sent`, `unread` or `incomplete`."""

    key: str
    type: str
    state: str


class DraftOrder(msgspec.Struct, frozen=True, gc=False):
    """A draft order of the call. `reference` is relative; `is_selected`: whether the call is about this order."""

    reference: str
    resource: ServiceRequest
    is_selected: bool


class FileContent(NamedTuple):
    """The bytes of a note with their media type, or why there are none, as a code of a closed set."""

    body: bytes = b""
    content_type: str = ""
    fault: str | None = None


class ClinicalNote(NamedTuple):
    """A note that is to be read. `tells`: of symptoms, or of what imaging showed. `is_draft`: nobody has signed it."""

    document: DocumentReference
    tells: str
    is_draft: bool
    content: FileContent


class ChartData(msgspec.Struct, frozen=True, gc=False):
    """All resources of one call, from prefetch or the FHIR server, and what is missing or unreadable.

    `data_gaps` is worded for cards. For operators, as codes: `prefetch_statuses` is the status in which each prefetch
    key arrived, `gap_codes` what is missing from a key. `missing_types`: the FHIR types that did not arrive whole.
    `missing`: the keys of which data are missing, as the client is told.
    `notes`: the clinical notes to read, the newest first; `notes_left_out`: the others, with the reasons. `size`: how
    many bytes were received, 0 if that is not known.
    """

    resources: tuple[SupportedResource, ...]
    drafts: tuple[DraftOrder, ...] = ()
    unreadable: Mapping[str, int] = msgspec.field(default_factory=lambda: MappingProxyType({}))
    data_gaps: DataGaps = NO_GAPS
    prefetch_statuses: Mapping[str, str] = msgspec.field(default_factory=lambda: MappingProxyType({}))
    gap_codes: Mapping[str, str] = msgspec.field(default_factory=lambda: MappingProxyType({}))
    missing_types: frozenset[str] = frozenset()
    missing: tuple[MissingKey, ...] = ()
    notes: tuple[ClinicalNote, ...] = ()
    notes_left_out: tuple[tuple[DocumentReference, str], ...] = ()
    size: int = 0
