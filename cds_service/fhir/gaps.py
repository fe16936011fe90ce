"""What of a chart could not be had, and why: told to the card by kind of data, to the log by prefetch key."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import NamedTuple

from cds_service.fhir.access.values import Fault, NoAccess
from cds_service.fhir.chart_data import NOTHING_LACKS, Lacking
from cds_service.fhir.templates import PrefetchKey


class Lack(Enum):
    """How much is lacking: some of it, all of it, or it was never sent and nothing may be read."""

    INCOMPLETE = "incomplete"
    UNREAD = "unread"
    NOT_SENT = "not-sent"


class Gap(NamedTuple):
    """What a prefetch key lacks. `cause` is of a closed set, for logs; `text` goes on after "is required"."""

    lack: Lack
    cause: str
    text: str

    @property
    def code(self) -> str:
        """For logs and metrics, such as `unread:deadline`."""
        return f"{self.lack.value}:{self.cause}"


def not_sent(reason: NoAccess) -> Gap:
    """The gap of a key that was not sent and may not be fetched."""
    return Gap(Lack.NOT_SENT, "no-access", f", was not sent, {reason.why}")


def not_fetched(fault: Fault, *, was_sent: bool, is_partial: bool) -> Gap:
    """The gap of a key whose search brought nothing, or not all."""
    lack = Lack.INCOMPLETE if is_partial else Lack.UNREAD
    sent = "was sent in part" if was_sent else "was not sent"
    return Gap(lack, fault.code, f", {sent}, and could not be read from the FHIR server: {fault.words}")


def sent_as_outcome(*, is_partial: bool) -> Gap:
    """The gap of a key in whose place an OperationOutcome was sent; with `is_partial`, beside some data."""
    lack = Lack.INCOMPLETE if is_partial else Lack.UNREAD
    return Gap(lack, "outcome", " and is an OperationOutcome: it could not be read")


def sent_in_part(reason: NoAccess, *, is_partial: bool) -> Gap:
    """The gap of a key of which one page was sent, with some data if `is_partial`, and no more may be fetched."""
    return Gap(Lack.INCOMPLETE if is_partial else Lack.UNREAD, "no-access", f", was sent in part, {reason.why}")


_ORDER = (Lack.UNREAD, Lack.NOT_SENT, Lack.INCOMPLETE)  # of Lacking's fields


def by_label(keys: Iterable[PrefetchKey], gaps: Mapping[str, Gap]) -> Lacking:
    """The gaps by what cards call the data. Several keys may bring one kind: where one of them came, some is there."""
    if not gaps:
        return NOTHING_LACKS
    lacks: dict[str, set[Lack | None]] = {}
    for key in keys:
        lacks.setdefault(key.label, set()).add(gaps[key.name].lack if key.name in gaps else None)
    lacking = {label: _together(found) for label, found in lacks.items() if found != {None}}
    return Lacking(*(tuple(label for label, lack in lacking.items() if lack is kind) for kind in _ORDER))


def _together(lacks: set[Lack | None]) -> Lack:
    if not lacks.isdisjoint({None, Lack.INCOMPLETE}):
        return Lack.INCOMPLETE
    return Lack.UNREAD if Lack.UNREAD in lacks else Lack.NOT_SENT
