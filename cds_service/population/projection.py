"""From a line of an export to a record of a patient: only the fields that the service reads, or why it is not used."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias, get_args

import msgspec

from cds_service.errors import BadRequest
from cds_service.fhir.bundles import decode_resource
from cds_service.fhir.datatypes import CodeableConcept, Subject
from cds_service.fhir.documents import DocumentReference
from cds_service.fhir.resources import SupportedResource
from cds_service.population.attachments import without_unread_bytes
from cds_service.population.binaries import BINARY_TYPE, list_named, record_binary
from cds_service.population.counts import Counts, LineNumbers, Measure, Row, as_counts
from cds_service.population.heads import Alike, Head, decode_alike, decode_head
from cds_service.population.line_reader import Batch, Line
from cds_service.population.line_types import (
    BUNDLE,
    NOT_JSON,
    Entry,
    NotUsed,
    decode_entries,
    decode_owner,
    read_owner,
    read_type,
    why_no_json,
)
from cds_service.population.prefetch_filter import PrefetchFilter
from cds_service.population.records import Record, clean, write_resource, write_unreadable
from cds_service.population.told import UNKNOWN, Reason, label_type
from cds_service.population.verdicts import ORDERS, Verdicts

_DECODERS: Final = {kind.__name__: msgspec.json.Decoder(kind) for kind in get_args(SupportedResource)}
_ENCODE: Final = msgspec.json.Encoder().encode
_WITH_ATTACHMENTS: Final = frozenset({"DocumentReference", "DiagnosticReport"})
_TOLD_TYPES: Final = {"OperationOutcome": Reason.EXPORT_ERROR}
_MOST_REPEATED: Final = 50_000
_OF_NO_LINE: Final = b"\n"
_Key: TypeAlias = tuple[str, Subject | None, Subject | None, str | None, bytes]


@dataclass(slots=True)
class Projector:
    """Turns lines into records, and counts them. `knows`: whether a concept stands for anything in the content."""

    asked: PrefetchFilter
    knows: Callable[[CodeableConcept], bool]
    numbers: LineNumbers = field(default_factory=Counter)
    _read: Counter[str] = field(default_factory=Counter)
    _unused: Counter[str] = field(default_factory=Counter)
    _repeated: set[_Key] = field(default_factory=set)
    _verdicts: Verdicts = field(init=False)
    _types: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._verdicts = Verdicts(self.asked, self.knows)
        self._types = self.asked.types | ORDERS | {BINARY_TYPE}

    def project(self, lines: Iterable[Line]) -> Iterator[Record]:
        """Yield the records of lines. A line that is not used is counted, with the reason, and costs itself alone."""
        kind, beginning = UNKNOWN, _OF_NO_LINE
        for text, is_too_long in lines:
            try:
                if not text.startswith(beginning):  # most lines are of the type of the one before
                    kind, beginning = UNKNOWN, _OF_NO_LINE
                    kind = read_type(text, is_too_long=is_too_long)
                    if kind.isalnum():
                        beginning = b'{"resourceType":"%b"' % kind.encode()
                records = self._project(kind, text, is_too_long=is_too_long)
            except NotUsed as fault:
                self._count_unused(kind, fault.reason)
                continue
            if records:
                yield from records

    def project_batches(self, batches: Iterable[Batch]) -> Iterator[Record]:
        """Yield the records of lines, as `project` does: faster where lines of one type stand together."""
        for texts, is_too_long in batches:
            alike = None if is_too_long else decode_alike(texts, self._types)
            if alike is None:
                yield from self.project(Line(text, is_too_long) for text in texts)
            else:
                yield from self._project_alike(alike, texts)

    def _project_alike(self, alike: Alike, texts: list[bytes]) -> Iterator[Record]:
        kind, repeated, again = alike.kind, self._repeated, 0
        for head, text in zip(alike.heads, texts, strict=True):
            key = kind, head.subject, head.patient, head.status, bytes(head.concept)
            if key in repeated:
                again += 1
                continue
            try:
                yield from self._use(key, head, text)
            except NotUsed as fault:
                self._count_unused(kind, fault.reason)
        if again:
            self._leave(kind, again)

    def list_counts(self) -> Counts:
        """Return what was counted so far: lines read, of no use, and told."""
        counts = as_counts(self.numbers)
        counts.update({Row(Measure.LINES, detail=kind): number for kind, number in self._read.items()})
        counts.update({Row(Measure.LINES_UNUSED, detail=kind): number for kind, number in self._unused.items()})
        return counts

    def _count_unused(self, kind: str, reason: Reason | None) -> None:
        """Count a line that is not used. `reason`: why it is told, or None if it is of no use."""
        named = kind if kind in {UNKNOWN, BUNDLE} else label_type(kind)
        self._read[named] += 1
        if reason is None:
            self._unused[named] += 1
        else:
            self.numbers[Measure.LINES_TOLD, f"{named}|{reason.value}"] += 1

    def _project(self, kind: str, text: bytes, *, is_too_long: bool) -> Iterable[Record]:
        """Return the records of a line.

        Raises:
            NotUsed: there are none.
        """
        if is_too_long:
            raise NotUsed(Reason.TOO_LONG)
        if kind not in self._types:
            if kind == BUNDLE:
                return self.project(self._list_entries(decode_entries(text)))
            raise NotUsed(_TOLD_TYPES.get(kind))
        try:
            head = decode_head(kind, text)
        except msgspec.ValidationError:
            return (self._record_unreadable(kind, text),)
        except NOT_JSON as error:
            raise NotUsed(why_no_json(error)) from None
        key = kind, head.subject, head.patient, head.status, bytes(head.concept)
        if key in self._repeated:
            self._leave(kind)
            return ()
        return self._use(key, head, text)

    def _use(self, key: _Key, head: Head, text: bytes) -> Sequence[Record]:
        """Return the records of a line that has this head.

        Raises:
            NotUsed: there are none.
        """
        kind, _, _, status, written = key
        try:
            verdict = self._verdicts.judge(kind, status, written)
        except msgspec.ValidationError:
            return (self._record_unreadable(kind, text),)
        except NOT_JSON as error:
            raise NotUsed(why_no_json(error)) from None
        if kind == BINARY_TYPE:
            return (self._record_binary(head, text),)
        patient = read_owner(kind, head.id, head)
        if verdict.is_asked:
            return self._record(kind, patient, head, text)
        self._remember(key)
        self._leave(kind)
        return [Record(patient, one) for one in verdict.counted]

    def _leave(self, kind: str, number: int = 1) -> None:
        """Count lines of no use."""
        self._read[kind] += number
        self._unused[kind] += number

    def _remember(self, key: _Key) -> None:
        """Remember a line of no use, of which all is said: most results come again."""
        if len(self._repeated) >= _MOST_REPEATED:
            self._repeated.clear()
        self._repeated.add(key)

    def _record_binary(self, head: Head, text: bytes) -> Record:
        if not head.id or clean(head.id) != head.id:
            raise NotUsed(Reason.NO_ID)
        self._read[BINARY_TYPE] += 1
        return record_binary(head.id, head.updated, text)

    def _record(self, kind: str, patient: str, head: Head, text: bytes) -> Sequence[Record]:
        try:
            resource: SupportedResource | None = _DECODERS[kind].decode(text)
        except msgspec.ValidationError:  # perhaps its codings are not in lists
            resource = _decode_odd(kind, text)
        except NOT_JSON as error:
            raise NotUsed(why_no_json(error)) from None
        if resource is None:
            return (self._record_fault(kind, patient),)
        self._read[kind] += 1
        later_date = head.issued or head.dateAsserted
        json = _ENCODE(without_unread_bytes(resource) if kind in _WITH_ATTACHMENTS else resource)
        record = Record(patient, write_resource(later_date, head.updated, head.extra, json))
        if isinstance(resource, DocumentReference):
            return (record, *list_named(resource, patient))
        return (record,)

    def _record_unreadable(self, kind: str, text: bytes) -> Record:
        """Return the record of a resource of which a field has the wrong type: its patient's data are incomplete."""
        return self._record_fault(kind, read_owner(kind, None, decode_owner(text)))

    def _record_fault(self, kind: str, patient: str) -> Record:
        self._read[kind] += 1
        self.numbers[Measure.LINES_TOLD, f"{kind}|{Reason.SHAPE.value}"] += 1
        return Record(patient, write_unreadable(kind))

    def _list_entries(self, entries: Iterable[Entry]) -> Iterator[Line]:
        """Yield the entries of a Bundle as lines, and count those that only say what was deleted."""
        for entry in entries:
            if entry.request is not None and entry.request.method == "DELETE":
                self._read[BUNDLE] += 1
                self.numbers[Measure.LINES_TOLD, f"{BUNDLE}|{Reason.DELETED.value}"] += 1
            else:
                yield Line(bytes(entry.resource).replace(b"\n", b" ") or b"null")


def _decode_odd(kind: str, text: bytes) -> SupportedResource | None:
    try:
        return decode_resource(text, kind, Counter())
    except BadRequest:
        raise NotUsed(Reason.NOT_UTF8) from None
