"""The data that one call is judged on: resources, draft orders, and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from cds_service.fhir.resources import ServiceRequest, SupportedResource


class DataGaps(NamedTuple):
    """The labels of the data that are missing, by how much is missing."""

    unavailable: tuple[str, ...] = ()
    not_sent: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()


NO_GAPS = DataGaps()


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """A draft order of the call. `reference` is relative; `is_selected`: whether the call is about this order."""

    reference: str
    resource: ServiceRequest
    is_selected: bool


@dataclass(frozen=True, slots=True)
class ChartData:
    """All resources of one call, from prefetch or the FHIR server, and what is missing or unreadable.

    `data_gaps` is worded for cards. For operators, as codes: `prefetch_statuses` is the status in which each prefetch
    key arrived, `gap_codes` what is missing from a key. `missing_types`: the FHIR types that did not arrive whole.
    """

    resources: tuple[SupportedResource, ...]
    drafts: tuple[DraftOrder, ...] = ()
    unreadable: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    data_gaps: DataGaps = NO_GAPS
    prefetch_statuses: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    gap_codes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    missing_types: frozenset[str] = frozenset()
