"""Which data of a chart are missing, and why: by kind of data for cards, by prefetch key for logs."""

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache
from typing import Final, NamedTuple

from cds_service.ehr.access import NoAccess
from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.ehr.search_result import Fault
from cds_service.fhir.chart_data import NO_GAPS, DataGaps, MissingKey

_NOT_OFFERED: Final = frozenset({"status-404", "status-405", "status-501"})
_FORBIDDEN: Final = "status-403"


class GapKind(Enum):
    """How much is missing: some of it, all of it, or it was not sent and no server may be read."""

    INCOMPLETE = "incomplete"
    UNREAD = "unread"
    NOT_SENT = "not-sent"


class Gap(NamedTuple):
    """What is missing from a prefetch key. `cause` is from a closed set, for logs; `text` continues "is required"."""

    kind: GapKind
    cause: str
    text: str

    @property
    def code(self) -> str:
        """The gap for logs and metrics, such as `unread:deadline`."""
        return f"{self.kind.value}:{self.cause}"


@cache
def not_sent_gap(reason: NoAccess) -> Gap:
    """Return the gap of a key that was not sent and may not be fetched."""
    return Gap(GapKind.NOT_SENT, "no-access", f", was not sent, {reason.reason}")


def no_scope_gap() -> Gap:
    """Return the gap of a key that was not sent and that the token's scopes do not cover."""
    return Gap(GapKind.NOT_SENT, "scope", ", was not sent, and the scopes of the token do not cover it")


def odd_gap() -> Gap:
    """Return the gap of a key that was sent in a form that cannot be read, and could not be fetched."""
    return Gap(GapKind.UNREAD, "shape", " and is neither a Bundle nor a resource")


def unread_note_gap(cause: str) -> Gap:
    """Return the gap of notes of which one had no text that could be read."""
    return Gap(GapKind.INCOMPLETE, cause, ", and the text of a note could not be read")


def is_not_offered(gap: Gap, *, has_scopes: bool) -> bool:
    """Return whether a server says that it has no such data for anybody, or for nobody with this token.

    A refusal by scopes that grant the type is a failure instead: the next patient's may be shown.
    """
    return gap.kind is GapKind.UNREAD and gap.cause in (_NOT_OFFERED if has_scopes else _NOT_OFFERED | {_FORBIDDEN})


def as_not_sent(gap: Gap) -> Gap:
    """Return the gap as one of data that is not sent."""
    return gap._replace(kind=GapKind.NOT_SENT)


def not_fetched_gap(fault: Fault, *, was_sent: bool, is_partial: bool) -> Gap:
    """Return the gap of a key whose search returned nothing, or not everything."""
    kind = GapKind.INCOMPLETE if is_partial else GapKind.UNREAD
    sent = "was sent in part" if was_sent else "was not sent"
    return Gap(kind, fault.code, f", {sent}, and could not be read from the FHIR server: {fault.text}")


def outcome_gap(*, is_partial: bool) -> Gap:
    """Return the gap of a key for which an OperationOutcome was sent; with `is_partial`, alongside some data."""
    kind = GapKind.INCOMPLETE if is_partial else GapKind.UNREAD
    return Gap(kind, "outcome", " and is an OperationOutcome: it could not be read")


def partly_sent_gap(reason: NoAccess, *, is_partial: bool) -> Gap:
    """Return the gap of a key whose first page was sent and whose other pages may not be fetched.

    `is_partial`: whether that page holds any data.
    """
    kind = GapKind.INCOMPLETE if is_partial else GapKind.UNREAD
    return Gap(kind, "no-access", f", was sent in part, {reason.reason}")


def short_gap() -> Gap:
    """Return the gap of a key whose Bundle names more results than it holds, or holds other types."""
    return Gap(GapKind.INCOMPLETE, "short", " and holds less than was asked for")


def list_missing(keys: Iterable[PrefetchKey], gaps: Mapping[str, Gap]) -> tuple[MissingKey, ...]:
    """Return the keys of which data are missing, as the client is told, without the words that it does not send."""
    return tuple(
        MissingKey(key.name, key.resource_type, gap.kind.value)
        for key in keys
        if (gap := gaps.get(key.name)) is not None and not (key.has_words and gap.kind is GapKind.NOT_SENT)
    )


def group_by_label(keys: Iterable[PrefetchKey], gaps: Mapping[str, Gap]) -> DataGaps:
    """Return the gaps by the labels that cards use.

    Sources of words that are not sent stand apart: many EHRs send none, and that says nothing of this patient. Several
    keys may share a label. If any of them is complete, the label is incomplete rather than unavailable.
    """
    if not gaps:
        return NO_GAPS
    silent_keys = [key for key in keys if key.has_words and key.name in gaps]
    if len(silent_keys) == len(gaps) and all(gaps[key.name].kind is GapKind.NOT_SENT for key in silent_keys):
        return DataGaps(words_not_sent=tuple(key.label for key in silent_keys))  # of most EHRs' calls
    silent: list[str] = []
    kinds_by_label: dict[str, list[GapKind | None]] = {}
    for key in keys:
        gap = gaps.get(key.name)
        if gap and key.has_words and gap.kind is GapKind.NOT_SENT:
            silent.append(key.label)
        else:
            kinds_by_label.setdefault(key.label, []).append(gap.kind if gap else None)
    kind_by_label = {label: _combine(kinds) for label, kinds in kinds_by_label.items() if any(kinds)}

    def labels(kind: GapKind) -> tuple[str, ...]:
        return tuple(label for label, combined in kind_by_label.items() if combined is kind)

    return DataGaps(
        unavailable=labels(GapKind.UNREAD),
        not_sent=labels(GapKind.NOT_SENT),
        incomplete=labels(GapKind.INCOMPLETE),
        words_not_sent=tuple(silent),
    )


def _combine(kinds: list[GapKind | None]) -> GapKind:
    if None in kinds or GapKind.INCOMPLETE in kinds:
        return GapKind.INCOMPLETE
    return GapKind.UNREAD if GapKind.UNREAD in kinds else GapKind.NOT_SENT
