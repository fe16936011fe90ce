"""What one call brings to be judged, as values: resources, draft orders, and which data are missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from cds_service.fhir.resources import ServiceRequest, SupportedResource


class DataGaps(NamedTuple):
    """What cards call the data that lack, by how much lacks."""

    unavailable: tuple[str, ...] = ()
    not_sent: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()


NO_GAPS = DataGaps()


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """A draft order of the call: its relative reference, the resource, and whether the call is about it."""

    reference: str
    resource: ServiceRequest
    is_selected: bool


@dataclass(frozen=True, slots=True)
class ChartData:
    """All resources of one call, however they came, and what could not be had or read.

    `lacking` is in the words of cards. For operators, in codes: `arrivals` is the state in which each prefetch key
    came, `gaps` what a key lacks.
    """

    resources: tuple[SupportedResource, ...]
    drafts: tuple[DraftOrder, ...] = ()
    unreadable: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    data_gaps: DataGaps = NO_GAPS
    prefetch_statuses: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    gap_codes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
