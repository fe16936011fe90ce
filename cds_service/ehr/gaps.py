"""What of a chart could not be had, and why: told to the card by kind of data, to the log by prefetch key."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import NamedTuple

from cds_service.ehr.access import NoAccess
from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.ehr.search_result import Fault
from cds_service.fhir.chart_data import NO_GAPS, DataGaps


class GapKind(Enum):
    """How much is lacking: some of it, all of it, or it was never sent and nothing may be read."""

    INCOMPLETE = "incomplete"
    UNREAD = "unread"
    NOT_SENT = "not-sent"


class Gap(NamedTuple):
    """What a prefetch key lacks. `cause` is of a closed set, for logs; `text` goes on after "is required"."""

    kind: GapKind
    cause: str
    text: str

    @property
    def code(self) -> str:
        """For logs and metrics, such as `unread:deadline`."""
        return f"{self.kind.value}:{self.cause}"


def not_sent_gap(reason: NoAccess) -> Gap:
    """The gap of a key that was not sent and may not be fetched."""
    return Gap(GapKind.NOT_SENT, "no-access", f", was not sent, {reason.reason}")


def not_fetched_gap(fault: Fault, *, was_sent: bool, is_partial: bool) -> Gap:
    """The gap of a key whose search brought nothing, or not all."""
    lack = GapKind.INCOMPLETE if is_partial else GapKind.UNREAD
    sent = "was sent in part" if was_sent else "was not sent"
    return Gap(lack, fault.code, f", {sent}, and could not be read from the FHIR server: {fault.text}")


def outcome_gap(*, is_partial: bool) -> Gap:
    """The gap of a key in whose place an OperationOutcome was sent; with `is_partial`, beside some data."""
    lack = GapKind.INCOMPLETE if is_partial else GapKind.UNREAD
    return Gap(lack, "outcome", " and is an OperationOutcome: it could not be read")


def partly_sent_gap(reason: NoAccess, *, is_partial: bool) -> Gap:
    """The gap of a key of which one page was sent, with some data if `is_partial`, and no more may be fetched."""
    return Gap(
        GapKind.INCOMPLETE if is_partial else GapKind.UNREAD, "no-access", f", was sent in part, {reason.reason}"
    )


_ORDER = (GapKind.UNREAD, GapKind.NOT_SENT, GapKind.INCOMPLETE)  # of Lacking's fields


def group_by_label(keys: Iterable[PrefetchKey], gaps: Mapping[str, Gap]) -> DataGaps:
    """The gaps by what cards call the data. Several keys may bring one kind: where one of them came, some is there."""
    if not gaps:
        return NO_GAPS
    lacks: dict[str, set[GapKind | None]] = {}
    for key in keys:
        lacks.setdefault(key.label, set()).add(gaps[key.name].kind if key.name in gaps else None)
    lacking = {label: _combine(found) for label, found in lacks.items() if found != {None}}
    return DataGaps(*(tuple(label for label, lack in lacking.items() if lack is kind) for kind in _ORDER))


def _combine(kinds: set[GapKind | None]) -> GapKind:
    if not kinds.isdisjoint({None, GapKind.INCOMPLETE}):
        return GapKind.INCOMPLETE
    return GapKind.UNREAD if GapKind.UNREAD in kinds else GapKind.NOT_SENT
